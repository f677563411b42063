// Keeps a run current until it has ended: asks for the part that changes, and appends what it printed meanwhile.
import { follow as listen } from "./events.js";

const EVERY_SECONDS = 1;
// While events say when the part has changed, the clock asks for it so much less often.
const SELDOM = 15;
const said = document.getElementById("run-said");
const output = document.getElementById("run-output");
const follow = document.getElementById("run-follow");
const silent = document.getElementById("run-silent");
let tag = "";
let isLeaving = false;
let isDue = true;
let turns = 0;

const live = () => document.getElementById("run-live");
const isLive = () => live().dataset.live === "1";

function scrollDown() {
  if (output && follow?.checked) output.scrollTop = output.scrollHeight;
}

async function appendOutput() {
  while (output && output.dataset.complete === "0") {
    const answer = await fetch(`${output.dataset.url}?since=${output.dataset.next}`, { redirect: "error", cache: "no-store" });
    if (answer.status !== 200) return;
    const next = answer.headers.get("X-Output-Next");
    const isNew = next !== output.dataset.next;
    if (isNew) {
      output.insertAdjacentHTML("beforeend", await answer.text());
      output.dataset.next = next;
      silent.hidden = true;
      scrollDown();
    }
    output.dataset.complete = answer.headers.get("X-Output-Complete");
    if (!isNew) return;
  }
}

function replace(fresh) {
  const before = live();
  const focused = before.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...before.querySelectorAll("details")].map((part) => part.open);
  before.replaceWith(document.adoptNode(fresh));
  live().querySelectorAll("details").forEach((part, place) => { if (open[place] !== undefined) part.open = open[place]; });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (before.dataset.said !== live().dataset.said) said.textContent = live().dataset.said;
}

async function refresh() {
  const selection = document.getSelection();
  if (isLeaving || (selection && !selection.isCollapsed && live().contains(selection.anchorNode))) return;
  const headers = { "X-Requested-With": "fetch", ...(tag && { "If-None-Match": tag }) };
  const answer = await fetch(location.href, { headers, redirect: "error", cache: "no-store" });
  if (answer.status !== 200 || isLeaving) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run-live");
  if (!fresh) return;
  tag = answer.headers.get("ETag") || "";
  replace(fresh);
}

function countOn() {
  const seconds = live().querySelector("[data-seconds]");
  if (seconds) seconds.textContent = (Number(seconds.textContent) + EVERY_SECONDS).toFixed(1);
}

const isOver = () => !isLive() && output?.dataset.complete !== "0";

function sayOver() {
  document.getElementById("run-follow-box")?.setAttribute("hidden", "");
  if (silent) silent.textContent = silent.dataset.ended;
}

async function keepCurrent() {
  try {
    if (!document.hidden) {
      countOn();
      await appendOutput();
      turns += 1;
      if (isDue || !events.isOpen || turns % SELDOM === 0) {
        isDue = false;
        await refresh();
      }
    }
  } catch {
    // Away for a moment, or signed out: the page stays as it is, and the next try or a reload tells.
  }
  if (isOver()) sayOver();
  else setTimeout(keepCurrent, EVERY_SECONDS * 1000);
}

document.addEventListener("submit", () => { isLeaving = true; });
addEventListener("pageshow", () => { isLeaving = false; });
const events = listen(isLive() ? live().dataset.stream : "", () => { isDue = true; });
scrollDown();
if (!isOver()) setTimeout(keepCurrent, EVERY_SECONDS * 1000);
