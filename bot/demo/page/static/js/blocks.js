// Block Kit blocks as DOM nodes. An unknown or broken block becomes a labelled box, never an error.
import { h, icon, link, safeImage, uid } from "./dom.js";
import { chart } from "./charts.js";
import { renderElement, unknown } from "./elements.js";
import { markdown } from "./markdown.js";
import { plain, textNodes } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

function image(url, alt, className) {
  const source = safeImage(url);
  if (!source) {
    return h("span.no-image", { role: "img", "aria-label": alt || "Picture" }, icon("external", 14), " ",
      link(url, alt || "Picture"), h("small", null, " (not fetched from outside)"));
  }
  return h(`img.${className}`, { src: source, alt: alt ?? "", loading: "lazy" });
}

const blockPicture = (block) => image(block.image_url ?? block.slack_file?.url, block.alt_text, "picture");

function accessory(element, ctx, id) {
  if (element.type === "image") return image(element.image_url ?? element.slack_file?.url, element.alt_text, "thumb");
  return renderElement(element, ctx, id);
}

function section(block, ctx, id) {
  const body = h("div.section-body", null,
    block.text ? h("div.text", null, textNodes(block.text, ctx)) : null,
    block.fields?.length ? h("div.fields", null, block.fields.map((field) => h("div.text", null, textNodes(field, ctx)))) : null);
  if (!block.accessory) return body;
  const named = { ...ctx, labelText: null };
  return h("div.section-row", null, body, h("div.accessory", null, accessory(block.accessory, named, id)));
}

function context(block, ctx) {
  return h("div.context", null, (block.elements ?? []).map((element) => (element?.type === "image"
    ? image(element.image_url ?? element.slack_file?.url, element.alt_text, "tiny") : h("span.text", null, textNodes(element, ctx)))));
}

const actions = (block, ctx, id) => h("div.actions", null, (block.elements ?? []).map((element) => renderElement(element, ctx, id)));

function input(block, ctx, id) {
  const label = uid("label");
  const hint = uid("hint");
  const inner = {
    ...ctx, inInput: true, dispatch: Boolean(block.dispatch_action), labelledBy: label, labelText: block.label?.text ?? "",
    describedBy: block.hint ? hint : null,
  };
  return h("div.input", null,
    h("div.input-label", { id: label }, plain(block.label?.text ?? ""), block.optional ? h("span.optional", null, " (optional)") : null),
    renderElement(block.element ?? {}, inner, id),
    block.hint ? h("p.field-help", { id: hint }, plain(block.hint.text)) : null,
    h("p.field-error", { role: "alert", hidden: true }));
}

const LEVELS = { info: "info", success: "check", warning: "warning", error: "warning", default: "info" };

function alert(block, ctx) {
  const level = LEVELS[block.level] ? block.level : "default";
  return h(`div.alert.${level}`, { role: level === "error" ? "alert" : "note" }, icon(LEVELS[level], 18),
    h("div.text", null, textNodes(block.text, ctx)));
}

function card(block, ctx, id) {
  return h("div.card", null,
    block.hero_image ? image(block.hero_image.image_url, block.hero_image.alt_text, "hero") : null,
    h("div.card-head", null, block.icon ? image(block.icon.image_url, block.icon.alt_text, "tiny") : null,
      h("div", null, block.title ? h("b", null, textNodes(block.title, ctx)) : null,
        block.subtitle ? h("div.quiet", null, textNodes(block.subtitle, ctx)) : null)),
    block.body ? h("div.text", null, textNodes(block.body, ctx)) : null,
    block.actions?.length ? actions({ elements: block.actions }, ctx, id) : null);
}

