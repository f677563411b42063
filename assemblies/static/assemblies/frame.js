// The phone's menu: a button that opens the side bar.
document.documentElement.classList.add("scripted");

const menu = document.querySelector(".phone-menu");
const bar = document.getElementById("nav-sidebar");
// Django marks the bar itself as expanded, which says nothing of a landmark; the button that opens it does.
bar?.removeAttribute("aria-expanded");
if (bar) new MutationObserver(() => bar.removeAttribute("aria-expanded")).observe(bar, { attributeFilter: ["aria-expanded"] });
if (menu && !bar) menu.hidden = true;
menu?.addEventListener("click", () => {
  const isOpen = bar.classList.toggle("is-open");
  menu.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) bar.querySelector("th a")?.focus();
});
