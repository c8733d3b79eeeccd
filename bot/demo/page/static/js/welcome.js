// The first minute: what this is, and three things to try.
import { h, icon } from "./dom.js";
import { recall, remember } from "./store.js";

const KEY = "workspace.welcomed";

export const welcomed = () => recall(sessionStorage, KEY) === "1";
export const welcomeDone = () => remember(sessionStorage, KEY, "1");

// tries: [{label, detail, run}]
export function welcome({ app, tries, dismiss }) {
  return h("section.welcome", { "aria-labelledby": "welcome-title" },
    h("button.icon-button.welcome-close", { type: "button", "aria-label": "Close the welcome", onClick: dismiss }, icon("close", 15)),
    h("h2", { id: "welcome-title" }, "Is it safe to launch? Ask."),
    h("p", null, `${app} looks at a small demo company that runs on this machine. Nothing here leaves it. `,
      "Type ", h("code", null, "/launch status"), " below and press Enter, or begin with one of these:"),
    h("div.tries", null, tries.map((one) => h("button.try", { type: "button", onClick: one.run }, h("b", null, one.label), h("span", null, one.detail)))),
    h("p.welcome-next", null, "Seen enough? In a terminal, ", h("code", null, "launch check your-domain.com"), " looks at your own site, without any set-up."));
}
