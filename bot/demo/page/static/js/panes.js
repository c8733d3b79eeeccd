// The middle of the page: a channel, direct messages, the app's own tabs; and the thread beside them.
import { fill, h, icon } from "./dom.js";
import { places, renderBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { surface } from "./context.js";
import { Feed } from "./feed.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, Rows } from "./rows.js";
import { Values } from "./values.js";
import { welcome, welcomed, welcomeDone } from "./welcome.js";

export class Panes {
  constructor(main, side, store, wire, nav) {
    Object.assign(this, { main, side, store, wire, nav });
    this.feed = null;
    this.composer = null;
    this.threadFeed = null;
    this.homeValues = new Map();
    store.on("message", ({ channel, message, fresh }) => this.message(channel, message, fresh));
    store.on("gone", ({ channel, ts }) => {
      if (channel === this.channel) this.feed?.drop(ts);
      if (channel === store.route.channel && store.route.thread) this.threadFeed?.drop(ts);
    });
    store.on("home", () => store.route.name === "app" && store.route.tab === "home" && this.home());
    store.on("commands", () => this.composer?.typed(document.activeElement === this.composer.area));
    store.on("company faults", () => this.headTools());
  }

  get channel() {
    return this.store.route.name === "channel" ? this.store.route.channel
      : this.store.route.tab === "messages" ? this.store.directWith(this.store.app.user)?.id ?? "" : "";
  }

  message(channel, message, fresh) {
    const { store } = this;
    const reply = message.thread_ts && message.thread_ts !== message.ts;
    if (channel === this.channel && this.feed) {
      if (!reply || message.subtype === "thread_broadcast") this.feed.put(message, fresh);
    }
    if (store.route.thread && channel === store.route.channel && (message.ts === store.route.thread || message.thread_ts === store.route.thread)) {
      this.threadFeed?.put(message, fresh);
    }
  }

  // Everything for the present route.
  draw() {
    const { route } = this.store;
    this.feed?.dispose();
    this.feed = null;
    this.composer = null;
    if (route.name === "app") this.app();
    else this.conversation(route.channel);
    this.thread();
  }

  headTools() {
    const place = this.main.querySelector(".head-tools");
    if (!place) return;
    const broken = this.nav.brokenCount();
    fill(place, this.nav.hasCompany() ? h(`button.btn.company-open${broken ? ".alarm" : ""}`, {
      type: "button", "aria-label": broken ? `Demo company, ${broken} broken` : "Demo company", "aria-pressed": String(this.nav.companyOpen()), onClick: () => this.nav.company(!this.nav.companyOpen()),
    }, icon("plug", 16), h("span.wide", null, "Demo company"), broken ? h("span.count", null, broken) : null) : null);
  }

  head(title, detail, glyph) {
    return h("header.head", null,
      h("button.icon-button.drawer-open", { type: "button", "aria-label": "Open the menu", onClick: () => this.nav.drawer(true) }, icon("menu")),
      h("div.head-title", null, h("h1", null, glyph, h("span", null, title)), detail ? h("p", null, detail) : null), h("div.head-tools"));
  }

  conversation(id, head = null) {
    const { store } = this;
    const channel = store.channels.get(id);
    if (!channel || !store.visible(channel)) {
      fill(this.main, head ?? this.head("Nothing here", "", null), h("div.empty-state", null, h("h2", null, "This conversation is not yours to read."),
        h("p", null, `${store.nameOf(store.me)} is not a member. Choose another channel, or act as somebody else.`)));
      this.headTools();
      return;
    }
    const im = channel.kind === "im";
    const title = store.title(channel);
    const glyph = im ? avatar(store, store.partner(channel), 24) : icon(channel.kind === "private" ? "lock" : "hash", 18);
    const members = channel.members?.length ?? 0;
    const detail = im ? store.users.get(store.partner(channel))?.title : [channel.topic, `${members} ${members === 1 ? "member" : "members"}`].filter(Boolean).join(" · ");
    this.feed = new Feed({
      rows: new Rows(store, this.wire, this.nav), list: () => store.shown(id), channel: id, label: im ? `Messages with ${title}` : `Messages in ${title}`,
      start: () => this.start(channel, title),
    });
    const member = channel.members?.includes(store.me);
    const foot = channel.archived ? h("div.closed", null, "This channel is archived. Nothing can be written here.")
      : !member ? h("div.closed", null, `You are reading #${title} without being a member.`, h("button.btn.primary", { type: "button",
        onClick: () => this.wire.act("join", { channel: id }).then((answer) => this.nav.said(answer)) }, "Join Channel")) : null;
    if (!foot) {
      this.composer = new Composer(store, this.wire, this.nav, { channel: id, id: "composer-text", placeholder: `Message ${im ? title : `#${title}`}` });
    }
    fill(this.main, head ?? this.head(title, detail, glyph), this.feed.node, h("div.welcome-place"), foot ?? this.composer.node);
    this.headTools();
    this.welcome();
    this.feed.toEnd();
    this.seen();
  }

  start(channel, title) {
    if (channel.kind === "im") {
      const other = this.store.partner(channel);
      return h("div.beginning", null, avatar(this.store, other, 48), h("h2", null, title),
        h("p", null, other === this.store.me ? "A place for notes to yourself." : `This is the beginning of your messages with ${title}.`));
    }
    return h("div.beginning", null, h("span.big-hash", { "aria-hidden": "true" }, icon(channel.kind === "private" ? "lock" : "hash", 30)), h("h2", null, `#${title}`),
      h("p", null, `This is the beginning of #${title}. `, channel.purpose ? mrkdwn(channel.purpose) : null));
  }

  welcome() {
    const place = this.main.querySelector(".welcome-place");
    if (!place) return;
    const bot = this.store.app.user;
    if (!this.composer || welcomed() || !bot) {
      fill(place);
      return;
    }
    const command = this.store.commands[0]?.command ?? "/launch";
    const done = () => {
      welcomeDone();
      fill(place);
    };
    const run = (line) => () => {
      done();
      this.composer.send(line);
    };
    const third = this.nav.hasCompany()
      ? { label: "Break something", detail: "Switch on a fault, then check again", run: () => {
        done();
        this.nav.company(true);
      } }
      : { label: `${command} help`, detail: "Everything it can do", run: run(`${command} help`) };
    fill(place, welcome({ app: this.store.nameOf(bot), dismiss: () => {
      done();
      this.composer?.area.focus();
    }, tries: [
      { label: `${command} status`, detail: "Go or no-go, on one screen", run: run(`${command} status`) },
      { label: `${command} check`, detail: "Looks at everything now", run: run(`${command} check`) }, third] }));
    this.feed?.toEnd();
  }

  seen() {
    const id = this.channel;
    if (!id || document.visibilityState !== "visible") return;
    const order = this.store.timeline(id).order;
    const last = order.at(-1);
    if (last && Number(this.store.readOf(this.store.me).get(id) ?? 0) < Number(last)) {
      this.store.readOf(this.store.me).set(id, last);
      this.wire.act("read", { channel: id, ts: last });
      this.store.emit("read", { user: this.store.me, channel: id });
    }
  }

  thread() {
    const { store } = this;
    const { channel, thread } = store.route;
    this.threadFeed?.dispose();
    this.threadFeed = null;
    this.side.hidden = !thread;
    if (!thread) {
      fill(this.side);
      return;
    }
    const where = store.channels.get(channel);
    this.threadFeed = new Feed({
      rows: new Rows(store, this.wire, this.nav, { inThread: true }), list: () => store.thread(channel, thread), channel, label: "Thread",
    });
    const composer = new Composer(store, this.wire, this.nav, { channel, thread, placeholder: "Reply …" });
    fill(this.side, h("header.panel-head", null, h("h2", null, "Thread", h("small", null, where ? (where.kind === "im" ? store.title(where) : `#${store.title(where)}`) : "")),
      h("button.icon-button", { type: "button", "aria-label": "Close the thread", title: "Close (Esc)", onClick: () => this.nav.thread(channel, "") }, icon("close"))),
    this.threadFeed.node, where?.archived ? null : composer.node);
    this.threadFeed.toEnd();
    if (!where?.archived) composer.area.focus();
  }

  app() {
    const { store } = this;
    const bot = store.app.user;
    const { tab } = store.route;
    const tabs = [["home", "Home", store.app.home_tab !== false], ["messages", "Messages", true], ["about", "About", true]].filter(([, , there]) => there);
    const bar = h("div.tabs", { role: "tablist", "aria-label": store.nameOf(bot) }, tabs.map(([id, label]) => h(`button.tab${tab === id ? ".current" : ""}`, {
      type: "button", role: "tab", id: `tab-${id}`, "aria-selected": String(tab === id), tabindex: tab === id ? "0" : "-1", "aria-controls": "tab-panel",
      onClick: () => this.nav.app(id),
    }, label)));
    bar.addEventListener("keydown", (event) => {
      const at = tabs.findIndex(([id]) => id === tab);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.nav.app(tabs[(to + tabs.length) % tabs.length][0], true);
    });
    const head = h("div.app-head", null, this.head(store.nameOf(bot), store.app.description || "App", avatar(store, bot, 24)), bar);
    const talk = store.directWith(bot);
    if (tab === "messages" && talk) {
      this.conversation(talk.id, head);
      return;
    }
    fill(this.main, head, h("div.home-scroll", { id: "tab-panel", role: "tabpanel", "aria-labelledby": `tab-${tab}`, tabindex: "0" }, h("div.home")));
    this.headTools();
    if (tab === "home") this.home();
    else if (tab === "messages") fill(this.main.querySelector(".home"), h("p.quiet", null, "Opening …"));
    else this.about();
  }

  home() {
    const place = this.main.querySelector(".home");
    if (!place) return;
    const view = this.store.homes.get(this.store.me);
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    if (!view?.blocks?.length) {
      fill(place, h("div.empty-state", null, h("h2", null, "Nothing to show yet"),
        h("p", null, this.store.app.connections > 0 ? "The app is putting this page together." : "The app is not connected. Start it, and this page fills itself.")));
      return;
    }
    const key = `${this.store.me} ${view.id}`;
    if (!this.homeValues.has(key)) this.homeValues.set(key, new Values());
    const values = this.homeValues.get(key);
    values.keep(places(view.blocks));
    fill(place, renderBlocks(view.blocks, surface(this.store, this.wire, this.nav, values, () => ({ view_id: view.id }))));
    if (focused) [...place.querySelectorAll("[data-action]")].find((one) => one.dataset.action === focused)?.focus();
  }

  about() {
    const { store } = this;
    fill(this.main.querySelector(".home"), h("div.about", null, avatar(store, store.app.user, 48), h("h2", null, store.nameOf(store.app.user)),
      h("p", null, store.app.description || "An app in this workspace."),
      store.commands.map((command) => h("section", null, h("h3", null, command.command), h("p", null, command.description),
        h("dl", null, (command.verbs ?? []).map((verb) => [h("dt", null, h("code", null, `${command.command} ${verb.usage}`)), h("dd", null, verb.help ?? "")]))))));
  }
}
