// rich_text blocks: sections, nested lists, quotes, preformatted text.
import { h, link } from "./dom.js";
import { fromUnicode } from "./emoji.js";
import { timeNode } from "./dates.js";
import { broadcast, channelMention, emojiNode, userMention } from "./mrkdwn.js";

function styled(node, style) {
  let out = node;
  if (style?.code) out = h("code", null, out);
  if (style?.strike) out = h("s", null, out);
  if (style?.italic) out = h("em", null, out);
  if (style?.underline) out = h("u", null, out);
  if (style?.bold) out = h("strong", null, out);
  return out;
}

function lines(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

const PARTS = {
  text: (part) => h("span", null, lines(part.text)),
  link: (part) => link(part.url, part.text || part.url),
  user: (part, ctx) => userMention(part.user_id, "", ctx),
  channel: (part, ctx) => channelMention(part.channel_id, "", ctx),
  usergroup: (part) => h("span.mention", null, `@${part.usergroup_id}`),
  broadcast: (part) => broadcast(part.range),
  emoji: (part) => emojiNode(part.name, fromUnicode(part.unicode)),
  date: (part) => {
    const node = timeNode(part.timestamp, part.format ?? "{date_short_pretty} at {time}", part.fallback);
    return part.url ? link(part.url, node) : node;
  },
  color: (part) => h("code", null, part.value),
};

export function richParts(elements, ctx) {
  return (elements ?? []).map((part) => {
    const make = PARTS[part?.type];
    return styled(make ? make(part, ctx) : h("span", null, part?.text ?? ""), part?.style);
  });
}

// Lists come flat with an indent; a deeper one belongs to the last entry of the one before.
function place(root, stack, element, ctx) {
  const indent = Math.min(Math.max(Number(element.indent) || 0, 0), 8);
  const ordered = element.style === "ordered";
  const node = h(`${ordered ? "ol" : "ul"}.depth-${indent % 3}${element.border ? ".bordered" : ""}`,
    ordered && element.offset ? { start: Number(element.offset) + 1 } : null,
    (element.elements ?? []).map((item) => h("li", null, richParts(item.elements, ctx))));
  while (stack.length && stack.at(-1).indent >= indent) stack.pop();
  const parent = stack.at(-1)?.node.lastElementChild;
  if (parent) parent.append(node);
  else {
    for (let level = 0; level < indent; level += 1) node.classList.add("indented");
    root.push(node);
  }
  stack.push({ indent, node });
}

export function richText(block, ctx) {
  const nodes = [];
  let stack = [];
  for (const element of block.elements ?? []) {
    if (element?.type === "rich_text_list") {
      place(nodes, stack, element, ctx);
      continue;
    }
    stack = [];
    const children = richParts(element?.elements, ctx);
    if (element?.type === "rich_text_quote") nodes.push(h("blockquote", null, children));
    else if (element?.type === "rich_text_preformatted") nodes.push(h("pre", { tabindex: "0" }, children));
    else nodes.push(h("div.rich-section", null, children));
  }
  return nodes;
}
