// Slack's mrkdwn as DOM nodes. Input is hostile: every branch ends in text nodes and known elements.
import { h, link, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { timeNode } from "./dates.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const MARKS = { "*": "strong", _: "em", "~": "s" };
const DEPTH = 6;

export const decode = (text) => String(text).replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);

const word = (char) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

export function emojiNode(name, code) {
  const char = code ?? emoji(name);
  if (!char) return document.createTextNode(`:${name}:`);
  const circle = /^(?:large_)?(red|orange|yellow|green|blue|white)_circle$/.exec(String(name));
  // Circles are drawn, so that a state has its colour also where no emoji font is installed.
  const kind = circle ? `span.emoji.circle.circle-${circle[1]}` : "span.emoji";
  return h(kind, { role: "img", "aria-label": String(name).replace(/_/g, " "), title: `:${name}:` }, char);
}

// Text with emoji names, nothing else: what a plain_text object holds.
export function plain(text, withEmoji = true) {
  const nodes = [];
  let rest = decode(text ?? "");
  const pattern = /:([a-z0-9_+-]+)(::skin-tone-\d)?:/;
  while (withEmoji && rest) {
    const found = pattern.exec(rest);
    if (!found) break;
    if (emoji(found[1])) {
      nodes.push(rest.slice(0, found.index), emojiNode(found[1]));
      rest = rest.slice(found.index + found[0].length);
    } else {
      nodes.push(rest.slice(0, found.index + found[0].length - 1));
      rest = rest.slice(found.index + found[0].length - 1);
    }
  }
  nodes.push(rest);
  return nodes.filter(Boolean).map((node) => (node instanceof Node ? node : document.createTextNode(node)));
}

export function userMention(id, label, ctx) {
  const user = ctx?.user?.(id);
  const name = user?.name ?? decode(label || "") ?? "";
  return h(`span.mention${ctx?.me && ctx.me() === id ? ".me" : ""}`, { dataset: { user: id } }, `@${name || id}`);
}

export function channelMention(id, label, ctx) {
  const channel = ctx?.channel?.(id);
  const name = channel?.name ?? (decode(label || "") || id);
  if (!channel || !ctx.openChannel) return h("span.mention", null, `#${name}`);
  return h("button.mention", { type: "button", onClick: () => ctx.openChannel(id) }, `#${name}`);
}

export function broadcast(range) {
  return h("span.mention.me", null, `@${range}`);
}

function special(body, label, ctx, lead) {
  const name = body.slice(1);
  if (["here", "channel", "everyone"].includes(name)) return broadcast(name);
  const date = /^date\^(-?[\d.]+)\^([^^]*)(?:\^(.*))?$/s.exec(name);
  if (date) {
    const node = timeNode(date[1], decode(date[2]), decode(label ?? ""), lead);
    return date[3] ? link(decode(date[3]), node) : node;
  }
  if (name.startsWith("subteam^")) return h("span.mention", null, decode(label || "@group"));
  return document.createTextNode(label ? decode(label) : `<${decode(body)}>`);
}

