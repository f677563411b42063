// Which columns of the list somebody wants, and how dense its rows are: kept in this browser.
const table = document.querySelector("table[data-kept]");
const boxes = [...document.querySelectorAll("[data-columns] input[value]:not([data-density])")];
const density = document.querySelector("[data-density]");

function kept() {
  try {
    const choice = JSON.parse(localStorage.getItem("borealis-columns")) ?? {};
    return { hidden: Array.isArray(choice.hidden) ? choice.hidden : [], isComfortable: choice.isComfortable === true };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof DOMException)) throw error;
    return { hidden: [], isComfortable: false };
  }
}

function keep(choice) {
  try {
    localStorage.setItem("borealis-columns", JSON.stringify(choice));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function show(choice) {
  for (const box of boxes) {
    box.checked = !choice.hidden.includes(box.value);
    table?.classList.toggle(`without-${box.value}`, !box.checked);
  }
  density.checked = choice.isComfortable;
  table?.classList.toggle("is-comfortable", choice.isComfortable);
}

if (density) {
  show(kept());
  document.querySelector("[data-columns]").addEventListener("change", () => {
    const choice = { hidden: boxes.filter((box) => !box.checked).map((box) => box.value), isComfortable: density.checked };
    keep(choice);
    show(choice);
  });
}
