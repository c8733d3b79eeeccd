// A scrolling list of messages: a page of them at a time, day dividers, edits in place, staying at the bottom.
import { h, icon } from "./dom.js";
import { dayKey, dayName } from "./dates.js";

const PAGE = 80;
const NEAR = 120;

export class Feed {
  // list() gives the messages, oldest first; start() what stands above the first one.
  constructor({ rows, list, channel, start = () => null, label }) {
    Object.assign(this, { rows, list, channel, start });
    this.box = h("div.feed-rows");
    this.newer = h("button.newer", { type: "button", hidden: true, onClick: () => this.toEnd() }, icon("down", 14), "New messages");
    this.scroller = h("div.feed", { role: "log", "aria-live": "off", "aria-label": label, tabindex: "0" }, this.box);
    this.node = h("div.feed-frame", null, this.scroller, this.newer);
    this.stuck = true;
    this.from = 0;
    this.shown = new Map();
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.watch = new ResizeObserver(() => this.stuck && this.toEnd());
    this.watch.observe(this.scroller);
    this.watch.observe(this.box);
    this.draw();
  }

  dispose() {
    this.watch.disconnect();
  }

  divider(message) {
    return h("div.day", { role: "separator", "aria-label": dayName(Math.floor(message.ts)) }, h("span", null, dayName(Math.floor(message.ts))));
  }

  build(messages, before) {
    const nodes = [];
    let last = before;
    for (const message of messages) {
      if (!last || dayKey(last.ts) !== dayKey(message.ts)) nodes.push(this.divider(message));
      const row = this.rows.row(this.channel, message, last);
      this.shown.set(message.ts, row);
      nodes.push(row);
      last = message;
    }
    return nodes;
  }

  draw() {
    const all = this.list();
    this.from = Math.max(0, all.length - PAGE);
    this.shown.clear();
    this.box.replaceChildren(...(this.from === 0 ? [this.start()].filter(Boolean) : []), ...this.build(all.slice(this.from), all[this.from - 1]));
    this.last = all.at(-1) ?? null;
    this.rove();
  }

  older() {
    if (this.from === 0 || this.paging) return;
    this.paging = true;
    const all = this.list();
    const from = Math.max(0, this.from - PAGE);
    const nodes = this.build(all.slice(from, this.from), all[from - 1]);
    const bottom = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.from = from;
    this.box.prepend(...(from === 0 ? [this.start()].filter(Boolean) : []), ...nodes);
    this.scroller.scrollTop = this.scroller.scrollHeight - bottom;
    this.paging = false;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.stuck) this.newer.hidden = true;
    if (scrollTop < 600) this.older();
  }

  toEnd() {
    this.newer.hidden = true;
    this.stuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  // A new message at the end, or an edit where it stands; anything else is drawn anew.
  put(message, fresh) {
    const row = this.shown.get(message.ts);
    if (row) {
      this.swap(row, message);
      return;
    }
    if (!fresh) return;
    if (this.last && Number(message.ts) < Number(this.last.ts)) {
      this.draw();
      return;
    }
    this.box.append(...this.build([message], this.last));
    this.last = message;
    this.rove();
    if (this.stuck) this.toEnd();
    else this.newer.hidden = message.user === this.rows.store.me;
  }

  swap(row, message) {
    const active = row.contains(document.activeElement) ? document.activeElement : null;
    const place = active && { action: active.dataset?.action, block: active.closest("[data-block]")?.dataset.block };
    const open = [...row.querySelectorAll("details")].map((one) => one.open);
    const all = this.list();
    const at = all.findIndex((one) => one.ts === message.ts);
    const next = this.rows.row(this.channel, message, row.classList.contains("tight") ? all[at - 1] : undefined);
    next.tabIndex = row.tabIndex;
    this.shown.set(message.ts, next);
    row.replaceWith(next);
    next.querySelectorAll("details").forEach((one, index) => {
      if (open[index] !== undefined) one.open = open[index];
    });
    if (active) {
      const same = place.action && [...next.querySelectorAll("[data-action]")].find((one) => one.dataset.action === place.action
        && one.closest("[data-block]")?.dataset.block === place.block);
      (same || next).focus({ preventScroll: true });
    }
  }

  drop(ts) {
    if (this.shown.has(ts)) this.draw();
  }

  // Arrow keys walk through the messages; Tab goes into one.
  rove(row) {
    const rows = [...this.shown.values()];
    const target = row ?? rows.at(-1);
    if (this.entry && this.entry !== target) this.entry.tabIndex = -1;
    this.entry = target ?? null;
    if (target) target.tabIndex = 0;
  }

  key(event) {
    if (event.target !== this.scroller && !event.target.matches?.("article.row")) return;
    const rows = [...this.box.querySelectorAll("article.row")];
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowUp: at < 0 ? rows.length - 1 : at - 1, ArrowDown: at < 0 ? rows.length - 1 : at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    this.rove(rows[to]);
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
  }
}
