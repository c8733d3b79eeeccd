// Puts the page together: routes, keys, theme, and who listens to what.
import { Company } from "./company.js";
import { lookups } from "./context.js";
import { refreshTimes } from "./dates.js";
import { jump } from "./jump.js";
import { closePopup, popupIsOpen } from "./menus.js";
import { Modals } from "./modals.js";
import { Panes } from "./panes.js";
import { Sidebar } from "./sidebar.js";
import { remember, Store } from "./store.js";
import { Toasts } from "./toasts.js";
import { welcomeDone } from "./welcome.js";
import { Wire } from "./wire.js";

const root = (id) => document.getElementById(id);
const store = new Store();
const wire = new Wire(store);

function hashOf({ name, channel, thread, tab }) {
  if (name === "app") return `#/app/${tab}`;
  return `#/c/${channel}${thread ? `/t/${thread}` : ""}`;
}

function readHash() {
  const parts = decodeURIComponent(location.hash).split("/");
  if (parts[1] === "app") return { name: "app", tab: ["home", "messages", "about"].includes(parts[2]) ? parts[2] : "home" };
  if (parts[1] === "c" && store.channels.has(parts[2])) return { name: "channel", channel: parts[2], thread: parts[3] === "t" ? parts[4] ?? "" : "" };
  return entrance();
}

// Where one arrives: the launch channel, else one in which the bot is, else any.
function entrance() {
  const first = store.joined().filter((one) => !one.archived);
  const bot = store.app.user;
  const best = first.find((one) => one.members.includes(bot) && one.kind === "public" && one.name === "launch")
    ?? first.find((one) => one.members.includes(bot) && one.kind === "public") ?? first[0];
  return { name: "channel", channel: best?.id ?? "" };
}

const nav = {
  to(route) {
    nav.drawer(false);
    const next = hashOf({ name: "channel", channel: "", thread: "", tab: "", ...route });
    if (location.hash === next) store.go(route);
    else location.hash = next; // the hashchange event does the rest, and Back works
  },
  channel: (id) => {
    const channel = store.channels.get(id);
    if (channel?.kind === "im" && store.partner(channel) === store.app.user) nav.app("messages");
    else nav.to({ name: "channel", channel: id });
  },
  thread: (channel, thread) => {
    const messages = store.route.name === "app";
    if (messages && thread) nav.to({ name: "channel", channel, thread });
    else nav.to({ name: "channel", channel, thread });
    if (!thread) requestAnimationFrame(() => root("composer-text")?.focus());
  },
  async direct(user) {
    const there = store.directWith(user);
    if (there) nav.channel(there.id);
    else {
      const answer = await wire.act("open_dm", { with: user });
      const id = answer.channel?.id ?? answer.channel;
      if (answer.ok === false) nav.said(answer);
      else if (store.channels.has(id)) nav.channel(id);
      else {
        const wait = () => {
          if (!store.channels.has(id)) return;
          store.removeEventListener("channel", wait);
          nav.channel(id);
        };
        store.addEventListener("channel", wait);
      }
    }
  },
  app(tab, focus = false) {
    nav.to({ name: "app", tab });
    if (focus) requestAnimationFrame(() => root(`tab-${tab}`)?.focus());
  },
  actAs(user) {
    store.actAs(user);
    const channel = store.channels.get(store.route.channel);
    if (store.route.name === "channel" && (!channel || !store.visible(channel))) nav.to(entrance());
    nav.announce(`You act as ${store.nameOf(user)}`);
  },
  at: (id) => panes.channel === id,
  jump: () => jump(store, nav),
  drawer(open) {
    document.body.classList.toggle("drawer", open);
    if (open) root("sidebar").querySelector(".side-item")?.focus();
  },
  theme() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    remember(localStorage, "workspace.theme", document.documentElement.dataset.theme);
    nav.announce(dark ? "Light colours" : "Dark colours");
  },
  company(open) {
    if (open && store.route.thread && tight()) nav.thread(store.route.channel, "");
    company.show(open);
  },
  companyOpen: () => company.open,
  hasCompany: () => company.there,
  brokenCount: () => company.broken(),
  announce: (text) => toasts.say(text),
  said(answer) {
    if (answer?.ok === false) toasts.notice(answer.message ?? "That did not work.", "error");
  },
  sent(text) {
    panes.feed?.toEnd();
    if (text.startsWith("/")) {
      welcomeDone();
      panes.welcome();
    }
  },
};

const panes = new Panes(root("main"), root("thread"), store, wire, nav);
const company = new Company(root("company"), store, nav);
const toasts = new Toasts(root("toasts"), root("announce"), store, nav, lookups(store, nav));
const sidebar = new Sidebar(root("sidebar"), store, nav);
new Modals(store, wire, nav);

// Two panels at the right need a wide window; else the newer one takes the place.
const tight = () => innerWidth < 1500;

function title() {
  const count = [...store.channels.values()].filter((one) => store.visible(one) && one.members?.includes(store.me))
    .reduce((sum, one) => sum + store.unread(one.id), 0);
  const { route } = store;
  const place = route.name === "app" ? store.nameOf(store.app.user) : store.title(store.channels.get(route.channel));
  document.title = `${count ? `(${count}) ` : ""}${place || "Launch Ready"} · ${store.team.name || "Launch Ready"}`;
}

// Many changes in one go draw the sidebar once.
let planned = false;
function soon() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    panes.seen();
    sidebar.draw();
    title();
  });
}

let drawn = "";
function show() {
  const { route } = store;
  const place = `${store.me} ${route.name} ${route.channel} ${route.tab}`;
  if (place === drawn) panes.thread();
  else panes.draw();
  drawn = place;
  if (route.thread && company.open && tight()) company.show(false);
  if (route.name === "app") {
    wire.act("open_home", { tab: route.tab === "messages" ? "messages" : "home" });
    if (route.tab === "messages" && !store.directWith(store.app.user)) wire.act("open_dm", { with: store.app.user });
  }
  soon();
}

store.on("state", () => {
  drawn = "";
  store.go(readHash());
  document.body.classList.add("ready");
});
store.on("route", show);
store.on("me", () => {
  drawn = "";
  show();
});
store.on("message gone read user app connection", soon);
store.on("channel", ({ channel }) => {
  const talk = store.route.name === "app" && store.route.tab === "messages" && store.directWith(store.app.user)?.id === channel;
  if (talk || store.route.channel === channel) {
    drawn = "";
    panes.draw();
  }
  soon();
});
store.on("company faults", () => {
  panes.headTools();
  panes.welcome();
});
addEventListener("hashchange", () => store.ready && store.go(readHash()));
document.addEventListener("visibilitychange", soon);
setInterval(refreshTimes, 20000);
root("scrim").addEventListener("click", () => nav.drawer(false));

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    closePopup();
    if (!document.querySelector("dialog.modal, dialog.confirm")) nav.jump();
    return;
  }
  if (event.key !== "Escape" || event.defaultPrevented || popupIsOpen() || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("drawer")) {
    nav.drawer(false);
    document.querySelector(".drawer-open")?.focus();
  } else if (store.route.thread) nav.thread(store.route.channel, "");
  else if (company.open) company.leave();
  else root("composer-text")?.focus();
});

wire.connect();
company.refresh();
