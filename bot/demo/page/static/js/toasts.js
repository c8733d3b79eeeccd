// Notifications: a line that passes by, the number in the page's title, and a voice for screen readers.
import { h, icon } from "./dom.js";
import { bare } from "./mrkdwn.js";
import { inChannel } from "./store.js";

const STAY = 7000;
const MOST = 3;

const gist = (text) => text.replace(/\d+/g, "");

export class Toasts {
  constructor(root, voice, store, nav, ctx) {
    Object.assign(this, { root, voice, store, nav, ctx });
    this.last = { ts: "", gist: "" };
    store.on("message", ({ channel, message, fresh }) => (fresh ? this.arrived(channel, message) : this.edited(channel, message)));
    store.on("notice", ({ level, text }) => this.notice(text, level));
  }

  say(text) {
    this.voice.textContent = "";
    setTimeout(() => {
      this.voice.textContent = text.slice(0, 400);
    }, 30);
  }

  arrived(id, message) {
    const { store } = this;
    const channel = store.channels.get(id);
    if (!channel || message.user === store.me || /^channel_/.test(message.subtype ?? "")) return;
    if (!(channel.members ?? []).includes(store.me)) return;
    const text = bare(message.text || "New message", this.ctx) || "New message";
    const who = message.username || store.nameOf(message.user);
    const { route } = store;
    const looking = document.visibilityState === "visible" && this.nav.at(id)
      && (inChannel(message) || route.thread === message.thread_ts);
    this.say(`${who}: ${text}`);
    this.last = { ts: message.ts, gist: gist(text) };
    if (looking) return;
    const place = channel.kind === "im" ? "" : ` in #${channel.name}`;
    const thread = inChannel(message) ? "" : message.thread_ts;
    this.show(h("button.toast-body", { type: "button", onClick: () => (thread ? this.nav.thread(id, thread) : this.nav.channel(id)) },
      h("b", null, `${who}${place}`), h("span", null, text.length > 180 ? `${text.slice(0, 179)}…` : text)));
  }

  // The newest message became another one, as a progress becomes its result; a number that grows is no news.
  edited(id, message) {
    if (message.ts !== this.last.ts || !this.nav.at(id)) return;
    const text = bare(message.text ?? "", this.ctx);
    if (!text || gist(text) === this.last.gist) return;
    this.last.gist = gist(text);
    this.say(`${message.username || this.store.nameOf(message.user)}: ${text}`);
  }

  notice(text, level = "info") {
    if ([...document.querySelectorAll(".act-error, .modal-error")].some((node) => node.textContent.includes(text))) return;
    this.say(text);
    this.show(h("div.toast-body", null, icon(level === "error" ? "warning" : "info", 16), h("span", null, text)), level);
  }

  show(body, level = "info") {
    const close = () => toast.remove();
    const toast = h(`div.toast.${level === "error" ? "error" : "info"}`, null, body,
      h("button.icon-button", { type: "button", "aria-label": "Dismiss notification", onClick: close }, icon("close", 14)));
    body.addEventListener("click", close);
    this.root.append(toast);
    while (this.root.children.length > MOST) this.root.firstChild.remove();
    let timer = setTimeout(close, STAY);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => {
      timer = setTimeout(close, STAY);
    });
  }
}
