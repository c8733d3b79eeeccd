// The only place that makes DOM nodes. Text from outside always enters as a text node, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function apply(node, props) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on") && typeof value === "function") node.addEventListener(key.slice(2).toLowerCase(), value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else if (key === "value") node.value = value;
    else if (key === "checked" || key === "disabled" || key === "open" || key === "hidden") node[key] = Boolean(value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

// h("button.btn.primary", {type: "button"}, "Save")
export function h(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  apply(node, props);
  return append(node, children);
}

export function s(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElementNS(SVG, tag);
  if (classes.length) node.setAttribute("class", classes.join(" "));
  apply(node, props);
  return append(node, children);
}

export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

let counter = 0;
export const uid = (prefix) => `${prefix}-${(counter += 1)}`;

// Line icons on a 20 px grid, drawn here so that nothing is fetched.
const ICONS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13M3 12.5h13",
  close: "M5 5l10 10M15 5 5 15",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  back: "M12 4l-6 6 6 6",
  next: "M8 4l6 6-6 6",
  down: "M5 7.5l5 5 5-5",
  up: "M5 12.5l5-5 5 5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13.2 13.2 17 17",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  send: "M3.5 3.8 17 10 3.5 16.2 5.6 10zM5.6 10H11",
  reply: "M4 4.5h12v8.5H9.5L5.5 16.5V13H4z",
  eye: "M2 10s3-5.2 8-5.2S18 10 18 10s-3 5.2-8 5.2S2 10 2 10zM10 7.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z",
  sun: "M10 6.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8zM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M15.7 4.3l-1.2 1.2M5.5 14.5l-1.2 1.2",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  home: "M3.5 9 10 3.5 16.5 9v7.5h-4.2v-4.7H7.7v4.7H3.5z",
  plug: "M7 2.5v4M13 2.5v4M5 6.5h10v3a5 5 0 0 1-10 0zM10 14.5v3",
  external: "M8 5H4.5v10.5H15V12M11 4h5v5M16 4l-7 7",
  check: "M4 10.5l4 4 8-9",
  warning: "M10 3.2 18 16.5H2zM10 8v4M10 14.2h.01",
  info: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 9v5M10 6.3h.01",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.2M13 3v3.2",
  sort: "M6.5 4v12M6.5 16l-3-3M6.5 16l3-3M13.5 16V4M13.5 4l-3 3M13.5 4l3 3",
  thumbs_up: "M6 9v7.5H3V9zM6 9l3.5-6c1.4 0 2 1 1.7 2.4L10.8 8h4.9c1 0 1.6.9 1.4 1.8l-1.3 5.4c-.2.8-.8 1.3-1.6 1.3H6",
  thumbs_down: "M14 11V3.5h3V11zM14 11l-3.5 6c-1.4 0-2-1-1.7-2.4l.4-2.6H4.3c-1 0-1.6-.9-1.4-1.8l1.3-5.4c.2-.8.8-1.3 1.6-1.3H14",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11",
  bell: "M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13zM8.5 17h3",
  spark: "M10 2.5l1.8 5.7 5.7 1.8-5.7 1.8L10 17.5l-1.8-5.7L2.5 10l5.7-1.8z",
};

export function icon(name, size = 18) {
  return s("svg.icon", { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", focusable: "false" },
    s("path", { d: ICONS[name] ?? ICONS.info, "stroke-width": name === "more" ? 2.6 : null }));
}

// A link only where it cannot run anything; else null.
export function safeUrl(url) {
  const text = String(url ?? "").trim();
  if (!/^(https?:\/\/|mailto:)/i.test(text) || /[\u0000-\u0020<>"\u007f]/.test(text)) return null;
  try {
    const parsed = new URL(text);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

// Pictures come from this page's own address or out of the message itself; nothing is fetched from outside.
export function safeImage(url) {
  const text = String(url ?? "").trim();
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[a-z0-9+/=]+$/i.test(text)) return text;
  if (!/^(\/(?![/\\])|https?:\/\/)[^\s<>"\\]*$/i.test(text)) return null;
  try {
    const parsed = new URL(text, location.href);
    return parsed.origin === location.origin && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, children, props) {
  const href = safeUrl(url);
  if (!href) return h("span", null, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...props }, children);
}
