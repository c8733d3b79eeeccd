// One message as a row: who, when, text or blocks, thread, what one can do with it.
import { fill, h, icon, s } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { surface } from "./context.js";
import { clockTime, dayKey, formatDate } from "./dates.js";
import { menu } from "./menus.js";
import { mrkdwn, plain, textNodes } from "./mrkdwn.js";
import { Values } from "./values.js";

const GROUP_WINDOW = 5 * 60;

export function avatar(store, id, size = 36) {
  const user = store.users.get(id);
  if (user?.is_bot) {
    return h("span.avatar.bot", { "aria-hidden": "true", dataset: { size } }, s("svg", { viewBox: "0 0 32 32", width: size, height: size },
      s("rect", { width: 32, height: 32, rx: 8, class: "mark-ground" }),
      s("path", { d: "M9 17.5l4.6 4.6L23.5 11", class: "mark-line" }), s("circle", { cx: 23.5, cy: 11, r: 2.6, class: "mark-dot" })));
  }
  const name = user?.real_name || user?.name || "?";
  const initials = name.split(/\s+/).slice(0, 2).map((part) => [...part][0] ?? "").join("").toUpperCase();
  let hash = 0;
  for (const char of id ?? "") hash = (hash * 31 + char.codePointAt(0)) % 8;
  return h(`span.avatar.tint-${id === "USLACKBOT" ? "x" : hash}`, { "aria-hidden": "true", dataset: { size } }, initials);
}

// Follows its predecessor closely: then name and picture are not repeated.
export function grouped(message, before) {
  return Boolean(before && before.user === message.user && !message.subtype && !before.subtype && Boolean(before.is_ephemeral) === Boolean(message.is_ephemeral)
    && message.ts - before.ts < GROUP_WINDOW && dayKey(message.ts) === dayKey(before.ts) && (before.username ?? "") === (message.username ?? ""));
}

function attachment(one, ctx) {
  const color = /^#[0-9a-f]{6}$/i.test(one.color ?? "") ? one.color : /^[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color}` : null;
  const bar = h("span.attachment-bar", { "aria-hidden": "true" });
  if (color) bar.style.background = color;
  const body = one.blocks?.length ? renderBlocks(one.blocks, ctx) : [
    one.pretext ? h("div.text", null, mrkdwn(one.pretext, ctx)) : null,
    one.title ? h("b", null, plain(one.title)) : null,
    h("div.text", null, mrkdwn(one.text ?? one.fallback ?? "", ctx)),
  ];
  return h("div.attachment", null, bar, h("div.attachment-body", null, body));
}

export class Rows {
  constructor(store, wire, nav, { inThread = false } = {}) {
    Object.assign(this, { store, wire, nav, inThread });
    this.values = new Map(); // what was typed into the inputs of a message survives its edits
  }

  context(channel, message) {
    const key = `${channel} ${message.ts}`;
    if (!this.values.has(key)) this.values.set(key, new Values());
    return surface(this.store, this.wire, this.nav, this.values.get(key), () => ({ channel, ts: message.ts }));
  }

  body(channel, message) {
    const ctx = this.context(channel, message);
    const edited = message.edited && !this.store.users.get(message.user)?.is_bot ? h("span.edited", null, " (edited)") : null;
    const blocks = message.blocks?.length ? renderBlocks(message.blocks, ctx) : null;
    return [blocks ? h("div.blocks", null, blocks) : h("div.text", null, mrkdwn(message.text, ctx), edited), blocks ? edited : null,
      (message.attachments ?? []).map((one) => attachment(one, ctx))];
  }

  summary(channel, message) {
    if (this.inThread || !message.reply_count) return null;
    const replies = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
    const last = message.latest_reply ? formatDate(Math.floor(message.latest_reply), "{date_short_pretty} at {time}") : null;
    return h("button.replies", { type: "button", onClick: () => this.nav.thread(channel, message.ts) },
      (message.reply_users ?? []).slice(0, 4).map((user) => avatar(this.store, user, 22)), h("b", null, replies),
      last ? h("span.quiet", null, `Last reply ${last}`) : null);
  }

