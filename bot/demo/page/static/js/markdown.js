// The `markdown` block: the part of Markdown that Slack shows. Raw HTML stays text.
import { h, link } from "./dom.js";
import { emojiNode } from "./mrkdwn.js";
import { emoji } from "./emoji.js";

const RULES = [
  [/^`([^`\n]+)`/, (m) => h("code", null, m[1])],
  [/^!\[([^\]\n]*)\]\(([^)\s]+)\)/, (m) => link(m[2], m[1] || m[2])],
  [/^\[([^\]\n]+)\]\(([^)\s]+)(?:\s+"[^"\n]*")?\)/, (m, deep) => link(m[2], deep(m[1]))],
  [/^<(https?:\/\/[^>\s]+)>/, (m) => link(m[1], m[1])],
  [/^\*\*(?=\S)([^\n]*?\S)\*\*/, (m, deep) => h("strong", null, deep(m[1]))],
  [/^__(?=\S)([^\n]*?\S)__/, (m, deep) => h("strong", null, deep(m[1]))],
  [/^~~(?=\S)([^\n]*?\S)~~/, (m, deep) => h("s", null, deep(m[1]))],
  [/^\*(?=[^\s*])([^*\n]*[^\s*])\*/, (m, deep) => h("em", null, deep(m[1]))],
  [/^_(?=[^\s_])([^_\n]*[^\s_])_(?!\w)/, (m, deep) => h("em", null, deep(m[1]))],
  [/^:([a-z0-9_+-]+):/, (m) => (emoji(m[1]) ? emojiNode(m[1]) : null)],
  [/^https?:\/\/[^\s<>"'`)\]]+[^\s<>"'`)\].,;:!?]/, (m) => link(m[0], m[0])],
];

function inline(text, depth = 0) {
  const nodes = [];
  let buffer = "";
  const flush = () => {
    if (buffer) nodes.push(document.createTextNode(buffer));
    buffer = "";
  };
  for (let at = 0; at < text.length; ) {
    const char = text[at];
    if (char === "\\" && /[\\`*_{}[\]()#+\-.!~|<>]/.test(text[at + 1] ?? "")) {
      buffer += text[at + 1];
      at += 2;
      continue;
    }
    if (char === "\n") {
      flush();
      nodes.push(h("br"));
      at += 1;
      continue;
    }
    let hit = null;
    if (depth < 6 && "`![<*_~:h".includes(char) && !(char === "_" && /\w/.test(text[at - 1] ?? ""))) {
      const rest = text.slice(at, at + 4000);
      for (const [pattern, make] of RULES) {
        const found = pattern.exec(rest);
        const node = found && make(found, (inner) => inline(inner, depth + 1));
        if (node) {
          hit = [node, found[0].length];
          break;
        }
      }
    }
    if (hit) {
      flush();
      nodes.push(hit[0]);
      at += hit[1];
    } else {
      buffer += char;
      at += 1;
    }
  }
  flush();
  return nodes;
}

const ITEM = /^(\s*)(?:([-*+])|(\d{1,6})[.)])\s+(.*)$/;
const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));

function list(rows) {
  const root = [];
  const stack = [];
  for (const { indent, ordered, start, text } of rows) {
    while (stack.length && indent < stack.at(-1).indent) stack.pop();
    let top = stack.at(-1);
    if (!top || indent > top.indent + 1 || top.ordered !== ordered) {
      if (top && indent <= top.indent + 1) {
        stack.pop();
        top = stack.at(-1);
      }
      const node = h(ordered ? "ol" : "ul", ordered && start > 1 ? { start } : null);
      if (top?.node.lastElementChild) top.node.lastElementChild.append(node);
      else root.push(node);
      top = { indent, ordered, node };
      stack.push(top);
    }
    const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
    top.node.append(h("li", null, task
      ? [h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-label": task[2] }), " ", inline(task[2])]
      : inline(text)));
  }
  return root;
}

function table(block) {
  const [head, , ...body] = block;
  return h("div.table-scroll", { tabindex: "0", role: "region", "aria-label": "Table" }, h("table", null,
    h("thead", null, h("tr", null, cells(head).map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", null, body.map((row) => h("tr", null, cells(row).map((cell) => h("td", null, inline(cell))))))));
}

export function markdown(text) {
  const all = String(text ?? "").replace(/\r\n?/g, "\n").split("\n");
  const nodes = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) nodes.push(h("p", null, inline(paragraph.join("\n"))));
    paragraph = [];
  };
  const take = (index, test) => {
    const rows = [];
    while (index + rows.length < all.length && test(all[index + rows.length])) rows.push(all[index + rows.length]);
    return rows;
  };
  for (let at = 0; at < all.length; ) {
    const line = all[at];
    const fence = /^\s*(```|~~~)/.exec(line);
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (fence) {
      flush();
      const code = take(at + 1, (row) => !row.trim().startsWith(fence[1]));
      nodes.push(h("pre", { tabindex: "0" }, code.join("\n")));
      at += code.length + 2;
    } else if (heading) {
      flush();
      nodes.push(h(`h${Math.min(heading[1].length + 2, 6)}.md-h${heading[1].length}`, null, inline(heading[2])));
      at += 1;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      flush();
      nodes.push(h("hr"));
      at += 1;
    } else if (/^>/.test(line)) {
      flush();
      const rows = take(at, (row) => /^>/.test(row));
      nodes.push(h("blockquote", null, inline(rows.map((row) => row.replace(/^> ?/, "")).join("\n"))));
      at += rows.length;
    } else if (line.includes("|") && /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(all[at + 1] ?? "")) {
      flush();
      const rows = take(at, (row) => row.includes("|"));
      nodes.push(table(rows));
      at += rows.length;
    } else if (ITEM.test(line)) {
      flush();
      const rows = take(at, (row) => ITEM.test(row));
      nodes.push(...list(rows.map((row) => {
        const [, indent, bullet, number, rest] = ITEM.exec(row);
        return { indent: indent.replace(/\t/g, "    ").length, ordered: !bullet, start: Number(number ?? 1), text: rest };
      })));
      at += rows.length;
    } else {
      if (line.trim()) paragraph.push(line.trim());
      else flush();
      at += 1;
    }
  }
  flush();
  return nodes;
}
