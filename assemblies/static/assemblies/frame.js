// The way around: a sheet on a phone, folded to icons on a desk; and the palette, which is loaded when it is first wanted.
import { listen } from "./keys.js";

const root = document.documentElement;
const bar = document.getElementById("nav-sidebar");
const sheet = document.querySelector(".phone-menu");
const fold = document.querySelector(".nav-toggle");

if (sheet && !bar) sheet.hidden = fold.hidden = true;
sheet?.addEventListener("click", () => {
  const isOpen = bar.classList.toggle("is-open");
  sheet.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) bar.querySelector("a")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !bar?.classList.contains("is-open")) return;
  sheet.click();
  sheet.focus();
});

const isWide = () => (root.dataset.nav ? root.dataset.nav === "open" : window.innerWidth >= 1024);
const tell = () => fold?.setAttribute("aria-expanded", String(isWide()));
tell();
fold?.addEventListener("click", () => {
  root.dataset.nav = isWide() ? "icons" : "open";
  try {
    localStorage.setItem("borealis-nav", root.dataset.nav);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  tell();
});

listen();
