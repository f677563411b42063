// Keeps a list current: the part that changes is fetched when something happened, or by the clock.
import { follow } from "./events.js";

const EVERY_SECONDS = 5;
const EVERY_SECONDS_WITH_EVENTS = 30;
let tag = "";
let timer = 0;
let isLeaving = false;

const part = () => document.getElementById("live-part");

function isInUse() {
  const selection = document.getSelection();
  return selection && !selection.isCollapsed && part().contains(selection.anchorNode);
}

function replace(fresh) {
  const before = part();
  const focused = before.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
  const scrolled = before.querySelector(".table-wrap")?.scrollLeft ?? 0;
  before.replaceWith(document.adoptNode(fresh));
  const wrap = part().querySelector(".table-wrap");
  if (wrap) wrap.scrollLeft = scrolled;
  if (focused) part().querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function refresh() {
  const headers = { "X-Requested-With": "fetch", ...(tag && { "If-None-Match": tag }) };
  const answer = await fetch(location.href, { headers, redirect: "error", cache: "no-store" });
  if (answer.status !== 200 || isLeaving) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live-part");
  if (!fresh) return;
  tag = answer.headers.get("ETag") || "";
  replace(fresh);
}

async function keepCurrent() {
  clearTimeout(timer);
  try {
    if (!document.hidden && !isLeaving && !isInUse()) await refresh();
  } catch {
    // Away for a moment, or signed out: the page stays as it is, and the next try or a reload tells.
  }
  clearTimeout(timer);
  timer = setTimeout(keepCurrent, (events.isOpen ? EVERY_SECONDS_WITH_EVENTS : EVERY_SECONDS) * 1000);
}

addEventListener("pagehide", () => { isLeaving = true; });
addEventListener("pageshow", () => { isLeaving = false; });
const events = follow(part()?.dataset.stream, keepCurrent);
if (part()) timer = setTimeout(keepCurrent, EVERY_SECONDS * 1000);
