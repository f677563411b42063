// The page of one assembly: its parts as tabs, kept in the address's fragment, and the star of a favourite.
import { press } from "./favourite.js";
import { lineOf } from "./lines.js";

const list = document.querySelector(".item-tabs");
const tabs = list ? [...list.querySelectorAll("a")] : [];
const panelOf = (tab) => document.getElementById(tab.hash.slice(1));

if (tabs.length) {
  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", tab.hash.slice(1));
    panelOf(tab).setAttribute("role", "tabpanel");
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(tab);
    });
  }
  list.addEventListener("keydown", byKey);
  addEventListener("hashchange", () => show(named(location.hash) ?? tabs[0]));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-tab]");
    const tab = link && named(`#${link.dataset.tab}`);
    if (!tab) return;
    event.preventDefault();
    choose(tab);
    tab.focus();
  });
  show(tabs.find((tab) => "errors" in tab.dataset) ?? named(location.hash) ?? tabs[0]);
}

// A line of the script is in its tab.
function named(hash) {
  const panel = lineOf(hash) ? "#script" : hash;
  return tabs.find((tab) => tab.hash === panel);
}

function choose(tab) {
  history.replaceState(history.state, "", tab.hash);
  show(tab);
}

function show(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    panelOf(one).classList.toggle("is-shown", chosen);
  }
  followEdited();
  // What is saved from a tab comes back to it.
  const form = document.getElementById("editor-form");
  const address = form?.getAttribute("action")?.split("#")[0] || `${location.pathname}${location.search}`;
  form?.setAttribute("action", address + tab.hash);
  // Ace and the picture measure themselves when they are seen.
  dispatchEvent(new Event("resize"));
}

// Save is for what is looked at: the document while it is edited as JSON, else the form of the other tabs.
function followEdited() {
  const raw = document.querySelector(".is-shown details[open] #raw-form");
  for (const button of document.querySelectorAll("[data-save]")) button.setAttribute("form", raw ? raw.id : "editor-form");
}
document.querySelector(".raw-edit")?.addEventListener("toggle", followEdited);

function byKey(event) {
  const at = tabs.indexOf(event.target.closest("a"));
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (event.key === " ") event.target.closest("a").click();
  else if (to === undefined) return;
  event.preventDefault();
  if (to === undefined) return;
  const tab = tabs[(to + tabs.length) % tabs.length];
  choose(tab);
  tab.focus();
}

const star = document.querySelector("form[data-favourite]");
star?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = star.querySelector("button");
  await press(star, button);
  const isOne = button.name === "remove";
  button.title = isOne ? star.dataset.remove : star.dataset.add;
  button.querySelector("[aria-hidden]").textContent = isOne ? "★" : "☆";
});
