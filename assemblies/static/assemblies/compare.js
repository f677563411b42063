// Two texts side by side or one below the other, as it was left; n and p, as j and k, go from change to change.
const root = document.documentElement;
const KEPT = "borealis-diff";
const buttons = [...document.querySelectorAll("[data-diff-view]")];

function show(view) {
  root.dataset.diff = view;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.diffView === view));
}

function kept() {
  try {
    return localStorage.getItem(KEPT) === "unified" ? "unified" : "split";
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return "split";
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    show(button.dataset.diffView);
    try {
      localStorage.setItem(KEPT, button.dataset.diffView);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  });
}
show(kept());

const isChange = (row) => row?.matches("tr[class^='row-']:not(.row-equal)") ?? false;
for (const row of document.querySelectorAll(".comparison tr")) {
  if (!isChange(row) || isChange(row.previousElementSibling)) continue;
  row.tabIndex = -1;
  row.dataset.open = "";
}
