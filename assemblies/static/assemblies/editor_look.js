// How code looks, in the editor and to be read: the theme of the page, and what a person switched on last.
export const factsOf = () => JSON.parse(document.getElementById("editor-facts").textContent);

const darkness = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(facts) {
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen === "dark" || (chosen !== "light" && darkness.matches);
  return facts.themes[dark ? "dark" : "light"];
}

export function whenThemeChanges(follow) {
  darkness.addEventListener("change", follow);
  new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

// A button that stays pressed, in this browser, until it is pressed again.
export function remembered(button, name, apply) {
  const key = `borealis-editor-${name}`;
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    apply(on);
  };
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    show(on);
    keep(key, on);
  });
  show(recall(key));
}

function keep(key, on) {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // No storage here: then it holds for this page.
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key) === "on";
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return false;
  }
}
