// The list with a script: stars without a new page, ticking all, counting down, and the keyboard. It works without.
import { press } from "./favourite.js";
import { relative } from "./moments.js";
import { said } from "./texts.js";

const list = document.querySelector(".grid-list");
const ticks = () => [...document.querySelectorAll('tbody input[name="guid"]')];
const bar = document.querySelector(".bulk-bar");
const all = document.querySelector("[data-tick-all]");

function countTicks() {
  const chosen = ticks().filter((tick) => tick.checked).length;
  all.checked = chosen > 0 && chosen === ticks().length;
  all.indeterminate = chosen > 0 && !all.checked;
  const words = bar.querySelector("[data-selected]");
  words.textContent = words.dataset.words.replace("{chosen}", chosen).replace("{count}", words.dataset.count);
  const matching = bar.querySelector('[name="matching"]');
  if (matching && !chosen) matching.checked = false;
  // What is not on this page can only be changed; an export takes what is ticked.
  for (const button of bar.querySelectorAll("[data-ticked-only]")) button.disabled = Boolean(matching?.checked);
  tellClosed();
}

// What would be refused is not offered; the way on is.
function tellClosed() {
  const place = bar.querySelector("[data-closed-words]");
  if (!place) return;
  const count = closed().length;
  const words = place.firstElementChild;
  place.hidden = count === 0;
  words.textContent = count ? said(words, count === 1 ? "one" : "more", { count }) : "";
  for (const button of bar.querySelectorAll("[data-changes]")) button.disabled = count > 0;
}

const closed = () => ticks().filter((tick) => tick.checked && "closed" in tick.dataset);

if (all && bar) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const tick of ticks()) tick.checked = all.checked;
    countTicks();
  });
  let last = null;
  list.addEventListener("click", (event) => {
    const tick = event.target.closest('tbody input[name="guid"]');
    if (!tick) return;
    const boxes = ticks();
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(tick)].sort((a, b) => a - b);
      for (const box of boxes.slice(from, to + 1)) box.checked = tick.checked;
    }
    last = tick;
    countTicks();
  });
  bar.addEventListener("change", countTicks);
  bar.querySelector("[data-leave-out]")?.addEventListener("click", () => {
    for (const tick of closed()) tick.checked = false;
    countTicks();
    (ticks().find((tick) => tick.checked) ?? all).focus();
  });
  // Enter in a box means the button next to it, not the first one of the bar.
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type]), select")) return;
    event.preventDefault();
    event.target.closest("fieldset").querySelector("button").click();
  });
  // A page that is shown again from the browser's memory still has its ticks.
  window.addEventListener("pageshow", countTicks);
}

const starForm = document.getElementById("favourite-form");
starForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  press(starForm, event.submitter);
});

const queue = document.querySelector(".queue-line[data-next-flush]");
if (queue) {
  const due = Date.parse(queue.dataset.nextFlush);
  const shown = queue.querySelector("[data-countdown]");
  // Told once when it is due, not every second.
  queue.setAttribute("aria-live", "off");
  const tell = () => {
    const seconds = Math.ceil((due - Date.now()) / 1000);
    if (seconds > 0) {
      shown.textContent = queue.dataset.inSeconds.replace("%s", relative(seconds));
      return;
    }
    window.clearInterval(timer);
    const again = document.createElement("a");
    again.href = window.location.href;
    again.textContent = queue.dataset.reload;
    shown.replaceChildren(`${queue.dataset.now} `, again);
  };
  const timer = window.setInterval(tell, 1000);
  tell();
}

list?.addEventListener("dblclick", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, label")) row.querySelector("[data-open]").click();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !event.defaultPrevented && ticks().some((tick) => tick.checked)) {
    for (const tick of ticks()) tick.checked = false;
    countTicks();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && event.target.matches("[data-open]")) {
    const links = [...document.querySelectorAll("[data-open]")];
    const next = links[links.indexOf(event.target) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});
