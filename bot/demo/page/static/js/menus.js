// What opens above the page: listboxes with search, menus, confirmation dialogs. One popup at a time.
import { fill, h, icon, uid } from "./dom.js";

let open = null;

function place(popup, anchor) {
  const box = anchor.getBoundingClientRect();
  popup.style.minWidth = `${Math.min(Math.max(box.width, 200), 340)}px`;
  const size = popup.getBoundingClientRect();
  const below = innerHeight - box.bottom;
  const top = below < size.height + 12 && box.top > below ? Math.max(8, box.top - size.height - 4) : box.bottom + 4;
  const wanted = popup.dataset.align === "end" ? box.right - size.width : box.left;
  popup.style.top = `${Math.max(8, Math.min(top, innerHeight - size.height - 8))}px`;
  popup.style.left = `${Math.max(8, Math.min(wanted, innerWidth - size.width - 8))}px`;
}

export function closePopup(refocus = false) {
  if (!open) return;
  const { popup, anchor, done } = open;
  open = null;
  popup.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus) anchor.focus();
  done?.();
}

export const popupIsOpen = () => open !== null;

function show(popup, anchor, done) {
  const again = open?.anchor === anchor;
  closePopup();
  if (again) return false;
  (anchor.closest("dialog") ?? document.body).append(popup);
  open = { popup, anchor, done };
  anchor.setAttribute("aria-expanded", "true");
  place(popup, anchor);
  return true;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.popup.contains(event.target) && !open.anchor.contains(event.target)) closePopup();
});
document.addEventListener("scroll", (event) => {
  if (!open || !event.target.contains?.(open.anchor)) return;
  const [box, frame] = [open.anchor.getBoundingClientRect(), event.target.getBoundingClientRect?.()];
  if (frame && (box.bottom < frame.top || box.top > frame.bottom)) closePopup();
  else place(open.popup, open.anchor);
}, true);
addEventListener("resize", () => closePopup());

// items: [{label, detail, danger, icon, checked, run}], null is a dividing line
export function menu(anchor, label, items, { align = "start" } = {}) {
  const rows = items.map((item) => (item
    ? h(`button.menu-item${item.danger ? ".danger" : ""}`, {
      type: "button", tabindex: "-1", role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      onClick: () => {
        closePopup(true);
        item.run();
      },
    }, item.icon ?? null, h("span.menu-text", null, h("span", null, item.label), item.detail ? h("small", null, item.detail) : null),
    item.checked ? icon("check", 15) : null)
    : h("hr", { role: "separator" })));
  const buttons = rows.filter((row) => row.tagName === "BUTTON");
  const popup = h("div.popup.menu", { role: "menu", "aria-label": label, dataset: { align } }, rows);
  popup.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      closePopup(true);
    } else if (event.key.length === 1) {
      buttons.find((button) => button.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  });
  if (show(popup, anchor)) buttons[0]?.focus();
}

const matches = (option, query) => `${option.text} ${option.description ?? ""}`.toLowerCase().includes(query.toLowerCase());

// groups: [{label, options: [{value, text, description, nodes}]}]; load(query) replaces them while one types.
export function listbox(anchor, { label, groups = [], selected = [], multi = false, load = null, minQuery = 0, onPick }) {
  const id = uid("options");
  const chosen = new Set(selected);
  const list = h("ul", { role: "listbox", id, "aria-label": label, "aria-multiselectable": multi ? "true" : null });
  const input = h("input", {
    type: "text", role: "combobox", placeholder: "Search", "aria-label": `Search: ${label}`, "aria-controls": id, "aria-expanded": "true",
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  const popup = h("div.popup.listbox", null, h("div.listbox-search", null, icon("search", 15), input), list);
  let rows = [];
  let active = -1;
  let round = 0;

  function mark(index) {
    rows[active]?.node.classList.remove("active");
    active = rows.length ? (index + rows.length) % rows.length : -1;
    const row = rows[active];
    row?.node.classList.add("active");
    row?.node.scrollIntoView({ block: "nearest" });
    if (row) input.setAttribute("aria-activedescendant", row.node.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function pick(option) {
    if (!multi) {
      closePopup(true);
      onPick([option]);
      return;
    }
    if (chosen.has(option.value)) chosen.delete(option.value);
    else chosen.add(option.value);
    for (const row of rows) row.node.setAttribute("aria-selected", String(chosen.has(row.option.value)));
    onPick([option], chosen);
    place(popup, anchor);
  }

  function draw(shown, empty) {
    rows = [];
    fill(list);
    for (const group of shown) {
      if (!group.options.length) continue;
      if (group.label) list.append(h("li.group", { role: "presentation" }, group.label));
      for (const option of group.options) {
        const node = h("li.option", {
          role: "option", id: uid("option"), "aria-selected": String(chosen.has(option.value)),
          onClick: () => pick(option), onPointermove: () => active !== rows.findIndex((row) => row.node === node)
            && mark(rows.findIndex((row) => row.node === node)),
        }, h("span.tick", { "aria-hidden": "true" }, icon("check", 14)),
        h("span.menu-text", null, h("span", null, option.nodes ?? option.text), option.description ? h("small", null, option.description) : null));
        rows.push({ node, option });
        list.append(node);
      }
    }
    if (!rows.length) list.append(h("li.empty", { role: "presentation" }, empty));
    mark(Math.max(0, rows.findIndex((row) => chosen.has(row.option.value))));
    if (open) place(popup, anchor);
  }

  async function search() {
    const query = input.value.trim();
    if (!load) {
      draw(groups.map((group) => ({ ...group, options: group.options.filter((option) => matches(option, query)) })), "No matches.");
      return;
    }
    if (query.length < minQuery) {
      draw([], `Type ${minQuery} or more characters.`);
      return;
    }
    const mine = (round += 1);
    draw([], "Looking …");
    const answer = await load(query);
    if (mine === round) draw(answer.groups ?? [], answer.message ?? "No matches.");
  }

  let pause = 0;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, load ? 220 : 0);
  });
  popup.addEventListener("keydown", (event) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (to !== undefined) mark(to);
    else if (event.key === "Enter" && rows[active]) pick(rows[active].option);
    else if (event.key === "Escape" || event.key === "Tab") closePopup(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  if (!show(popup, anchor)) return;
  input.focus();
  search();
}

// Resolves true when the person says yes. `confirm` is Slack's confirmation object.
export function ask(confirm, textNodes, ctx) {
  return new Promise((resolve) => {
    const title = uid("confirm");
    const danger = confirm.style === "danger";
    let answer = false;
    const yes = h(`button.btn.${danger ? "danger" : "primary"}`, { type: "button", onClick: () => {
      answer = true;
      dialog.close();
    } }, textNodes(confirm.confirm ?? { type: "plain_text", text: "Yes" }));
    const no = h("button.btn", { type: "button", onClick: () => dialog.close() }, textNodes(confirm.deny ?? { type: "plain_text", text: "Cancel" }));
    const dialog = h("dialog.confirm", { "aria-labelledby": title },
      h("h2", { id: title }, textNodes(confirm.title ?? { type: "plain_text", text: "Are you sure?" })),
      h("div.confirm-text", null, textNodes(confirm.text, ctx)), h("div.buttons", null, no, yes));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (danger ? no : yes).focus();
  });
}
