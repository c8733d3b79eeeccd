// The left column: workspace, channels, direct messages, apps, unread counts, and who one is.
import { fill, h, icon } from "./dom.js";
import { menu } from "./menus.js";
import { avatar } from "./rows.js";

export class Sidebar {
  constructor(root, store, nav) {
    Object.assign(this, { root, store, nav });
    root.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  item({ id, label, glyph, current, unread = 0, quiet = false, run }) {
    return h(`button.side-item${current ? ".current" : ""}${unread ? ".unread" : ""}${quiet ? ".faded" : ""}`, {
      type: "button", "aria-current": current ? "page" : null, dataset: { side: id }, onClick: run,
    }, h("span.glyph", { "aria-hidden": "true" }, glyph), h("span.side-label", null, label),
    unread ? h("span.count", { "aria-label": `${unread} unread` }, unread > 99 ? "99+" : unread) : null);
  }

  section(title, items) {
    if (!items.length) return null;
    return h("section", null, h("h2", null, title), h("ul", null, items.map((item) => h("li", null, item))));
  }

  draw() {
    const { store, nav } = this;
    const focused = document.activeElement?.dataset?.side;
    const { route } = store;
    const on = (id) => route.name === "channel" && route.channel === id;
    const joined = store.joined();
    const channels = joined.filter((one) => !one.archived).map((one) => this.item({
      id: one.id, label: one.name, glyph: icon(one.kind === "private" ? "lock" : "hash", 16), current: on(one.id), unread: store.unread(one.id),
      run: () => nav.channel(one.id),
    }));
    const others = [...store.channels.values()].filter((one) => one.kind === "public" && (one.archived || !one.members?.includes(store.me)));
    const rest = others.map((one) => this.item({
      id: one.id, label: one.archived ? `${one.name} (archived)` : one.name, glyph: icon("hash", 16), current: on(one.id), quiet: true,
      run: () => nav.channel(one.id),
    }));
    const directs = store.people().map((user) => {
      const channel = store.directWith(user.id);
      return this.item({
        id: `dm-${user.id}`, label: user.id === store.me ? `${store.nameOf(user.id)} (you)` : store.nameOf(user.id), glyph: avatar(store, user.id, 20),
        current: Boolean(channel && on(channel.id)), unread: channel ? store.unread(channel.id) : 0, run: () => nav.direct(user.id),
      });
    });
    const bot = store.app.user;
    const talk = store.directWith(bot);
    const apps = bot ? [this.item({
      id: "app", label: store.nameOf(bot), glyph: avatar(store, bot, 20), current: route.name === "app", unread: talk ? store.unread(talk.id) : 0,
      run: () => nav.app(store.app.home_tab === false ? "messages" : "home"),
    })] : [];
    const live = store.app.connections > 0 || store.app.http;

    const face = h("button.who", {
      type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `You act as ${store.nameOf(store.me)}. Switch person`,
      onClick: () => menu(face, "Act as", store.people().map((user) => ({
        label: store.nameOf(user.id), detail: user.title || null, icon: avatar(store, user.id, 28), checked: user.id === store.me,
        run: () => nav.actAs(user.id),
      }))),
    }, avatar(store, store.me, 32), h("span.who-text", null, h("small", null, "You act as"), h("b", null, store.nameOf(store.me))), icon("down", 14));

    fill(this.root,
      h("header.team", null, h("span.team-mark", { "aria-hidden": "true" }, [...(store.team.name || "W")][0]),
        h("span.team-text", null, h("b", null, store.team.name || "Workspace"), h("small", null, "Local workspace")),
        h("button.side-tool", { type: "button", "aria-label": "Switch between light and dark", title: "Light or dark", onClick: () => nav.theme() },
          icon("sun", 17))),
      h("button.jump-open", { type: "button", onClick: () => nav.jump() }, icon("search", 15), h("span", null, "Jump to …"), h("kbd", null, "Ctrl K")),
      h("div.side-scroll", null, this.section("Apps", apps), this.section("Channels", channels), this.section("Direct messages", directs),
        this.section("More channels", rest)),
      h("footer.side-foot", null,
        h(`div.link-state${live ? ".live" : ""}`, { role: "status" }, h("span.lamp", { "aria-hidden": "true" }),
          !store.connected ? "Workspace is not answering" : live ? `${store.nameOf(bot)} is connected` : `${bot ? store.nameOf(bot) : "The bot"} is not connected`),
        face));
    if (focused) this.root.querySelector(`[data-side="${CSS.escape(focused)}"]`)?.focus();
  }

  key(event) {
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const items = [...this.root.querySelectorAll(".side-item")];
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    event.preventDefault();
    items[Math.max(0, Math.min(to, items.length - 1))].focus();
  }
}
