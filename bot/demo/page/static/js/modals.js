// Dialogs: the stack that the workspace holds for this person, the top one shown, errors under their fields.
import { fill, h, icon, uid } from "./dom.js";
import { places, renderBlocks } from "./blocks.js";
import { surface } from "./context.js";
import { closePopup } from "./menus.js";
import { textNodes } from "./mrkdwn.js";
import { Values } from "./values.js";

const EMPTY = "Please complete this required field.";

const filled = (input) => Object.values(input).some((value) => (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== ""));

// What Slack itself refuses before the app is asked: {block_id: sentence}.
export function complaints(blocks, values) {
  const out = {};
  for (const block of blocks ?? []) {
    if (block?.type !== "input") continue;
    const element = block.element ?? {};
    const input = values.get({ block_id: block.block_id, action_id: element.action_id ?? "" }, element);
    const text = typeof input.value === "string" ? input.value.trim() : "";
    if (!filled(input) || (typeof input.value === "string" && !text)) {
      if (!block.optional) out[block.block_id] = EMPTY;
      continue;
    }
    if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) out[block.block_id] = "Enter an e-mail address, like ana@example.com.";
    if (element.type === "url_text_input" && !/^[a-z][a-z0-9+.-]*:\/\/\S+\.\S+/i.test(text)) out[block.block_id] = "Enter a whole address, like https://example.com.";
    if (element.type === "number_input") {
      const number = Number(text.replace(",", "."));
      if (Number.isNaN(number)) out[block.block_id] = "Enter a number.";
      else if (!element.is_decimal_allowed && !Number.isInteger(number)) out[block.block_id] = "Enter a whole number.";
      else if (element.min_value !== undefined && number < Number(element.min_value)) out[block.block_id] = `Enter ${element.min_value} or more.`;
      else if (element.max_value !== undefined && number > Number(element.max_value)) out[block.block_id] = `Enter ${element.max_value} or less.`;
    }
    if (element.min_length && text.length < element.min_length) out[block.block_id] = `Write at least ${element.min_length} characters.`;
  }
  return out;
}

export class Modals {
  constructor(store, wire, nav) {
    Object.assign(this, { store, wire, nav });
    this.dialog = null;
    this.kept = new Map(); // view id -> Values
    this.back = null;
    store.on("modals state me", () => this.sync());
  }

  sync() {
    const stack = this.store.modals.get(this.store.me) ?? [];
    const top = stack.at(-1);
    for (const id of [...this.kept.keys()]) if (!stack.some((view) => view.id === id)) this.kept.delete(id);
    if (!top) {
      this.shut();
      return;
    }
    const print = `${top.id} ${top.hash ?? ""} ${stack.length} ${JSON.stringify(top.blocks).length}`;
    if (this.dialog && this.print === print) return;
    this.print = print;
    if (!this.dialog) this.open();
    this.draw(top, stack.length);
  }

