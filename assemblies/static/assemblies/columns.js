// Which columns of the list somebody wants, in which order, and how dense its rows are: kept in this browser.
const table = document.querySelector("table[data-kept]");
const choices = document.querySelector("[data-columns]");
const density = document.querySelector("[data-density]");
const names = () => boxes().map((box) => box.value);

function boxes() {
  return [...choices.querySelectorAll("[data-column] input")];
}

function kept() {
  try {
    const choice = JSON.parse(localStorage.getItem("borealis-columns")) ?? {};
    const listed = (value) => (Array.isArray(value) ? value : []);
    return { hidden: listed(choice.hidden), order: listed(choice.order), isComfortable: choice.isComfortable === true };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof DOMException)) throw error;
    return { hidden: [], order: [], isComfortable: false };
  }
}

function keep() {
  const hidden = boxes().filter((box) => !box.checked).map((box) => box.value);
  const choice = { hidden, order: names(), isComfortable: density.checked };
  try {
    localStorage.setItem("borealis-columns", JSON.stringify(choice));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  show(choice);
}

// A column that came with a later release stands where the list has it, after those that were put in order.
function arrange(order) {
  const known = names();
  const wanted = [...order.filter((name) => known.includes(name)), ...known.filter((name) => !order.includes(name))];
  for (const name of wanted) choices.insertBefore(choices.querySelector(`[data-column="${name}"]`), density.closest("label"));
  for (const row of table?.rows ?? []) {
    for (const name of wanted) {
      const cell = row.querySelector(`:scope > .${name}`);
      if (cell) row.append(cell);
    }
  }
}

function show(choice) {
  arrange(choice.order);
  for (const box of boxes()) {
    box.checked = !choice.hidden.includes(box.value);
    table?.classList.toggle(`without-${box.value}`, !box.checked);
  }
  density.checked = choice.isComfortable;
  table?.classList.toggle("is-comfortable", choice.isComfortable);
}

// What was moved keeps the focus, so that it can be moved on.
function move(button) {
  const line = button.closest("[data-column]");
  const other = button.dataset.move === "earlier" ? line.previousElementSibling : line.nextElementSibling;
  if (!other?.matches("[data-column]")) return;
  if (button.dataset.move === "earlier") other.before(line);
  else other.after(line);
  keep();
  button.focus();
}

if (density) {
  show(kept());
  choices.addEventListener("change", keep);
  choices.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
}