  tools(channel, message) {
    const own = message.user === this.store.me && !message.is_ephemeral;
    const thread = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : message.ts;
    const shortcuts = this.store.shortcuts.filter((one) => one.type === "message");
    const more = h("button.tool", { type: "button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu",
      "aria-expanded": "false", onClick: () => menu(more, "More actions", [
        ...shortcuts.map((one) => ({ label: one.name, detail: this.store.app.name,
          run: () => this.wire.act("shortcut", { callback_id: one.callback_id, channel, ts: message.ts }).then((answer) => this.nav.said(answer)) })),
        ...(own ? [{ label: "Edit message", run: () => this.edit(channel, message) },
          { label: "Delete message", danger: true, run: () => this.wire.act("delete", { channel, ts: message.ts }).then((answer) => this.nav.said(answer)) }] : []),
      ], { align: "end" }) }, icon("more", 16));
    const buttons = [
      this.inThread || message.is_ephemeral ? null : h("button.tool", { type: "button", "aria-label": "Reply in thread", title: "Reply in thread",
        onClick: () => this.nav.thread(channel, thread) }, icon("reply", 16)),
      message.is_ephemeral ? h("button.tool", { type: "button", "aria-label": "Dismiss message", title: "Dismiss message",
        onClick: () => this.wire.act("dismiss", { channel, ts: message.ts }).then((answer) => this.nav.said(answer)) }, icon("close", 15)) : null,
      (shortcuts.length && !message.is_ephemeral) || own ? more : null,
    ].filter(Boolean);
    return buttons.length ? h("div.tools", null, buttons) : null;
  }

  edit(channel, message) {
    const row = document.querySelector(`[data-row="${CSS.escape(message.ts)}"][data-thread="${this.inThread ? 1 : 0}"]`);
    const place = row?.querySelector(".message-body");
    if (!place) return;
    const plainText = this.typed(message.text ?? "");
    const area = h("textarea.field", { rows: "2", "aria-label": "Edit message", value: plainText });
    const cancel = () => fill(place, this.body(channel, message));
    const save = async () => {
      if (area.value.trim() && area.value !== plainText) this.nav.said(await this.wire.act("edit", { channel, ts: message.ts, text: area.value }));
      cancel();
    };
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") cancel();
      else if (event.key === "Enter" && !event.shiftKey) save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    fill(place, h("div.editor", null, area, h("div.buttons", null, h("button.btn", { type: "button", onClick: cancel }, "Cancel"),
      h("button.btn.primary", { type: "button", onClick: save }, "Save"))));
    area.focus();
  }

  // Slack's form back into what a person would type.
  typed(text) {
    return text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${this.store.users.get(id)?.name ?? id}`)
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, name) => `#${this.store.channels.get(id)?.name ?? (name || id)}`)
      .replace(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_, url) => url).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  }

  row(channel, message, before) {
    const { store } = this;
    const user = store.users.get(message.user);
    const name = message.username || store.nameOf(message.user) || "Unknown";
    const at = Math.floor(message.ts);
    const joined = /^channel_(join|leave)$/.test(message.subtype ?? "");
    const tight = grouped(message, before);
    const time = h("time.at", { datetime: new Date(at * 1000).toISOString(), title: formatDate(at, "{date_long} at {time_secs}") }, clockTime(at));
    const row = h(`article.row${tight ? ".tight" : ""}${message.is_ephemeral ? ".ephemeral" : ""}${joined ? ".joined" : ""}`, {
      tabindex: "-1", dataset: { row: message.ts, thread: this.inThread ? 1 : 0, user: message.user ?? "" },
      "aria-label": `${name}, ${clockTime(at)}${message.is_ephemeral ? ", only visible to you" : ""}`,
    },
    message.is_ephemeral ? h("div.only-you", null, icon("eye", 14), "Only visible to you") : null,
    message.subtype === "thread_broadcast" && !this.inThread ? h("div.only-you", null, icon("reply", 14), "Replied to a thread") : null,
    h("div.gutter", null, tight ? time : avatar(store, message.user)),
    h("div.content", null,
      tight ? null : h("div.byline", null, h("span.author", null, name), user?.is_bot ? h("span.badge", null, "App") : null,
        user?.is_guest ? h("span.badge", null, "Guest") : null, time),
      h("div.message-body", null, this.body(channel, message)), this.summary(channel, message)),
    joined ? null : this.tools(channel, message));
    return row;
  }
}

export { textNodes };
