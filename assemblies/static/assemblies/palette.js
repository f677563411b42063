// Ctrl+K: assemblies, pages, what can be done on this page, and what was opened last. And the sheet of keys.
import { searching } from "./quick_search.js";
import { readRecent } from "./recent.js";

const dialog = document.getElementById("palette");
const words = dialog.dataset;
const field = dialog.querySelector("input");
const found = document.getElementById("palette-found");
let assemblies = [];
let options = [];
let chosen = 0;
const search = searching(words.assemblies, {
  found: (list) => {
    assemblies = list.flatMap(assembly);
    draw();
  },
  failed: () => {
    assemblies = [];
    draw(words.failed);
  },
});

// Shows what there is, and finds what was typed meanwhile.
export function begin() {
  assemblies = [];
  if (field.value) look();
  else draw();
}

function look() {
  draw();
  search(field.value);
}

field.addEventListener("input", look);

field.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) choose((chosen + step + options.length) % options.length);
  else if (event.key === "Enter") options[chosen]?.act();
  else return;
  event.preventDefault();
});

for (const one of document.querySelectorAll("dialog.palette")) {
  one.addEventListener("click", (event) => event.target === one && one.close());
}

// What was found by its text alone is opened at the line; all others at their top, their lines below.
function assembly({ name, summary, source, domain, address, by_text: byText, lines }) {
  const own = { name, more: summary, source, domain, act: () => go(address) };
  const found = lines.map((line) => ({ name: byText ? name : "", place: line.label, code: line.text, act: () => go(line.address) }));
  return byText ? found : [own, ...found];
}

function go(address) {
  dialog.close();
  window.location.assign(address);
}

// Every word has to be in the name; what begins with it comes first.
function matching(list, q) {
  const wanted = q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = list.filter((one) => wanted.every((word) => one.name.toLowerCase().includes(word)));
  return fits.sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted[0] ?? "")) - Number(a.name.toLowerCase().startsWith(wanted[0] ?? "")));
}

const shownText = (element) => (element.querySelector(".word") ?? element).textContent.trim().replace(/\s+/g, " ");

function pages() {
  return [...document.querySelectorAll("#nav-sidebar a")].map((link) => ({ name: shownText(link), act: () => go(link.href) }));
}

function verbs() {
  const controls = document.querySelectorAll("#content .actions :is(a, button).button, .account-links :is(a, button)");
  return [...controls].filter((one) => !one.disabled && !one.hidden && shownText(one)).map((one) => ({
    name: shownText(one),
    act: () => {
      dialog.close();
      one.click();
    },
  }));
}

function draw(problem = "") {
  const q = field.value.trim();
  const recent = readRecent(words.user).map((one) => ({ name: one.name, act: () => go(one.address) }));
  const everything = { name: words.allWords.replace("{q}", q), act: () => go(`${words.list}?${new URLSearchParams({ q })}`) };
  const groups = q
    ? [[words.assemblyWords, [...assemblies, everything]], [words.pageWords, matching(pages(), q)], [words.verbWords, matching(verbs(), q)]]
    : [[words.recentWords, recent], [words.pageWords, pages()], [words.verbWords, verbs()]];
  options = [];
  found.replaceChildren(...groups.filter(([, list]) => list.length).map(group));
  if (problem) found.prepend(made("p", "palette-group", problem));
  choose(0);
}

function group([title, list]) {
  const box = made("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  box.append(made("div", "palette-group", title), ...list.map(option));
  return box;
}

function option(one) {
  const box = made("div");
  box.id = `palette-${options.length}`;
  box.setAttribute("role", "option");
  const name = made("span", "name", one.name);
  name.dir = "auto";
  box.append(name);
  if (one.more) box.append(made("span", "quiet-text", one.more));
  if (one.code) box.append(made("span", "place", one.place), made("code", "quiet-text", one.code));
  if (one.source) box.append(made("span", `badge badge-${one.domain}`, one.source));
  const place = options.push(one) - 1;
  box.addEventListener("click", one.act);
  box.addEventListener("pointermove", () => chosen !== place && choose(place));
  return box;
}

function made(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function choose(place) {
  chosen = place;
  for (const box of found.querySelectorAll("[role=option]")) {
    const isChosen = box.id === `palette-${place}`;
    box.setAttribute("aria-selected", String(isChosen));
    if (isChosen) box.scrollIntoView({ block: "nearest" });
  }
  if (options.length) field.setAttribute("aria-activedescendant", `palette-${place}`);
  else field.removeAttribute("aria-activedescendant");
}
