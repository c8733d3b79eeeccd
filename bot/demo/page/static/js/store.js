// What the page knows: one copy of the workspace's state, changed by the stream, watched by the views.

const known = (storage, key) => {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
};

export function remember(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // A private window may refuse; the page works without memory.
  }
}

export const recall = known;

class Timeline {
  constructor(messages = []) {
    this.byTs = new Map(messages.map((message) => [message.ts, message]));
    this.order = [...this.byTs.keys()].sort((a, b) => a - b);
  }

  // True when the message was not there before.
  put(message) {
    const fresh = !this.byTs.has(message.ts);
    this.byTs.set(message.ts, message);
    if (fresh) {
      let at = this.order.length;
      while (at > 0 && Number(this.order[at - 1]) > Number(message.ts)) at -= 1;
      this.order.splice(at, 0, message.ts);
    }
    return fresh;
  }

  drop(ts) {
    this.byTs.delete(ts);
    this.order = this.order.filter((one) => one !== ts);
  }
}

export const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);
export const inChannel = (message) => !isReply(message) || message.subtype === "thread_broadcast" || Boolean(message.is_ephemeral);

export class Store extends EventTarget {
  constructor() {
    super();
    this.ready = false;
    this.connected = false;
    this.team = { name: "" };
    this.app = { name: "", user: "" };
    this.commands = [];
    this.shortcuts = [];
    this.users = new Map();
    this.channels = new Map();
    this.timelines = new Map();
    this.hidden = new Map(); // person and channel -> Timeline of ephemeral messages
    this.homes = new Map();
    this.modals = new Map();
    this.reads = new Map();
    this.me = known(sessionStorage, "workspace.me") ?? "";
    this.route = { name: "channel", channel: "", thread: "", tab: "" };
  }

  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(types, listener) {
    for (const type of types.split(" ")) this.addEventListener(type, (event) => listener(event.detail, type));
  }

  replace(state) {
    this.team = state.team ?? this.team;
    this.app = state.app ?? this.app;
    this.commands = state.commands ?? [];
    this.shortcuts = state.shortcuts ?? [];
    this.users = new Map((state.users ?? []).map((user) => [user.id, user]));
    this.channels = new Map((state.channels ?? []).map((channel) => [channel.id, channel]));
    this.timelines = new Map(Object.entries(state.messages ?? {}).map(([id, list]) => [id, new Timeline(list)]));
    this.hidden = new Map();
    for (const one of state.ephemerals ?? []) this.ephemeral(one.user, one.channel).put(one.message);
    this.homes = new Map(Object.entries(state.homes ?? {}));
    this.modals = new Map(Object.entries(state.modals ?? {}));
    this.reads = new Map(Object.entries(state.read ?? {}).map(([user, rows]) => [user, new Map(Object.entries(rows))]));
    if (!this.people().some((user) => user.id === this.me)) this.me = this.people()[0]?.id ?? "";
    this.ready = true;
    this.emit("state");
  }

  apply(delta) {
    const change = {
      message: () => {
        const fresh = this.timeline(delta.channel).put(delta.message);
        this.emit("message", { channel: delta.channel, message: delta.message, fresh });
      },
      message_deleted: () => {
        this.timeline(delta.channel).drop(delta.ts);
        this.emit("gone", { channel: delta.channel, ts: delta.ts });
      },
      ephemeral: () => {
        const message = { ...delta.message, is_ephemeral: true };
        const fresh = this.ephemeral(delta.user, delta.channel).put(message);
        if (delta.user === this.me) this.emit("message", { channel: delta.channel, message, fresh });
      },
      ephemeral_deleted: () => {
        this.ephemeral(delta.user, delta.channel).drop(delta.ts);
        if (delta.user === this.me) this.emit("gone", { channel: delta.channel, ts: delta.ts });
      },
      channel: () => {
        this.channels.set(delta.channel.id, delta.channel);
        this.emit("channel", { channel: delta.channel.id });
      },
      user: () => {
        this.users.set(delta.user.id, delta.user);
        this.emit("user", { user: delta.user.id });
      },
      home: () => {
        this.homes.set(delta.user, delta.view);
        if (delta.user === this.me) this.emit("home");
      },
      modals: () => {
        this.modals.set(delta.user, delta.stack ?? []);
        if (delta.user === this.me) this.emit("modals");
      },
      read: () => {
        this.readOf(delta.user).set(delta.channel, delta.ts);
        this.emit("read", { user: delta.user, channel: delta.channel });
      },
      app: () => {
        this.app = delta.app;
        this.emit("app");
      },
      commands: () => {
        this.commands = delta.commands;
        this.emit("commands");
      },
      notice: () => {
        if (delta.user === this.me) this.emit("notice", { level: delta.level, text: delta.text });
      },
    }[delta.type];
    change?.();
  }

