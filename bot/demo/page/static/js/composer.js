// The box in which one writes: messages, slash commands with their hints, a history, names.
import { fill, h, icon, uid } from "./dom.js";
import { suggest, usage } from "./hints.js";
import { recall, remember } from "./store.js";

const KEPT = 50;

function history(me) {
  try {
    const kept = JSON.parse(recall(sessionStorage, `workspace.history.${me}`) ?? "[]");
    return Array.isArray(kept) ? kept.filter((line) => typeof line === "string") : [];
  } catch {
    return [];
  }
}

const drafts = new Map();

export class Composer {
  constructor(store, wire, nav, { channel, thread = "", placeholder, id = null }) {
    Object.assign(this, { store, wire, nav, channel, thread });
    this.at = -1;
    this.found = null;
    this.active = 0;
    const listId = uid("hints");
    this.area = h("textarea", {
      id, rows: "1", placeholder, "aria-label": placeholder, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": listId, autocomplete: "off", spellcheck: "true", maxlength: "12000",
    });
    this.area.value = drafts.get(this.place) ?? "";
    this.list = h("ul.hints", { id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.line = h("div.usage", { "aria-live": "polite" });
    this.sender = h("button.send", { type: "button", "aria-label": "Send", title: "Send (Enter)", onClick: () => this.send() }, icon("send", 17));
    this.slash = h("button.tool", { type: "button", "aria-label": "Show commands", title: "Commands", onClick: () => this.begin("/") }, "/");
    this.fault = h("div.composer-error", { role: "alert", hidden: true });
    this.node = h("div.composer", null, this.list, this.fault,
      h("div.composer-box", null, this.area, h("div.composer-bar", null, this.slash,
        h("button.tool", { type: "button", "aria-label": "Mention someone", title: "Mention someone", onClick: () => this.begin("@") }, "@"),
        this.line, this.sender)));
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => setTimeout(() => this.hide(), 120));
    this.typed(false);
  }

  get place() {
    return `${this.store.me} ${this.channel} ${this.thread}`;
  }

  begin(char) {
    this.area.focus();
    if (char === "/") this.area.value = `/${this.area.value.replace(/^\//, "")}`;
    else this.area.setRangeText(/\S$/.test(this.area.value.slice(0, this.area.selectionStart)) ? " @" : "@",
      this.area.selectionStart, this.area.selectionEnd, "end");
    if (char === "/") this.area.setSelectionRange(1, 1);
    this.typed();
  }

  set(text) {
    this.area.value = text;
    this.area.setSelectionRange(text.length, text.length);
    this.typed();
    this.area.focus();
  }

  typed(look = true) {
    drafts.set(this.place, this.area.value);
    this.area.style.height = "auto";
    if (this.area.scrollHeight) this.area.style.height = `${Math.min(this.area.scrollHeight, 220)}px`;
    this.sender.classList.toggle("ready", Boolean(this.area.value.trim()));
    const text = this.area.value;
    this.line.textContent = text.startsWith("/") && text.includes(" ") ? usage(text, this.store.commands) : "";
    if (look) this.look();
  }

  look() {
    this.found = suggest(this.area.value, this.area.selectionStart, {
      commands: this.store.commands,
      people: [...this.store.users.values()].filter((user) => !user.deleted && user.id !== "USLACKBOT"),
      channels: [...this.store.channels.values()].filter((one) => one.kind !== "im" && this.store.visible(one)),
    });
    this.active = 0;
    this.draw();
  }

  draw() {
    const items = this.found?.items ?? [];
    this.list.hidden = !items.length;
    this.area.setAttribute("aria-expanded", String(items.length > 0));
    fill(this.list, items.length ? h("li.hints-title", { role: "presentation" }, this.found.kind,
      h("span.keys", { "aria-hidden": "true" }, h("kbd", null, "↑"), h("kbd", null, "↓"), " choose ", h("kbd", null, "Tab"), " complete")) : null,
    items.map((item, index) => h(`li.hint${index === this.active ? ".active" : ""}`, {
      role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.active),
      onPointerdown: (event) => {
        event.preventDefault();
        this.take(item);
      },
    }, h("span.hint-line", null, h("b", null, item.label), item.hint ? h("span.hint-usage", null, ` ${item.hint}`) : null),
    item.detail ? h("small", null, item.detail) : null)));
    if (items.length) {
      this.area.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
      this.list.children[this.active + 1]?.scrollIntoView({ block: "nearest" });
    } else this.area.removeAttribute("aria-activedescendant");
  }

  hide() {
    if (this.area === document.activeElement) return;
    this.found = null;
    this.draw();
  }

  take(item) {
    const { from, to } = this.found;
    this.area.setRangeText(item.insert, from, to, "end");
    this.area.focus();
    this.typed();
  }

  key(event) {
    const items = this.found?.items ?? [];
    const { key } = event;
    if (event.isComposing) return;
    if (items.length && (key === "ArrowDown" || key === "ArrowUp")) {
      this.active = (this.active + (key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      this.draw();
    } else if (items.length && key === "Tab" && !event.shiftKey) this.take(items[this.active]);
    else if (items.length && key === "Escape") {
      this.found = null;
      this.draw();
    } else if (key === "Enter" && !event.shiftKey) {
      // A whole verb is sent as it stands; a half-typed one is completed first.
      const item = items[this.active];
      const whole = item && this.area.value.slice(this.found.from, this.found.to).trim() === item.insert.trim();
      if (item && !whole && !item.exact) this.take(item);
      else this.send();
    } else if (key === "ArrowUp" && (this.at >= 0 || !this.area.value)) {
      if (!this.back(1)) return;
    } else if (key === "ArrowDown" && this.at >= 0) this.back(-1);
    else {
      if (key.length === 1 || key === "Backspace") this.at = -1;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  back(step) {
    const lines = history(this.store.me);
    const next = this.at + step;
    if (next >= lines.length) return this.at >= 0;
    this.at = Math.max(-1, next);
    this.area.value = this.at < 0 ? "" : lines[this.at];
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    this.typed(false);
    this.found = null;
    this.draw();
    return true;
  }

  async send(given) {
    const text = (given ?? this.area.value).trim();
    if (!text) return;
    const { me } = this.store;
    const lines = [text, ...history(me).filter((line) => line !== text)].slice(0, KEPT);
    remember(sessionStorage, `workspace.history.${me}`, JSON.stringify(lines));
    this.at = -1;
    this.found = null;
    if (given === undefined) this.area.value = "";
    this.typed(false);
    this.draw();
    this.fault.hidden = true;
    this.node.classList.add("sending");
    const command = text.startsWith("/") && !this.thread;
    const answer = await this.wire.act(command ? "command" : "say",
      { channel: this.channel, text, ...(this.thread ? { thread_ts: this.thread } : {}) });
    this.node.classList.remove("sending");
    // Slack's own ephemeral line says why a command failed; only what it cannot say stands here.
    if (answer.ok === false && (!command || !this.store.connected || answer.error?.startsWith("http_") || answer.error === "offline")) {
      fill(this.fault, icon("warning", 14), answer.message ?? "That was not sent.");
      this.fault.hidden = false;
      if (given === undefined && !this.area.value) {
        this.area.value = text;
        this.typed(false);
      }
    }
    this.nav.sent(text, answer);
  }
}
