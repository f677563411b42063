// The import keeps the chosen files in the page: preview and import send the same ones, and nothing is chosen twice.
import { undistorted } from "./texts.js";

const form = document.getElementById("import-form");
const input = document.getElementById("files");
const list = document.getElementById("chosen-files");
const answer = document.getElementById("import-answer");
const pasted = document.getElementById("pasted");
const zone = document.getElementById("drop-zone");
const texts = form.dataset;
let chosen = [];
let asked = null;
// What was corrected of a preview that is gone: it goes by what stands in the files, and is sent with the next one.
let kept = [];

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function sizeOf(bytes) {
  const units = ["byte", "kilobyte", "megabyte"];
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const format = { style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1024 ** step);
}

// What was previewed is no longer what would be sent.
function forget() {
  if (answer.querySelector("[data-typed]")) kept = typed();
  answer.replaceChildren();
  delete answer.dataset.done;
}

// Chosen files are previewed at once; an import that is under way is let end first.
function changed() {
  if (asked?.imports) return;
  forget();
  if (chosen.length && !fault()) send(form.querySelector('button[value="preview"]'));
}

// The fields of the documents that somebody corrected; others are as they were read.
function typed() {
  const fields = answer.querySelectorAll("[data-typed] :is(input, select, textarea)");
  const sent = [...fields].filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked);
  return sent.map((field) => [field.name, field.value]);
}

function setFiles(files) {
  chosen = files;
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  list.replaceChildren(...files.map((file, at) => {
    const button = element("button", { type: "button", textContent: "×" });
    button.setAttribute("aria-label", texts.remove.replace("%s", () => undistorted(file.name)));
    button.addEventListener("click", () => {
      setFiles(chosen.filter((_file, other) => other !== at));
      changed();
      (list.querySelector("button") ?? input).focus();
    });
    const size = element("span", { className: "quiet-text", textContent: sizeOf(file.size) });
    return element("li", {}, button, element("bdi", { textContent: undistorted(file.name) }), size);
  }));
}

function add(files) {
  const known = new Set(chosen.map((file) => `${file.name}:${file.size}:${file.lastModified}`));
  const fresh = [...files].filter((file) => !known.has(`${file.name}:${file.size}:${file.lastModified}`));
  setFiles([...chosen, ...fresh]);
  changed();
}

function say(words, ...more) {
  const notice = element("div", { className: "notice notice-error" }, element("p", { textContent: words }), ...more);
  notice.setAttribute("role", "alert");
  for (const old of answer.querySelectorAll(":scope > .notice")) old.remove();
  answer.prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
}

function fault() {
  if (chosen.length === 0 && pasted.value.trim() === "") return texts.nothing;
  if (chosen.length > Number(texts.maxFiles)) return texts.tooMany;
  const bytes = chosen.reduce((sum, file) => sum + file.size, new Blob([pasted.value]).size);
  return bytes > Number(texts.maxBytes) ? texts.tooLarge : "";
}

// However the form is sent, a pasted text goes as a file, for that may be as large as one.
form.addEventListener("formdata", ({ formData: body }) => {
  body.delete("files");
  chosen.forEach((file) => body.append("files", file));
  body.delete("pasted");
  if (pasted.value.trim()) body.append("files", new File([pasted.value], texts.pastedName));
  for (const name of new Set(body.keys())) if (name.startsWith("guess-")) body.delete(name);
  for (const [name, value] of answer.querySelector(".guessed") ? typed() : kept) body.append(name, value);
  if (body.get("step") === "import") body.set("picks", JSON.stringify(pickers().map((picker) => picker.value)));
});

function pickers() {
  return [...answer.querySelectorAll("select[data-pick]")];
}

function count() {
  const all = pickers();
  const output = document.getElementById("chosen-count");
  if (!output) return;
  const picked = all.filter((picker) => picker.value !== "skip").length;
  output.textContent = texts.chosen.replace("{chosen}", picked).replace("{all}", all.length);
  all.forEach((picker) => { picker.closest("tr").dataset.picked = picker.value; });
  const button = answer.querySelector('button[value="import"]');
  button.disabled = picked === 0;
}

function pickAll(word) {
  for (const picker of pickers()) {
    const wanted = word === "proposed" ? picker.dataset.proposed : word;
    if ([...picker.options].some((option) => option.value === wanted)) picker.value = wanted;
  }
  count();
}

// The answer is a whole page, as without script; of it only what this page lacks is taken over.
function take(page, response) {
  const found = page.getElementById("import-answer");
  if (found) {
    answer.replaceChildren(...[...found.childNodes].map((node) => document.adoptNode(node)));
    if (found.dataset.done) {
      answer.dataset.done = "yes";
      setFiles([]);
      pasted.value = "";
      kept = [];
    }
    count();
    (document.getElementById("answer-title") ?? answer).focus();
    return;
  }
  if (response.redirected) {
    const link = element("a", { href: response.url, target: "_blank", textContent: response.url });
    say(texts.signedOut, element("p", {}, link));
    return;
  }
  const refused = page.querySelector("#content .notice");
  say(page.querySelector("#content h1, h1")?.textContent ?? texts.unsent, ...(refused ? [document.adoptNode(refused)] : []));
}

// The answer to an earlier choice of files never replaces that to a later one.
async function send(submitter) {
  asked?.abort();
  const body = new FormData(form, submitter);
  const mine = Object.assign(new AbortController(), { imports: submitter.value === "import" });
  asked = mine;
  const buttons = form.querySelectorAll('button[name="step"]');
  const label = (submitter.dataset.label ??= submitter.textContent);
  // A preview may be had again at once; what imports is not to be pressed twice, nor upon what is no longer chosen.
  buttons.forEach((button) => { button.disabled = mine.imports || button.value === "import"; });
  submitter.textContent = submitter.value === "import" ? texts.importing : texts.busy;
  answer.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin", signal: mine.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    take(page, response);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (!(error instanceof TypeError)) throw error;
    say(texts.unsent);
  } finally {
    if (asked === mine) {
      asked = null;
      submitter.textContent = label;
      form.querySelectorAll('button[name="step"]').forEach((button) => { button.disabled = false; });
      answer.removeAttribute("aria-busy");
      count();
    }
  }
}

form.addEventListener("submit", (event) => {
  // A document opens in the editor in a page of its own, and this one stays.
  if (event.submitter?.name === "opened") return;
  event.preventDefault();
  const words = fault();
  if (words) say(words);
  else send(event.submitter ?? form.querySelector('button[value="preview"]'));
});
input.addEventListener("change", () => add(input.files));
pasted.addEventListener("input", forget);
document.getElementById("domain")?.addEventListener("change", changed);
// Who corrects a document means to import it.
answer.addEventListener("input", (event) => {
  const guess = event.target.closest(".guessed");
  if (!guess) return;
  guess.dataset.typed = "yes";
  const picker = guess.closest("tr").previousElementSibling.querySelector("[data-pick]");
  if (picker.value !== "skip" || picker.dataset.proposed !== "skip") return;
  if ([...picker.options].some((option) => option.value === "import")) picker.value = "import";
  count();
});
answer.addEventListener("change", (event) => {
  if (event.target.id === "for-all") pickAll(event.target.value);
  else if (event.target.matches("[data-pick]")) count();
});

for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
zone.addEventListener("dragleave", (event) => {
  if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
});
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  add(event.dataTransfer.files);
});
// A file dropped outside the zone must not replace the page, and with it everything that was chosen.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault());
}
