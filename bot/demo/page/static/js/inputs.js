// Fields: text in all its kinds, dates and times, select menus (single, multi, with groups, search, from outside).
import { fill, h, icon } from "./dom.js";
import { listbox } from "./menus.js";
import { plain, textNodes } from "./mrkdwn.js";

const labelled = (ctx, fallback) => (ctx.labelledBy
  ? { "aria-labelledby": ctx.labelledBy, "aria-describedby": ctx.describedBy ?? null } : { "aria-label": fallback });

const TEXT = { email_text_input: "email", url_text_input: "url", plain_text_input: "text", rich_text_input: "text" };

// A number keeps its text form, as Slack sends it; rich text is sent as one plain section.
function textValue(element, text) {
  if (element.type !== "rich_text_input") return { value: text === "" ? null : text };
  return { rich_text_value: { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] } };
}

function heldText(held) {
  if (held.rich_text_value) {
    return (held.rich_text_value.elements ?? []).flatMap((one) => one.elements ?? []).map((part) => part.text ?? "").join("");
  }
  return held.value ?? "";
}

export function textInput(element, ctx, where, { changed }) {
  const area = element.multiline || element.type === "rich_text_input";
  const held = ctx.values?.get(where, element) ?? {};
  const placeholder = element.placeholder?.text ?? null;
  const number = element.type === "number_input";
  const node = h(area ? "textarea.field" : "input.field", {
    ...labelled(ctx, placeholder ?? "Text"), placeholder, rows: area ? "4" : null, dataset: { action: where.action_id },
    type: area ? null : number ? "text" : TEXT[element.type], inputmode: number ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    maxlength: element.max_length ?? 3000, autocomplete: "off", value: heldText(held),
  });
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let pause = 0;
  const tell = () => changed(ctx, where, textValue(element, node.value), node);
  node.addEventListener("input", () => {
    ctx.values?.set(where, textValue(element, node.value));
    ctx.touched?.(where);
    if (!ctx.dispatch || !triggers.includes("on_character_entered")) return;
    clearTimeout(pause);
    pause = setTimeout(tell, 350);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (ctx.dispatch && triggers.includes("on_enter_pressed") && !area) {
      event.preventDefault();
      event.stopPropagation();
      tell();
    }
  });
  if (element.focus_on_load) node.dataset.autofocus = "1";
  return node;
}

const pad = (number) => String(number).padStart(2, "0");

