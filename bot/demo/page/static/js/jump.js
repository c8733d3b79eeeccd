// Ctrl+K: go anywhere by typing a part of its name.
import { fill, h, icon, uid } from "./dom.js";
import { avatar } from "./rows.js";

export function jump(store, nav) {
  if (document.querySelector("dialog.jump")) return;
  const bot = store.app.user;
  const places = [
    ...store.joined().filter((one) => !one.archived).map((one) => ({ label: one.name, detail: one.topic, glyph: icon(one.kind === "private" ? "lock" : "hash", 16),
      unread: store.unread(one.id), run: () => nav.channel(one.id) })),
    ...(bot ? [{ label: `${store.nameOf(bot)}: Home`, detail: "App", glyph: avatar(store, bot, 20), run: () => nav.app("home") },
      { label: `${store.nameOf(bot)}: Messages`, detail: "App", glyph: avatar(store, bot, 20), run: () => nav.app("messages") }] : []),
    ...store.people().map((user) => ({ label: store.nameOf(user.id), detail: user.title, glyph: avatar(store, user.id, 20), run: () => nav.direct(user.id) })),
    ...(nav.hasCompany() ? [{ label: "Demo company", detail: "Break it, repair it", glyph: icon("plug", 16), run: () => nav.company(true) }] : []),
  ];
  const id = uid("places");
  const list = h("ul", { role: "listbox", id, "aria-label": "Places" });
  const input = h("input", { type: "text", role: "combobox", "aria-label": "Jump to", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
    placeholder: "Where to? A channel, a person, an app", autocomplete: "off", spellcheck: "false" });
  const dialog = h("dialog.jump", { "aria-label": "Jump to" }, h("div.jump-search", null, icon("search", 18), input), list);
  let shown = [];
  let active = 0;

  function go(place) {
    dialog.close();
    place.run();
  }
  function draw() {
    const query = input.value.trim().toLowerCase().replace(/^[#@]/, "");
    shown = places.filter((place) => place.label.toLowerCase().includes(query))
      .sort((a, b) => b.label.toLowerCase().startsWith(query) - a.label.toLowerCase().startsWith(query));
    active = Math.max(0, Math.min(active, shown.length - 1));
    fill(list, shown.map((place, index) => h(`li.option${index === active ? ".active" : ""}`, {
      role: "option", id: `${id}-${index}`, "aria-selected": String(index === active), onClick: () => go(place),
    }, h("span.glyph", null, place.glyph), h("span.menu-text", null, h("span", null, place.label), place.detail ? h("small", null, place.detail) : null),
    place.unread ? h("span.count", null, place.unread) : null)), shown.length ? null : h("li.empty", { role: "presentation" }, "Nothing has that name."));
    if (shown.length) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }
  input.addEventListener("input", () => {
    active = 0;
    draw();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      active = (active + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length);
      draw();
    } else if (event.key === "Enter" && shown[active]) go(shown[active]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  draw();
  input.focus();
}
