// Keeps the queue current: asks for the part that changes every few seconds, and counts ages and times to go each
// second. Nothing is replaced under somebody's hands: not while text is selected or a form is on its way.
import { relative } from "./moments.js";

const EVERY_SECONDS = 3;
const said = document.getElementById("queue-said");
let tag = "";
let isLeaving = false;
let clockAhead = 0;

// A page may say another pause, or 0 while nothing changes by itself.
const pause = () => (Number(live().dataset.every) || EVERY_SECONDS) * 1000;
const live = () => document.getElementById("queue-live");

function tick() {
  const now = Date.now() - clockAhead;
  for (const time of live().querySelectorAll("time:is([data-ago], [data-due])")) {
    const seconds = (Date.parse(time.dateTime) - now) / 1000;
    const isDue = "due" in time.dataset;
    const text = isDue && seconds < 1 ? live().dataset.due : relative(isDue ? seconds : Math.min(seconds, 0));
    if (time.textContent !== text) time.textContent = text;
  }
}

// The server's clock counts: a browser whose own is wrong must not count down to another moment.
function begin() {
  clockAhead = Date.now() - Date.parse(live().dataset.now);
  tick();
}

function isInUse() {
  const selection = document.getSelection();
  return isLeaving || (selection && !selection.isCollapsed && live().contains(selection.anchorNode));
}

function replace(fresh) {
  const before = live();
  const focused = before.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = document.getElementById("queue-scroll")?.scrollLeft || 0;
  before.replaceWith(document.adoptNode(fresh));
  const table = document.getElementById("queue-scroll");
  if (table) table.scrollLeft = scrolled;
  if (focused) (document.getElementById(focused) || document.getElementById("queue-reload")).focus({ preventScroll: true });
  if (before.dataset.said !== live().dataset.said) said.textContent = live().dataset.said;
  begin();
}

async function refresh() {
  if (document.hidden || isInUse() || live().dataset.every === "0") return;
  const headers = { "X-Requested-With": "fetch", ...(tag && { "If-None-Match": tag }) };
  const answer = await fetch(location.href, { headers, redirect: "error", cache: "no-store" });
  if (answer.status !== 200 || isInUse()) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("queue-live");
  if (!fresh || isInUse()) return;
  tag = answer.headers.get("ETag") || "";
  replace(fresh);
}

async function keepCurrent() {
  try {
    await refresh();
  } catch {
    // Away for a moment, or signed out: the page stays as it is, and the next try or a reload tells.
  }
  setTimeout(keepCurrent, pause());
}

document.addEventListener("submit", () => { isLeaving = true; });
addEventListener("pageshow", () => { isLeaving = false; });
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });
begin();
setInterval(tick, 1000);
setTimeout(keepCurrent, pause());