function localStamp(seconds) {
  if (seconds === undefined || seconds === null) return "";
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

const PICKERS = {
  datepicker: { type: "date", name: "Date", read: (held) => held.selected_date ?? "", write: (text) => ({ selected_date: text || null }) },
  timepicker: { type: "time", name: "Time", read: (held) => held.selected_time ?? "", write: (text) => ({ selected_time: text || null }) },
  datetimepicker: {
    type: "datetime-local", name: "Date and time", read: (held) => localStamp(held.selected_date_time),
    write: (text) => ({ selected_date_time: text ? Math.floor(new Date(text).getTime() / 1000) : null }),
  },
};

export function picker(element, ctx, where, { changed, agreed }) {
  const kind = PICKERS[element.type];
  const before = kind.read(ctx.values?.get(where, element) ?? {});
  const node = h("input.field.picker", {
    ...labelled(ctx, element.placeholder?.text ?? kind.name), type: kind.type, value: before, dataset: { action: where.action_id },
  });
  node.addEventListener("change", async () => {
    if (!(await agreed(element, ctx))) node.value = before;
    else changed(ctx, where, kind.write(node.value), node);
  });
  if (element.focus_on_load) node.dataset.autofocus = "1";
  return node;
}

// The three kinds of a select menu: where its options come from and what Slack calls the choice.
function people(ctx) {
  return [{ options: ctx.people().map((user) => ({ value: user.id, text: user.real_name || user.name, description: user.title || null })) }];
}

function conversations(ctx, element) {
  const filter = element.filter?.include;
  const options = ctx.conversations().filter((one) => !filter || filter.includes(one.kind) || (one.kind === "im" && filter.includes("im")));
  return [{ options: options.map((one) => ({ value: one.id, text: one.kind === "im" ? one.title : `#${one.title}` })) }];
}

const SOURCES = {
  users: { one: "selected_user", many: "selected_users", groups: people },
  channels: {
    one: "selected_channel", many: "selected_channels",
    groups: (ctx) => conversations({ conversations: () => ctx.conversations().filter((one) => one.kind === "public") }, {}),
  },
  conversations: { one: "selected_conversation", many: "selected_conversations", groups: conversations },
  static: { one: "selected_option", many: "selected_options" },
  external: { one: "selected_option", many: "selected_options" },
};

const fromOption = (ctx) => (option) => ({
  value: option.value, text: option.text?.text ?? "", nodes: textNodes(option.text, ctx), description: option.description?.text ?? null, option,
});

function optionGroups(source, ctx) {
  const make = fromOption(ctx);
  if (source.option_groups) {
    return source.option_groups.map((group) => ({ label: group.label?.text ?? "", options: (group.options ?? []).map(make) }));
  }
  return [{ options: (source.options ?? []).map(make) }];
}

export function selectMenu(element, ctx, where, { changed, agreed }) {
  const multi = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const source = SOURCES[kind];
  const key = multi ? source.many : source.one;
  const ids = kind !== "static" && kind !== "external";
  const groups = () => (source.groups ? source.groups(ctx, element) : kind === "static" ? optionGroups(element, ctx) : []);
  const held = ctx.values?.get(where, element)?.[key];
  let chosen = (multi ? held ?? [] : held ? [held] : []).map((one) => (ids ? { value: one } : fromOption(ctx)(one)));

  const placeholder = element.placeholder?.text ?? (multi ? "Choose" : "Choose one");
  const face = h("span.select-face");
  const node = h(`button.select${multi ? ".multi" : ""}`, {
    type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", dataset: { action: where.action_id },
  }, face, icon("down", 14));

  function draw() {
    const known = new Map(groups().flatMap((group) => group.options).map((option) => [option.value, option]));
    const shown = chosen.map((one) => known.get(one.value) ?? one);
    if (!shown.length) fill(face, h("span.placeholder", null, plain(placeholder)));
    else if (multi) fill(face, shown.map((one) => h("span.chip", null, one.text || one.value)));
    else fill(face, shown[0].nodes?.map((part) => part.cloneNode(true)) ?? shown[0].text ?? shown[0].value);
    const said = shown.map((one) => one.text || one.value).join(", ") || placeholder;
    if (ctx.labelText) node.setAttribute("aria-label", `${ctx.labelText}: ${said}`);
    else node.setAttribute("aria-label", said === placeholder ? placeholder : `${placeholder}: ${said}`);
  }

  async function load(query) {
    const answer = await ctx.suggest(where, query);
    if (answer.ok === false) return { groups: [], message: answer.message ?? "The options could not be loaded." };
    return { groups: optionGroups(answer, ctx) };
  }

  async function pick([option], picked) {
    if (!(await agreed(element, ctx))) return;
    if (multi) {
      const kept = chosen.filter((one) => picked.has(one.value));
      const added = picked.has(option.value) && !kept.some((one) => one.value === option.value) ? [option] : [];
      chosen = [...kept, ...added].slice(0, element.max_selected_items ?? 100);
    } else chosen = [option];
    draw();
    const raw = chosen.map((one) => (ids ? one.value : one.option));
    if (!multi || !ctx.inInput || ctx.dispatch) changed(ctx, where, { [key]: multi ? raw : raw[0] }, node);
    else ctx.values?.set(where, { [key]: raw });
  }

  node.addEventListener("click", () => listbox(node, {
    label: ctx.labelText ?? placeholder, multi, selected: chosen.map((one) => one.value), groups: groups(),
    load: kind === "external" ? load : null, minQuery: kind === "external" ? element.min_query_length ?? 3 : 0, onPick: pick,
  }));
  if (element.focus_on_load) node.dataset.autofocus = "1";
  draw();
  return node;
}
