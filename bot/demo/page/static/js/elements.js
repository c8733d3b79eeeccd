// Interactive elements that act at once: buttons, menus of more, check boxes, radio buttons, feedback.
import { h, icon, link, safeUrl, uid } from "./dom.js";
import { ask, menu } from "./menus.js";
import { textNodes } from "./mrkdwn.js";
import { picker, selectMenu, textInput } from "./inputs.js";

// Shows that something is under way, and the small error Slack shows when nobody answered.
export async function working(node, promise) {
  const block = node.closest(".block") ?? node.parentElement;
  block?.querySelector(":scope > .act-error")?.remove();
  node.setAttribute("aria-busy", "true");
  const answer = await promise;
  node.removeAttribute("aria-busy");
  if (answer && answer.ok === false) {
    const said = answer.message || "That did not work. Try again.";
    block?.append(h("p.act-error", { role: "alert" }, icon("warning", 14), said));
  }
  return answer;
}

// A choice was made: remember it, and tell the app where the block asks for it.
export function changed(ctx, where, input, node) {
  ctx.values?.set(where, input);
  ctx.touched?.(where);
  if (ctx.inInput && !ctx.dispatch) return null;
  return working(node, ctx.act(where, input));
}

async function agreed(element, ctx) {
  return !element.confirm || ask(element.confirm, (text) => textNodes(text, ctx), ctx);
}

function button(element, ctx, where) {
  const style = ["primary", "danger"].includes(element.style) ? `.${element.style}` : "";
  const label = element.type === "icon_button"
    ? [icon({ trash: "trash" }[element.icon] ?? "more", 16), h("span", null, textNodes(element.text, ctx))] : textNodes(element.text, ctx);
  const props = { "aria-label": element.accessibility_label || null, dataset: { action: where.action_id } };
  const href = element.url ? safeUrl(element.url) : null;
  const act = async (event) => {
    const node = event.currentTarget;
    if (node.getAttribute("aria-busy")) return;
    if (element.confirm) event.preventDefault();
    if (!(await agreed(element, ctx))) return;
    if (href && element.confirm) window.open(href, "_blank", "noopener");
    // A link button tells the app as well, but nobody has to wait for that.
    if (href) ctx.act(where, {});
    else working(node, ctx.act(where, {}));
  };
  if (href) return link(href, [label, icon("external", 14)], { ...props, class: `btn${style.replace(".", " ")}`, onClick: act });
  return h(`button.btn${style}`, { type: "button", ...props, onClick: act }, label);
}

function overflow(element, ctx, where) {
  const node = h("button.icon-button.overflow", {
    type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More options", dataset: { action: where.action_id },
    onClick: () => menu(node, "More options", (element.options ?? []).map((option) => ({
      label: textNodes(option.text, ctx),
      detail: option.description ? textNodes(option.description, ctx) : null,
      run: async () => {
        if (!(await agreed(element, ctx))) return;
        const href = option.url ? safeUrl(option.url) : null;
        if (href) window.open(href, "_blank", "noopener");
        working(node, ctx.act(where, { selected_option: option }));
      },
    })), { align: "end" }),
  }, icon("more"));
  return node;
}

// Check boxes and radio buttons: a group with a name, each with its own description.
function choices(element, ctx, where) {
  const many = element.type === "checkboxes";
  const held = ctx.values?.get(where, element) ?? {};
  const picked = new Set(many ? (held.selected_options ?? []).map((option) => option.value) : [held.selected_option?.value]);
  const name = uid("choice");
  const options = element.options ?? [];
  const node = h("div.choices", {
    role: many ? "group" : "radiogroup", "aria-labelledby": ctx.labelledBy ?? null, "aria-label": ctx.labelledBy ? null : "Options",
  }, options.map((option) => {
    const input = h("input", {
      type: many ? "checkbox" : "radio", name, checked: picked.has(option.value), dataset: { action: where.action_id, value: option.value },
      onChange: async () => {
        if (!(await agreed(element, ctx))) {
          input.checked = !input.checked;
          return;
        }
        if (many) picked[input.checked ? "add" : "delete"](option.value);
        const chosen = options.filter((one) => picked.has(one.value));
        changed(ctx, where, many ? { selected_options: chosen } : { selected_option: option }, node);
      },
    });
    return h("label.choice", null, input, h("span", null, textNodes(option.text, ctx),
      option.description ? h("small", null, textNodes(option.description, ctx)) : null));
  }));
  return node;
}

function feedback(element, ctx, where) {
  const one = (spec, name) => {
    const node = h("button.icon-button", {
      type: "button", "aria-label": spec?.accessibility_label || spec?.text?.text || name, title: spec?.text?.text ?? name, "aria-pressed": "false",
      onClick: () => {
        for (const other of node.parentElement.children) other.setAttribute("aria-pressed", String(other === node));
        working(node, ctx.act(where, { value: spec?.value ?? "" }));
      },
    }, icon(name === "Good" ? "thumbs_up" : "thumbs_down", 16));
    return node;
  };
  return h("span.feedback", null, one(element.positive_button, "Good"), one(element.negative_button, "Bad"));
}

const MAKERS = {
  button,
  workflow_button: button,
  icon_button: button,
  overflow,
  checkboxes: choices,
  radio_buttons: choices,
  feedback_buttons: feedback,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: textInput,
};
for (const kind of ["static", "external", "users", "conversations", "channels"]) {
  MAKERS[`${kind}_select`] = selectMenu;
  MAKERS[`multi_${kind}_select`] = selectMenu;
}

export function unknown(kind, type) {
  return h("div.unknown", { role: "note" }, h("b", null, `This page cannot show a “${String(type ?? "nameless")}” ${kind}.`));
}

export function renderElement(element, ctx, blockId) {
  const make = MAKERS[element?.type];
  if (!make) return unknown("element", element?.type);
  return make(element, ctx, { block_id: blockId, action_id: element.action_id ?? "" }, { changed, agreed });
}
