// Moments in the reader's own zone: Slack's date tokens, day dividers and message times.
import { h } from "./dom.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (number) => String(number).padStart(2, "0");

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const secondsFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });

export const clockTime = (seconds) => timeFormat.format(new Date(seconds * 1000));

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

// Whole days from today: -1 is yesterday. Rounded, since a day of a time change has 23 or 25 hours.
const dayOffset = (date, now) => Math.round((midnight(date) - midnight(now)) / (DAY * 1000));

function near(date, now) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayOffset(date, now)] ?? null;
}

export function ago(seconds, now = Date.now() / 1000) {
  const apart = Math.round(now - seconds);
  const size = Math.abs(apart);
  const say = (count, unit) => {
    const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return apart >= 0 ? `${text} ago` : `in ${text}`;
  };
  if (size < 10) return "just now";
  if (size < MINUTE) return say(size, "second");
  if (size < HOUR) return say(Math.floor(size / MINUTE), "minute");
  if (size < DAY) return say(Math.floor(size / HOUR), "hour");
  if (size < 30 * DAY) return say(Math.floor(size / DAY), "day");
  if (size < 365 * DAY) return say(Math.floor(size / (30 * DAY)), "month");
  return say(Math.floor(size / (365 * DAY)), "year");
}

function token(name, date, now) {
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const plain = {
    date_num: () => `${year}-${two(month + 1)}-${two(day)}`,
    date_slash: () => `${two(month + 1)}/${two(day)}/${year}`,
    date: () => `${MONTHS[month]} ${ordinal(day)}, ${year}`,
    date_short: () => `${MONTHS[month].slice(0, 3)} ${day}, ${year}`,
    date_long: () => `${DAYS[date.getDay()]}, ${MONTHS[month]} ${ordinal(day)}, ${year}`,
    time: () => timeFormat.format(date),
    time_secs: () => secondsFormat.format(date),
    ago: () => ago(date / 1000, now / 1000),
  };
  if (plain[name]) return plain[name]();
  if (name === "day_divider_pretty") return dayName(date / 1000, now);
  if (name.endsWith("_pretty") && plain[name.slice(0, -7)]) return near(date, now) ?? plain[name.slice(0, -7)]();
  return null;
}

// null when the moment or a token is not known: then the fallback is shown, as Slack does.
// `lead`: the words begin a sentence ("Today at 14:03"), else not ("as of today at 14:03").
export function formatDate(timestamp, format, now = new Date(), lead = true) {
  const date = new Date(Number(timestamp) * 1000);
  if (!/^-?\d{1,12}(\.\d+)?$/.test(String(timestamp)) || Number.isNaN(date.getTime())) return null;
  let known = true;
  const text = String(format).replace(/\{(\w+)\}/g, (whole, name) => {
    const said = token(name, date, now);
    if (said === null) known = false;
    return said ?? whole;
  });
  if (!known) return null;
  return lead && /^\{\w+_pretty\}/.test(format) ? text[0].toUpperCase() + text.slice(1) : text;
}

export function dayName(seconds, now = new Date()) {
  const date = new Date(seconds * 1000);
  const word = near(date, now);
  if (word) return word[0].toUpperCase() + word.slice(1);
  const year = date.getFullYear() === now.getFullYear() ? "" : `, ${date.getFullYear()}`;
  return `${DAYS[date.getDay()]}, ${MONTHS[date.getMonth()]} ${ordinal(date.getDate())}${year}`;
}

export const dayKey = (seconds) => midnight(new Date(seconds * 1000)).getTime();

// A <time> that keeps itself true while it is on the page.
export function timeNode(timestamp, format, fallback, lead = true) {
  const text = formatDate(timestamp, format, new Date(), lead);
  if (text === null) return h("span", null, fallback ?? "");
  const at = new Date(Number(timestamp) * 1000);
  const node = h("time", { datetime: at.toISOString(), title: formatDate(timestamp, "{date_long} at {time_secs}") }, text);
  if (/\{(ago|\w+_pretty)\}/.test(format)) Object.assign(node.dataset, { live: lead ? "lead" : "inside", at: timestamp, format });
  return node;
}

export function refreshTimes(root = document) {
  for (const node of root.querySelectorAll("time[data-live]")) {
    const text = formatDate(node.dataset.at, node.dataset.format, new Date(), node.dataset.live === "lead");
    if (text !== null && text !== node.textContent) node.textContent = text;
  }
}
