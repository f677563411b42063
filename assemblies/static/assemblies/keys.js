// The keys of every page. Pages say what a key does by [data-key] on a link, a button or a field.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .ace_editor";

export function listen() {
  document.addEventListener("keydown", (event) => {
    const isPalette = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (isPalette && document.getElementById("bar-q")) {
      event.preventDefault();
      open("palette");
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest(typing)) return;
    if (event.key === "?") open("keys");
    else if (event.key === "/") focusSearch();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if ((event.key === "n" || event.key === "p") && document.querySelector(".comparison")) step(event.key === "n" ? 1 : -1);
    else if (!press(event.key)) return;
    event.preventDefault();
  });
}

// At once, so that nothing is lost that is typed before the script of the palette has come.
async function open(what) {
  const dialog = document.getElementById(what);
  if (dialog.open) return;
  for (const field of dialog.querySelectorAll("input")) field.value = "";
  dialog.showModal();
  const palette = await import("./palette.js");
  if (what === "palette") palette.begin();
}

function focusSearch() {
  const field = document.querySelector("[data-key='/']") ?? document.getElementById("bar-q");
  field?.focus();
  field?.select();
}

// The rows of a list in their order; what is focused is the link that opens one.
export function step(by) {
  const rows = [...document.querySelectorAll("[data-open]")];
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}

function press(key) {
  if (key.length !== 1) return false;
  const row = document.activeElement?.closest("[data-row]");
  const control = row?.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!control || control.disabled) return false;
  if (control.matches("input[type=search]")) control.focus();
  else control.click();
  return true;
}
