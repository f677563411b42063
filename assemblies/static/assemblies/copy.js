// Buttons that copy: data-copy holds the text, or data-copy-from names the element whose script is copied.
import { said } from "./texts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? sourceOf(document.getElementById(button.dataset.copyFrom));
  const before = button.textContent;
  if (!(await copied(text))) return;
  button.textContent = said(button, "copied");
  setTimeout(() => (button.textContent = before), 1500);
});

// What a marked character stands for is copied, not its name.
function sourceOf(element) {
  const copy = element.cloneNode(true);
  for (const mark of copy.querySelectorAll("[data-character]")) {
    mark.replaceWith(String.fromCodePoint(parseInt(mark.dataset.character, 16)));
  }
  return copy.textContent;
}

async function copied(text) {
  // Pages without TLS have no clipboard of their own.
  if (!navigator.clipboard) return copiedBySelection(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return copiedBySelection(text);
  }
}

function copiedBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
