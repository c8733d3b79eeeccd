// The demo company: what can be broken, where it is repaired. Absent when the workspace has none.
import { fill, h, icon, link } from "./dom.js";

const EVERY = 4000;

async function fetchJson(path, body) {
  try {
    const answer = await fetch(path, body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      signal: AbortSignal.timeout(10000) } : { signal: AbortSignal.timeout(5000) });
    const known = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
    return { status: answer.status, body: known };
  } catch {
    return { status: 0, body: null };
  }
}

export class Company {
  constructor(root, store, nav) {
    Object.assign(this, { root, store, nav });
    this.state = null;
    this.open = false;
    this.fault = "";
    this.print = "";
    setInterval(() => document.visibilityState === "visible" && (this.open || !this.state) && this.refresh(), EVERY);
    addEventListener("focus", () => this.refresh());
  }

  get there() {
    return this.state !== null;
  }

  broken() {
    return (this.state?.faults ?? []).filter((fault) => fault.on).length;
  }

  async refresh() {
    const answer = await fetchJson("/_company/state");
    const next = answer.status === 200 && Array.isArray(answer.body?.faults) ? answer.body : answer.status === 0 ? this.state : null;
    const print = JSON.stringify(next);
    if (print === this.print) return;
    this.print = print;
    const appeared = Boolean(next) !== Boolean(this.state);
    this.state = next;
    this.draw();
    this.store.emit(appeared ? "company" : "faults");
  }

  show(open) {
    this.open = open && this.there;
    this.draw();
    if (this.open) {
      this.refresh();
      this.root.querySelector("button, input")?.focus();
    }
    this.store.emit("company");
  }

  // Closed by the person inside it: the focus goes back to where it was opened.
  leave() {
    this.show(false);
    document.querySelector(".company-open")?.focus();
  }

  async turn(fault, on, control) {
    control.setAttribute("aria-busy", "true");
    const answer = await fetchJson("/_company/fault", { id: fault.id, on });
    control.removeAttribute("aria-busy");
    if (answer.status !== 200 || answer.body?.ok === false) {
      this.fault = answer.body?.message ?? "The demo company did not answer. Try again.";
      this.print = "";
    } else {
      this.fault = "";
      this.nav.announce(`${fault.title}: ${on ? "broken" : "back to normal"}`);
    }
    await this.refresh();
    this.draw();
    this.root.querySelector(`[data-fault="${CSS.escape(fault.id)}"]`)?.focus();
  }

  row(fault) {
    const control = h("input.switch", {
      type: "checkbox", role: "switch", checked: fault.on, "aria-label": fault.title, "aria-describedby": `says-${fault.id}`, dataset: { fault: fault.id },
      onChange: () => this.turn(fault, control.checked, control),
    });
    return h(`label.fault${fault.on ? ".on" : ""}`, null, h("span.fault-text", null, h("b", null, fault.title),
      h("small", { id: `says-${fault.id}` }, fault.says ?? "")), control);
  }

  draw() {
    this.root.hidden = !this.open || !this.there;
    if (this.root.hidden) return;
    const scroll = this.root.querySelector(".panel-body")?.scrollTop ?? 0;
    const { faults, site, consoles } = this.state;
    const areas = [...new Set(faults.map((fault) => fault.area ?? ""))];
    const count = this.broken();
    fill(this.root,
      h("header.panel-head", null, h("h2", null, "Demo company"),
        h("button.icon-button", { type: "button", "aria-label": "Close the demo company", title: "Close", onClick: () => this.leave() }, icon("close"))),
      h("div.panel-body", null,
        h("p.lead", null, "Break something, run ", h("code", null, "/launch check"), ", repair it in a console, and check again."),
        h(`p.health${count ? ".bad" : ".good"}`, { role: "status" }, icon(count ? "warning" : "check", 16),
          count ? `${count} thing${count === 1 ? " is" : "s are"} broken` : "Everything is as it should be"),
        this.fault ? h("p.act-error", { role: "alert" }, icon("warning", 14), this.fault) : null,
        h("section.doors", null, h("h3", null, "Look and repair"),
          site ? this.door({ url: site, title: "The company’s site" }) : null,
          (consoles ?? []).map((one) => this.door(one))),
        areas.map((area) => h("section", null, h("h3", null, area ? `Break: ${area}` : "Break"),
          faults.filter((fault) => (fault.area ?? "") === area).map((fault) => this.row(fault))))));
    this.root.querySelector(".panel-body").scrollTop = scroll;
  }

  // A console may be given by a path of this page's own server.
  door(one) {
    let address = null;
    try {
      address = new URL(one.url, location.href).href;
    } catch {
      return null;
    }
    return link(address, [icon("external", 15), h("span", null, one.title)], { class: "door" });
  }
}