// What stands between < and >.
function token(body, ctx, lead) {
  const bar = body.indexOf("|");
  const [target, label] = bar < 0 ? [body, ""] : [body.slice(0, bar), body.slice(bar + 1)];
  if (/^@[UWB][A-Z0-9]*$/.test(target)) return userMention(target.slice(1), label, ctx);
  if (/^#[CGD][A-Z0-9]*$/.test(target)) return channelMention(target.slice(1), label, ctx);
  if (target.startsWith("!")) return special(target, label, ctx, lead);
  const url = decode(target);
  if (safeUrl(url)) return link(url, label ? plain(label) : url.replace(/^mailto:/, ""));
  return document.createTextNode(label ? decode(label) : `<${url}>`);
}

function closing(text, from, mark) {
  for (let at = from + 2; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "`") {
      const end = text.indexOf("`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === "<") {
      const end = text.indexOf(">", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && !/\s/.test(text[at - 1]) && !word(text[at + 1])) return at;
  }
  return -1;
}

function inline(text, ctx, depth = 0) {
  const nodes = [];
  let buffer = "";
  const flush = () => {
    if (buffer) nodes.push(document.createTextNode(decode(buffer)));
    buffer = "";
  };
  const push = (node, next) => {
    flush();
    nodes.push(node);
    return next;
  };
  const dead = new Set(); // marks that have no partner further on, so that a long row of them stays linear
  for (let at = 0; at < text.length; ) {
    const char = text[at];
    const rest = () => text.slice(at, at + 80);
    if (char === "\n") {
      dead.clear();
      at = push(h("br"), at + 1);
      continue;
    }
    if (char === "`") {
      const end = text.indexOf("`", at + 1);
      if (end > at + 1 && !text.slice(at + 1, end).includes("\n")) {
        at = push(h("code", null, decode(text.slice(at + 1, end))), end + 1);
        continue;
      }
    } else if (char === "<") {
      const end = text.indexOf(">", at + 1);
      if (end > at + 1) {
        const lead = /(^|\n|[.!?] )[*_~]*$/.test(text.slice(Math.max(0, at - 20), at));
        at = push(token(text.slice(at + 1, end), ctx, lead), end + 1);
        continue;
      }
    } else if (MARKS[char] && depth < DEPTH && !dead.has(char) && !word(text[at - 1]) && /\S/.test(text[at + 1] ?? "")
      && text[at + 1] !== char) {
      const end = closing(text, at, char);
      if (end > 0) {
        at = push(h(MARKS[char], null, inline(text.slice(at + 1, end), ctx, depth + 1)), end + 1);
        continue;
      }
      dead.add(char);
    } else if (char === ":") {
      const found = /^:([a-z0-9_+-]+)(::skin-tone-\d)?:/.exec(rest());
      if (found && emoji(found[1])) {
        at = push(emojiNode(found[1]), at + found[0].length);
        continue;
      }
    } else if (char === "h" && !ctx?.verbatim && !word(text[at - 1])) {
      const found = /^https?:\/\/[^\s<>"'`|*]+[^\s<>"'`|*.,;:!?)\]_~]/.exec(text.slice(at, at + 2000));
      if (found && safeUrl(decode(found[0]))) {
        at = push(link(decode(found[0]), decode(found[0])), at + found[0].length);
        continue;
      }
    }
    buffer += char;
    at += 1;
  }
  flush();
  return nodes;
}

const QUOTE = /^(?:>|&gt;) ?/;

function lines(text, ctx) {
  const nodes = [];
  let run = [];
  let quoted = false;
  const flush = () => {
    if (!run.length) return;
    const children = inline(run.join("\n"), ctx);
    nodes.push(...(quoted ? [h("blockquote", null, children)] : children));
    run = [];
  };
  const all = text.split("\n");
  for (let index = 0; index < all.length; index += 1) {
    const line = all[index];
    if (/^(?:>>>|&gt;&gt;&gt;)/.test(line)) {
      flush();
      const rest = [line.replace(/^(?:>>>|&gt;&gt;&gt;) ?/, ""), ...all.slice(index + 1)].join("\n");
      return [...nodes, h("blockquote", null, inline(rest, ctx))];
    }
    const isQuote = QUOTE.test(line);
    if (isQuote !== quoted) {
      flush();
      quoted = isQuote;
    }
    run.push(isQuote ? line.replace(QUOTE, "") : line);
  }
  flush();
  return nodes;
}

// ctx: {user(id), channel(id), me(), openChannel(id), verbatim}; all of it may be missing.
export function mrkdwn(text, ctx) {
  const nodes = [];
  const source = String(text ?? "");
  const fence = /```\n?([\s\S]*?)\n?```\n?/g;
  let from = 0;
  for (let found = fence.exec(source); found; found = fence.exec(source)) {
    if (!found[1]) continue;
    const before = source.slice(from, found.index).replace(/\n$/, "");
    if (before) nodes.push(...lines(before, ctx));
    nodes.push(h("pre", { tabindex: "0" }, decode(found[1])));
    from = found.index + found[0].length;
  }
  if (from < source.length) nodes.push(...lines(source.slice(from), ctx));
  return nodes;
}

// A text object of either kind.
export function textNodes(object, ctx) {
  if (object === undefined || object === null) return [];
  if (typeof object === "string") return plain(object);
  if (object.type === "mrkdwn") return mrkdwn(object.text, object.verbatim ? { ...ctx, verbatim: true } : ctx);
  return plain(object.text, object.emoji !== false);
}

// Without any mark-up: for toasts, titles and screen readers.
export function bare(text, ctx) {
  const holder = h("div", null, mrkdwn(text, ctx));
  for (const br of holder.querySelectorAll("br")) br.replaceWith(" ");
  return holder.textContent.replace(/\s+/g, " ").trim();
}
