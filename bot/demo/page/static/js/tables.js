// table and data_table: the first plain, the second sortable and in pages.
import { fill, h, icon, uid } from "./dom.js";
import { richText } from "./richtext.js";

const isNumber = (cell) => cell?.type === "raw_number";

function cellNodes(cell, ctx) {
  if (cell?.type === "rich_text") return richText(cell, ctx);
  if (isNumber(cell)) return cell.text ?? cell.formatted_text ?? Number(cell.value).toLocaleString();
  return String(cell?.text ?? "");
}

function cellText(cell) {
  if (cell?.type !== "rich_text") return String(cell?.text ?? cell?.value ?? "");
  return (cell.elements ?? []).flatMap((section) => section.elements ?? []).map((part) => part.text ?? part.name ?? "").join("");
}

export function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const look = (index) => {
    const column = settings[index] ?? {};
    const classes = [["center", "right"].includes(column.align) && column.align, column.is_wrapped && "wrapped"];
    return classes.filter(Boolean).join(" ") || null;
  };
  const [head, ...rows] = block.rows ?? [];
  const numeric = (index) => rows.length > 0 && rows.every((row) => isNumber(row[index]));
  return h("div.table-scroll", { tabindex: "0", role: "region", "aria-label": "Table" }, h("table", null,
    h("thead", null, h("tr", null, (head ?? []).map((cell, index) =>
      h("th", { scope: "col", class: look(index) ?? (numeric(index) ? "number" : null) }, cellNodes(cell, ctx))))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((cell, index) =>
      h("td", { class: [look(index), isNumber(cell) && "number"].filter(Boolean).join(" ") || null }, cellNodes(cell, ctx))))))));
}

function compare(left, right) {
  const numbers = [left, right].map((cell) => (isNumber(cell) ? Number(cell.value ?? cell.text) : Number.NaN));
  if (numbers.every((number) => !Number.isNaN(number))) return numbers[0] - numbers[1];
  return cellText(left).localeCompare(cellText(right), undefined, { numeric: true, sensitivity: "base" });
}

export function dataTable(block, ctx) {
  const [head, ...rows] = block.rows ?? [];
  const size = Math.min(Math.max(Number(block.page_size) || 5, 1), 100);
  const key = Number(block.row_header_column_index) || 0;
  const view = { column: -1, down: false, page: 0 };
  const body = h("tbody");
  const pager = h("div.pager");
  const numeric = (column) => rows.length > 0 && rows.every((row) => isNumber(row[column]));

  const headers = (head ?? []).map((cell, column) => {
    const sort = () => {
      view.down = view.column === column ? !view.down : numeric(column);
      Object.assign(view, { column, page: 0 });
      draw();
    };
    return h(`th${numeric(column) ? ".number" : ""}`, { scope: "col", "aria-sort": "none" },
      h("button.sorter", { type: "button", onClick: sort }, cellNodes(cell, ctx), icon("sort", 13)));
  });

  function draw() {
    const order = view.column < 0 ? rows : [...rows].sort((a, b) =>
      compare(a[view.column], b[view.column]) * (view.down ? -1 : 1));
    const pages = Math.max(1, Math.ceil(order.length / size));
    fill(body, order.slice(view.page * size, (view.page + 1) * size).map((row) => h("tr", null, row.map((cell, column) =>
      h(column === key ? "th" : "td", { scope: column === key ? "row" : null, class: isNumber(cell) ? "number" : null },
        cellNodes(cell, ctx))))));
    headers.forEach((header, column) => {
      header.setAttribute("aria-sort", column !== view.column ? "none" : view.down ? "descending" : "ascending");
    });
    const turn = (by) => () => {
      view.page += by;
      draw();
      pager.querySelector(by > 0 ? "button:last-of-type" : "button")?.focus();
    };
    const first = view.page * size + 1;
    const said = order.length ? `${first}–${Math.min(first + size - 1, order.length)} of ${order.length}` : "No rows";
    if (pages === 1) fill(pager, h("span", null, `${order.length} ${order.length === 1 ? "row" : "rows"}`));
    else {
      fill(pager,
        h("button.icon-button", { type: "button", "aria-label": "Previous page", disabled: view.page === 0, onClick: turn(-1) },
          icon("back", 15)),
        h("span", { "aria-live": "polite" }, said),
        h("button.icon-button", { type: "button", "aria-label": "Next page", disabled: view.page >= pages - 1, onClick: turn(1) },
          icon("next", 15)));
    }
  }
  draw();
  const id = uid("caption");
  return h("div.data-table", null,
    h("div.table-scroll", { tabindex: "0", role: "region", "aria-labelledby": id }, h("table", null,
      h("caption", { id }, block.caption ?? "Table"), h("thead", null, h("tr", null, headers)), body)),
    pager);
}