  timeline(channel) {
    if (!this.timelines.has(channel)) this.timelines.set(channel, new Timeline());
    return this.timelines.get(channel);
  }

  ephemeral(user, channel) {
    const key = `${user} ${channel}`;
    if (!this.hidden.has(key)) this.hidden.set(key, new Timeline());
    return this.hidden.get(key);
  }

  readOf(user) {
    if (!this.reads.has(user)) this.reads.set(user, new Map());
    return this.reads.get(user);
  }

  message(channel, ts) {
    return this.timeline(channel).byTs.get(ts) ?? this.ephemeral(this.me, channel).byTs.get(ts) ?? null;
  }

  // What this person sees in the channel, oldest first.
  shown(channel) {
    const timeline = this.timeline(channel);
    const own = this.ephemeral(this.me, channel);
    const main = timeline.order.map((ts) => timeline.byTs.get(ts)).filter(inChannel);
    if (!own.order.length) return main;
    const mine = own.order.map((ts) => own.byTs.get(ts)).filter((message) => !isReply(message));
    return [...main, ...mine].sort((a, b) => a.ts - b.ts);
  }

  thread(channel, ts) {
    const every = [this.timeline(channel), this.ephemeral(this.me, channel)].flatMap((line) => [...line.byTs.values()]);
    return every.filter((message) => message.ts === ts || message.thread_ts === ts).sort((a, b) => a.ts - b.ts);
  }

  people() {
    return [...this.users.values()].filter((user) => !user.is_bot && !user.deleted && user.id !== "USLACKBOT");
  }

  visible(channel) {
    return channel.kind === "public" || (channel.members ?? []).includes(this.me);
  }

  joined() {
    return [...this.channels.values()].filter((channel) => channel.kind !== "im" && this.visible(channel)
      && (channel.members ?? []).includes(this.me)).sort((a, b) => a.name.localeCompare(b.name));
  }

  directs() {
    return [...this.channels.values()].filter((channel) => channel.kind === "im" && (channel.members ?? []).includes(this.me));
  }

  partner(channel) {
    return (channel.members ?? []).find((id) => id !== this.me) ?? this.me;
  }

  directWith(user) {
    return this.directs().find((channel) => channel.members.includes(user) && (user !== this.me || new Set(channel.members).size === 1));
  }

  title(channel) {
    if (!channel) return "";
    return channel.kind === "im" ? this.nameOf(this.partner(channel)) : channel.name;
  }

  nameOf(id) {
    const user = this.users.get(id);
    return user ? user.real_name || user.name : id;
  }

  unread(id) {
    const timeline = this.timelines.get(id);
    if (!timeline) return 0;
    const last = Number(this.readOf(this.me).get(id) ?? 0);
    let count = 0;
    for (let at = timeline.order.length - 1; at >= 0 && Number(timeline.order[at]) > last && count < 100; at -= 1) {
      const message = timeline.byTs.get(timeline.order[at]);
      if (message.user !== this.me && inChannel(message) && !/^channel_/.test(message.subtype ?? "")) count += 1;
    }
    return count;
  }

  actAs(user) {
    this.me = user;
    remember(sessionStorage, "workspace.me", user);
    this.emit("me");
  }

  go(route) {
    this.route = { name: "channel", channel: "", thread: "", tab: "", ...route };
    this.emit("route");
  }
}