function container(block, ctx) {
  const title = block.rich_text_title ? richText(block.rich_text_title, ctx) : textNodes(block.title, ctx);
  const head = [block.icon ? image(block.icon.image_url, block.icon.alt_text, "tiny") : null,
    h("div", null, h("b", null, title), block.subtitle ? h("div.quiet", null, textNodes(block.subtitle, ctx)) : null)];
  const width = ["narrow", "standard", "wide", "full"].includes(block.width) ? block.width : "standard";
  const body = h("div.container-body", null, renderBlocks(block.child_blocks, ctx));
  if (block.is_collapsible) {
    return h(`details.container.${width}`, { open: !block.default_collapsed }, h("summary", null, head), body);
  }
  return h(`div.container.${width}${block.has_header_divider ? ".ruled" : ""}`, null, h("div.container-head", null, head), body);
}

const STATES = { pending: "To do", in_progress: "Under way", complete: "Done", error: "Failed" };

function task(block, ctx) {
  const status = STATES[block.status] ? block.status : "pending";
  const more = [block.details ? h("div.text", null, richText(block.details, ctx)) : null,
    block.output ? h("div.text", null, richText(block.output, ctx)) : null,
    block.sources?.length ? h("div.sources", null, block.sources.map((source) => link(source.url, source.text || source.url))) : null];
  return h(`div.task.${status}`, null, h("span.task-mark", { "aria-hidden": "true" }, status === "complete" ? icon("check", 13)
    : status === "error" ? icon("close", 12) : null),
  h("div", null, h("div", null, h("b", null, plain(block.title ?? "")), h("span.task-state", null, STATES[status])), more));
}

function plan(block, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((one) => one.status === "complete").length;
  const title = typeof block.title === "string" ? plain(block.title) : textNodes(block.title, ctx);
  return h("details.plan", { open: true }, h("summary", null, h("b", null, title), h("span.quiet", null, ` ${done} of ${tasks.length} done`)),
    tasks.map((one) => task(one, ctx)));
}

const RENDERERS = {
  header: (block, ctx) => h("div.header", { role: "heading", "aria-level": "3" }, textNodes(block.text, ctx)),
  section,
  divider: () => h("hr"),
  context,
  image: (block, ctx) => h("figure.image", null, block.title ? h("figcaption", null, textNodes(block.title, ctx)) : null, blockPicture(block)),
  actions,
  context_actions: actions,
  input,
  rich_text: (block, ctx) => h("div.rich", null, richText(block, ctx)),
  markdown: (block) => h("div.markdown", null, markdown(block.text)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  alert,
  card,
  carousel: (block, ctx, id) => h("div.carousel", { tabindex: "0", role: "group", "aria-label": "Cards" },
    (block.elements ?? []).map((one) => card(one, ctx, one.block_id ?? id))),
  container,
  plan,
  task_card: task,
  video: (block, ctx) => h("div.card", null, h("b", null, textNodes(block.title, ctx)), h("div", null, link(block.video_url, "Watch the video"))),
  file: (block) => h("div.card", null, icon("external", 14), " ", plain(block.external_id ?? "File")),
  call: () => h("div.card", null, "A call"),
};

export function renderBlock(block, ctx, index = 0) {
  const id = block?.block_id ?? `block-${index}`;
  let node = null;
  try {
    node = RENDERERS[block?.type]?.(block, ctx, id) ?? null;
  } catch (fault) {
    console.warn("a block could not be shown", fault);
  }
  const safe = /^[a-z_]+$/.test(block?.type ?? "") ? block.type.replace(/_/g, "-") : "other";
  return h(`div.block.b-${safe}`, { dataset: { block: id } }, node ?? unknown("block", block?.type));
}

export const renderBlocks = (blocks, ctx) => (Array.isArray(blocks) ? blocks : []).slice(0, 120).map((block, index) => renderBlock(block, ctx, index));

// Every interactive place of these blocks, for keeping what was typed over an update.
export function places(blocks) {
  const found = [];
  const visit = (value, id) => {
    if (Array.isArray(value)) value.forEach((one) => visit(one, id));
    else if (value && typeof value === "object") {
      const own = value.block_id ?? id;
      if (value.action_id) found.push({ block_id: own, action_id: value.action_id, element: value });
      Object.values(value).forEach((one) => visit(one, own));
    }
  };
  (blocks ?? []).forEach((block, index) => visit(block, block?.block_id ?? `block-${index}`));
  return found;
}
