// The frame's two menus: the account's closes as menus do, and the phone's opens the side bar.
document.documentElement.classList.add("scripted");

const account = document.querySelector(".account-menu");
if (account) {
  document.addEventListener("click", (event) => {
    if (!account.contains(event.target)) account.open = false;
  });
  account.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !account.open) return;
    account.open = false;
    account.querySelector("summary").focus();
  });
}

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