  open() {
    this.back = document.activeElement;
    this.dialog = h("dialog.modal", null);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close(false);
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  shut() {
    if (!this.dialog) return;
    closePopup();
    this.dialog.close();
    this.dialog.remove();
    this.dialog = null;
    this.print = "";
    if (this.back?.isConnected) this.back.focus();
    else document.getElementById("composer-text")?.focus();
  }

  async close(all) {
    const answer = await this.wire.act("close", { view_id: this.view.id, ...(all ? { all: true } : {}) });
    if (answer.ok === false) this.banner(answer.message);
  }

  draw(view, depth) {
    const focused = document.activeElement;
    const place = this.view?.id === view.id && this.dialog.contains(focused) && focused.dataset?.action
      ? { block: focused.closest("[data-block]")?.dataset.block, action: focused.dataset.action, from: focused.selectionStart } : null;
    const scroll = this.view?.id === view.id ? this.dialog.querySelector(".modal-body")?.scrollTop ?? 0 : 0;
    closePopup();
    this.view = view;
    if (!this.kept.has(view.id)) this.kept.set(view.id, new Values());
    const values = this.kept.get(view.id);
    values.keep(places(view.blocks));
    const ctx = surface(this.store, this.wire, this.nav, values, () => ({ view_id: view.id }));
    ctx.touched = (where) => this.clear(where.block_id);
    const id = uid("modal");
    this.dialog.setAttribute("aria-labelledby", id);
    this.submitter = view.submit ? h("button.btn.primary", { type: "submit" }, textNodes(view.submit)) : null;
    const form = h("form.modal-form", { novalidate: true },
      h("header.modal-head", null,
        depth > 1 ? h("button.icon-button", { type: "button", "aria-label": "Back", title: "Back", onClick: () => this.close(false) }, icon("back")) : null,
        h("h2", { id }, textNodes(view.title)),
        h("button.icon-button", { type: "button", "aria-label": "Close", title: "Close", onClick: () => this.close(true) }, icon("close"))),
      h("p.modal-error", { role: "alert", hidden: true }),
      h("div.modal-body", { tabindex: "-1" }, renderBlocks(view.blocks, ctx)),
      h("footer.modal-foot", null, h("button.btn", { type: "button", onClick: () => this.close(false) },
        view.close ? textNodes(view.close) : view.submit ? "Cancel" : "Close"), this.submitter));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    fill(this.dialog, form);
    this.dialog.querySelector(".modal-body").scrollTop = scroll;
    this.focus(place);
  }

  focus(place) {
    const body = this.dialog.querySelector(".modal-body");
    const same = place && [...body.querySelectorAll("[data-action]")].find((one) => one.dataset.action === place.action
      && one.closest("[data-block]")?.dataset.block === place.block);
    const target = same ?? body.querySelector("[data-autofocus]") ?? body.querySelector(".input :is(input, textarea, button)")
      ?? this.submitter ?? this.dialog.querySelector(".modal-foot button");
    target?.focus();
    if (same && place.from !== null && place.from !== undefined && /^(text|url|)$/.test(same.type ?? "")) same.setSelectionRange?.(place.from, place.from);
  }

  banner(text) {
    const node = this.dialog?.querySelector(".modal-error");
    if (node) fill(node, icon("warning", 15), text ?? "That did not work. Try again.").hidden = false;
  }

  clear(blockId) {
    const node = this.dialog?.querySelector(`[data-block="${CSS.escape(blockId)}"]`);
    const error = node?.querySelector(".field-error");
    if (!error || error.hidden) return;
    error.hidden = true;
    node.classList.remove("wrong");
    node.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  }

  errors(found) {
    let first = null;
    for (const [blockId, sentence] of Object.entries(found)) {
      const node = this.dialog.querySelector(`[data-block="${CSS.escape(blockId)}"]`);
      const error = node?.querySelector(".field-error");
      if (!error) {
        this.banner(sentence);
        continue;
      }
      fill(error, icon("warning", 14), String(sentence)).hidden = false;
      error.id ||= uid("error");
      node.classList.add("wrong");
      const field = node.querySelector("[data-action]");
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", error.id);
      first ??= field;
    }
    first?.focus();
    first?.closest(".block")?.scrollIntoView({ block: "nearest" });
  }

  async submit() {
    if (!this.submitter || this.submitter.getAttribute("aria-busy")) return;
    const values = this.kept.get(this.view.id);
    this.dialog.querySelector(".modal-error").hidden = true;
    const own = complaints(this.view.blocks, values);
    if (Object.keys(own).length) {
      this.errors(own);
      return;
    }
    const button = this.submitter;
    button.setAttribute("aria-busy", "true");
    const answer = await this.wire.act("submit", { view_id: this.view.id, state: values.state() });
    button.removeAttribute("aria-busy");
    if (answer.ok !== false || !this.dialog) return;
    if (answer.errors) this.errors(answer.errors);
    else this.banner(answer.message);
  }
}
