// The form's parts that need a hand: rows of variables, tags as chips, sites. Fields stay the plain fields they are.
import { Chips } from "./chips.js";
import { said } from "./texts.js";

const form = document.getElementById("editor-form");
const rows = document.getElementById("variable-rows");
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET = new Set(["credential", "secret", "password"]);
const TRUTH = new Set(["boolean", "bool"]);
const TRUTHS = new Set(["true", "1", "yes", "on", "false", "0", "no", "off"]);
const NUMBERS = new Set(["number", "int", "integer", "float"]);
const SELECTIONS = new Set(["select", "choice"]);

if (rows) {
  const ways = JSON.parse(document.getElementById("variable-references").textContent);
  const language = form.querySelector("[name=assembly_type]");
  const total = form.querySelector("[name=variables-TOTAL_FORMS]");
  const typed = () => rows.dispatchEvent(new Event("input", { bubbles: true }));

  const part = (row, name) => row.querySelector(`[data-part=${name}]`);
  const isRemoved = (row) => row.querySelector(".row-delete input").checked;

  const refer = (row) => {
    const name = part(row, "name").value;
    const [plain, other] = ways[language.value] ?? ["", ""];
    const way = PLAIN_NAME.test(name) ? plain : other;
    const written = language.value === "python" ? JSON.stringify(name).slice(1, -1) : name;
    row.querySelector("[data-reference]").textContent = (name && way.replace("{}", () => written)) || "—";
  };

  const follow = (row) => {
    const type = part(row, "type").value.toLowerCase();
    const field = part(row, "default");
    if (field.tagName === "INPUT") {
      field.type = SECRET.has(type) ? "password" : "text";
      field.autocomplete = SECRET.has(type) ? "new-password" : "off";
      if (TRUTH.has(type)) field.setAttribute("list", "truths");
      else field.removeAttribute("list");
    }
    const choices = row.querySelector(".row-choices textarea");
    row.classList.toggle("has-choices", type === "select" || type === "choice" || Boolean(choices?.value));
    refer(row);
    warn(row, type);
  };

  // What a run could not take is said while somebody types; whether a name will do is only known when it is saved.
  const warn = (row, type) => {
    const choices = row.querySelector(".row-choices textarea")?.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const value = part(row, "default").value.trim();
    tell(row, "choices", SELECTIONS.has(type) && choices?.length === 0 ? "none" : "");
    tell(row, "default", value ? wrongness(type, value, choices ?? []) : "");
  };

  const wrongness = (type, value, choices) => {
    if (choices.length && !choices.includes(value)) return "outside";
    if (NUMBERS.has(type) && !Number.isFinite(Number(value))) return "number";
    return TRUTH.has(type) && !TRUTHS.has(value.toLowerCase()) ? "truth" : "";
  };

  const tell = (row, name, words) => {
    const place = row.querySelector(`[data-warning=${name}]`);
    if (!place) return;
    place.hidden = !words;
    place.textContent = words ? said(document.getElementById("variables-said"), words) : "";
  };

  const count = () => {
    const live = [...rows.children].filter((row) => !row.hidden && !isRemoved(row));
    document.querySelector("#tab-variables .count").textContent = live.length;
  };

  const number = () => {
    let place = 0;
    for (const row of rows.children) row.querySelector(".row-order").value = ++place;
    document.getElementById("no-variables").hidden = rows.children.length > 0;
    count();
  };

  const add = () => {
    const made = document.getElementById("variable-row").content.cloneNode(true);
    for (const element of made.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        if (attribute.value.includes("__prefix__")) attribute.value = attribute.value.replaceAll("__prefix__", total.value);
      }
    }
    total.value = Number(total.value) + 1;
    const row = made.firstElementChild;
    rows.append(row);
    begin(row);
    return row;
  };

  const move = (row, direction) => {
    const neighbour = direction === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!neighbour) return;
    if (direction === "up") neighbour.before(row);
    else neighbour.after(row);
    number();
    typed();
    const box = document.getElementById("variables-said");
    const place = [...rows.children].indexOf(row) + 1;
    box.textContent = said(box, "moved", { name: part(row, "name").value, place });
  };

  const begin = (row) => {
    row.querySelector(".row-tools").hidden = false;
    follow(row);
  };

  rows.addEventListener("input", (event) => {
    const row = event.target.closest?.(".variable-row");
    if (row) follow(row);
  });
  rows.addEventListener("change", (event) => {
    const row = event.target.closest(".variable-row");
    if (!row) return;
    follow(row);
    count();
    // A row that was never saved leaves at once.
    if (isRemoved(row) && !row.querySelector("[name$='-of']").value) {
      const after = row.nextElementSibling ?? row.previousElementSibling;
      row.hidden = true;
      count();
      (after?.querySelector("[data-part=name]") ?? document.getElementById("add-variable")).focus();
    }
  });
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    move(button.closest(".variable-row"), button.dataset.move);
    button.focus();
  });
  rows.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const focused = event.target;
    move(focused.closest(".variable-row"), event.key === "ArrowUp" ? "up" : "down");
    focused.focus();
  });
  language?.addEventListener("change", () => [...rows.children].forEach(refer));
  document.getElementById("add-variable").addEventListener("click", (event) => {
    event.preventDefault();
    const row = add();
    number();
    part(row, "name").focus();
    typed();
  });
  // A draft may hold more rows than the page, in another order.
  form.addEventListener("draftrestore", (event) => {
    const kept = new Map(event.detail.entries);
    while (Number(total.value) < Math.min(Number(kept.get("variables-TOTAL_FORMS") ?? 0), 600)) add();
    const place = (row) => Number(kept.get(row.querySelector(".row-order").name) ?? 0);
    rows.append(...[...rows.children].sort((one, other) => place(one) - place(other)));
    number();
  });
  [...rows.children].forEach(begin);
  number();
}

for (const field of form.querySelectorAll("textarea[data-chips]")) new Chips(field);

const modes = form.querySelectorAll("[name=sites_mode]");
const names = form.querySelector(".site-names");
const showSites = () => (names.hidden = form.querySelector("[name=sites_mode]:checked")?.value !== "specific");
for (const mode of modes) mode.addEventListener("change", showSites);
if (names) showSites();
