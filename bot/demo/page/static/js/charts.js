// data_visualization as inline SVG, with the same numbers as a table for those who cannot see it.
import { h, s, uid } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 220;
const PAD = { left: 46, right: 14, top: 12, bottom: 34 };
const MAX_SERIES = 12;

const say = (value) => (Math.abs(value) >= 10000
  ? Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value)
  : Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value));

// Round steps: 1, 2 or 5 times a power of ten, about four of them.
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(low + 1e-9, ...values) || 1;
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((size) => size * power).find((size) => size >= rough) ?? rough;
  const top = Math.ceil(high / step - 1e-9) * step;
  const bottom = Math.floor(low / step + 1e-9) * step;
  const ticks = [];
  for (let index = 0; index <= Math.round((top - bottom) / step) && index < 12; index += 1) ticks.push(bottom + index * step);
  return { ticks, y: (value) => PAD.top + (1 - (value - bottom) / (top - bottom || 1)) * (HEIGHT - PAD.top - PAD.bottom) };
}

function axes(categories, xs, { ticks, y }, config) {
  const every = Math.ceil(categories.length / 8);
  return [
    ticks.map((tick) => [
      s("line.grid", { x1: PAD.left, x2: WIDTH - PAD.right, y1: y(tick), y2: y(tick) }),
      s("text.axis-mark", { x: PAD.left - 7, y: y(tick) + 4, "text-anchor": "end" }, say(tick)),
    ]),
    categories.map((name, index) => (index % every ? null
      : s("text.axis-mark", { x: xs[index], y: HEIGHT - PAD.bottom + 16, "text-anchor": "middle" },
        String(name).length > 12 ? `${String(name).slice(0, 11)}…` : String(name)))),
    config?.x_label ? s("text.axis", { x: WIDTH / 2, y: HEIGHT - 3, "text-anchor": "middle" }, config.x_label) : null,
    config?.y_label ? s("text.axis", { x: 11, y: HEIGHT / 2, "text-anchor": "middle", transform: `rotate(-90 11 ${HEIGHT / 2})` },
      config.y_label) : null,
  ];
}

function point(series, index, category, x, y, value) {
  return s(`circle.dot.c${index}`, { cx: x, cy: y, r: 3.2 }, s("title", null, `${series.name}, ${category}: ${say(value)}`));
}

function lines(kind, series, categories, config) {
  const { ticks, y } = scale(series.flatMap((one) => one.values).filter(Number.isFinite));
  const step = (WIDTH - PAD.left - PAD.right) / Math.max(1, categories.length - (categories.length > 1 ? 1 : 0));
  const xs = categories.map((_, index) => (categories.length > 1 ? PAD.left + index * step : WIDTH / 2));
  return [axes(categories, xs, { ticks, y }, config), series.map((one, index) => {
    const known = one.values.map((value, at) => [xs[at], y(value), value, at]).filter(([, , value]) => Number.isFinite(value));
    const path = known.map(([x, height], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${height.toFixed(1)}`).join("");
    const floor = y(ticks[0]).toFixed(1);
    return [
      kind === "area" && known.length
        ? s(`path.fill.c${index}`, { d: `${path}L${known.at(-1)[0].toFixed(1)} ${floor}L${known[0][0].toFixed(1)} ${floor}Z` }) : null,
      s(`path.stroke.c${index}`, { d: path }),
      known.map(([x, height, value, at]) => point(one, index, categories[at], x, height, value)),
    ];
  })];
}

function bars(series, categories, config) {
  const { ticks, y } = scale(series.flatMap((one) => one.values).filter(Number.isFinite));
  const slot = (WIDTH - PAD.left - PAD.right) / Math.max(1, categories.length);
  const width = Math.min(42, (slot * 0.72) / series.length);
  const xs = categories.map((_, index) => PAD.left + slot * (index + 0.5));
  return [axes(categories, xs, { ticks, y }, config), series.map((one, index) => one.values.map((value, at) => {
    if (!Number.isFinite(value)) return null;
    const x = xs[at] + (index - series.length / 2) * width;
    const top = Math.min(y(value), y(0));
    return s(`rect.bar.c${index}`, { x: x + 1, y: top, width: Math.max(1, width - 2), height: Math.max(0.5, Math.abs(y(value) - y(0))), rx: 2 },
      s("title", null, `${one.name}, ${categories[at]}: ${say(value)}`));
  }))];
}

function pie(segments) {
  const total = segments.reduce((sum, segment) => sum + Math.max(0, segment.value), 0) || 1;
  let angle = -Math.PI / 2;
  const [cx, cy, r] = [110, 110, 96];
  return segments.map((segment, index) => {
    const part = Math.max(0, segment.value) / total;
    const title = s("title", null, `${segment.label}: ${say(segment.value)} (${Math.round(part * 100)} %)`);
    if (part > 0.9999) return s(`circle.slice.c${index}`, { cx, cy, r }, title);
    const end = angle + part * 2 * Math.PI;
    const at = (theta) => `${(cx + r * Math.cos(theta)).toFixed(2)} ${(cy + r * Math.sin(theta)).toFixed(2)}`;
    const d = `M${cx} ${cy}L${at(angle)}A${r} ${r} 0 ${part > 0.5 ? 1 : 0} 1 ${at(end)}Z`;
    angle = end;
    return s(`path.slice.c${index}`, { d }, title);
  });
}

function numbers(head, rows) {
  return h("details.chart-numbers", null, h("summary", null, "Show the numbers"),
    h("div.table-scroll", { tabindex: "0", role: "region", "aria-label": "Numbers of the chart" }, h("table", null,
      h("thead", null, h("tr", null, head.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", null, rows.map(([name, ...values]) => h("tr", null, h("th", { scope: "row" }, name),
        values.map((value) => h("td.number", null, Number.isFinite(value) ? say(value) : "no data"))))))));
}

function legend(names) {
  if (names.length < 2) return null;
  return h("ul.legend", { "aria-hidden": "true" }, names.map((name, index) => h("li", null, h(`span.swatch.c${index}`), name)));
}

export function chart(block) {
  const spec = block.chart ?? {};
  const title = String(block.title ?? "Chart");
  const id = uid("chart");
  const picture = (width, height, label, shapes) => s("svg.chart", {
    viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, preserveAspectRatio: "xMidYMid meet",
  }, shapes);
  const frame = (name, ...children) => h(`figure.visual.${name}`, { "aria-labelledby": id },
    h("figcaption", { id }, title), children);

  if (spec.type === "pie") {
    const segments = (spec.segments ?? []).slice(0, MAX_SERIES).map((one) => ({ label: String(one.label ?? ""), value: Number(one.value) || 0 }));
    if (!segments.length) return frame("empty", h("p.quiet", null, "No numbers yet."));
    return frame("pie", picture(220, 220, `Pie chart: ${title}`, pie(segments)),
      h("ul.legend", { "aria-hidden": "true" }, segments.map((one, index) =>
        h("li", null, h(`span.swatch.c${index}`), `${one.label} `, h("b", null, say(one.value))))),
      numbers(["", "Value"], segments.map((one) => [one.label, one.value])));
  }
  if (!["line", "bar", "area"].includes(spec.type)) return null;
  const raw = (spec.series ?? []).slice(0, MAX_SERIES);
  const categories = (spec.axis_config?.categories ?? (raw[0]?.data ?? []).map((one) => one.label)).slice(0, 100);
  const series = raw.map((one) => {
    const values = new Map((one.data ?? []).map((entry) => [entry.label, Number(entry.value)]));
    return { name: String(one.name ?? ""), values: categories.map((name) => values.get(name) ?? Number.NaN) };
  });
  if (!categories.length || !series.length) return frame("empty", h("p.quiet", null, "No numbers yet."));
  const shapes = spec.type === "bar" ? bars(series, categories, spec.axis_config) : lines(spec.type, series, categories, spec.axis_config);
  const names = series.map((one) => one.name);
  const kind = { line: "Line", bar: "Bar", area: "Area" }[spec.type];
  return frame("plot", picture(WIDTH, HEIGHT, `${kind} chart: ${title}`, shapes), legend(names),
    numbers(["", ...names], categories.map((name, index) => [name, ...series.map((one) => one.values[index])])));
}
