// The files of an assembly: put on by drag and drop or by choosing, one after another, and taken off again.
import { takeRevision } from "./form_entries.js";
import { number, said, undistorted } from "./texts.js";

const box = document.getElementById("attachments");
const form = document.getElementById("editor-form");
const zone = document.getElementById("upload-zone");
const dialog = document.getElementById("remove-file");
// Set when somebody else's change was met: then a save must still show it, so the form's revision stays as it is.
let overtaken = false;
let queue = Promise.resolve();

if (zone) {
  zone.hidden = false;
  const picker = zone.querySelector("input[type=file]");
  picker.addEventListener("change", () => {
    upload([...picker.files]);
    picker.value = "";
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, over);
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", dropped);
  // A file dropped outside the zone would open instead of the page, and what was typed would be gone.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => holdsFiles(event) && event.preventDefault());
  box.addEventListener("click", askToRemove);
  dialog.addEventListener("close", () => dialog.returnValue === "remove" && remove(dialog.dataset.name));
}

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function over(event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  zone.classList.add("over");
}

function dropped(event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  const files = [];
  for (const item of event.dataTransfer.items) {
    const file = item.kind === "file" ? item.getAsFile() : null;
    if (file && item.webkitGetAsEntry?.()?.isDirectory) tell(file.name).fail(said(box, "folder"));
    else if (file) files.push(file);
  }
  upload(files);
}

// One after another, so that each is built upon the one before.
function upload(files) {
  const waiting = files.map((file) => [file, tell(file.name)]);
  queue = queue.then(async () => {
    for (const [file, line] of waiting) await put(file, line);
    if (waiting.length) await refresh();
  });
}

async function put(file, line) {
  if (file.size > Number(box.dataset.maxBytes)) return line.fail(said(box, "tooLarge", { limit: box.dataset.limit }));
  if (file.name === "." || file.name === "..") return line.fail(said(box, "name"));
  const replaces = namesShown().includes(file.name.toLowerCase());
  const type = file.type || "application/octet-stream";
  const answer = await change("PUT", file.name, { body: file, type, progress: (share) => line.progress(share) });
  if (answer.error) return line.fail(answer.error);
  return line.done(said(box, replaces ? "replaced" : "added"));
}

const namesShown = () => [...box.querySelectorAll("[data-file-name]")].map((row) => row.dataset.fileName.toLowerCase());

// Asks upon the revision that the page shows; where somebody was quicker, asks again upon theirs, and remembers it.
async function change(method, name, options = {}) {
  const url = `${box.dataset.url}/files/${encodeURIComponent(name)}`;
  const seen = box.dataset.revision;
  let answer = await send(method, url, options, overtaken ? null : seen);
  if (answer.status === 412) {
    overtaken = true;
    answer = await send(method, url, options, null);
  }
  if (answer.status < 200 || answer.status > 299) return { error: answer.body?.message ?? said(box, "lost") };
  const revision = String(answer.body.revision);
  box.dataset.revision = revision;
  if (form && !overtaken && form.dataset.revision === seen) takeRevision(form, revision);
  document.getElementById("files-overtaken").hidden = !overtaken;
  return {};
}

function send(method, url, { body = null, type = "", progress = () => {} }, revision) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("X-CSRFToken", box.dataset.csrf);
    if (type) request.setRequestHeader("Content-Type", type);
    if (revision) request.setRequestHeader("If-Match", `"${revision}"`);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("loadend", () => resolve({ status: request.status, body: parsed(request.responseText) }));
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

// A line of what is going on with a file.
function tell(name) {
  const item = document.getElementById("upload-line").content.firstElementChild.cloneNode(true);
  const bar = item.querySelector("progress");
  const words = item.querySelector("[data-words]");
  item.querySelector("[data-name]").textContent = undistorted(name);
  bar.setAttribute("aria-label", undistorted(name));
  words.textContent = said(box, "waiting");
  document.getElementById("uploads").append(item);
  const end = (text, outcome) => {
    bar.remove();
    words.textContent = text;
    item.classList.add(outcome);
  };
  return {
    progress: (share) => {
      bar.value = share;
      words.textContent = share < 1 ? `${number(Math.floor(share * 100))} %` : said(box, "storing");
    },
    done: (text) => end(text, "done"),
    fail: (text) => end(text, "failed"),
  };
}

function askToRemove(event) {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  dialog.dataset.name = button.dataset.remove;
  dialog.querySelector("[data-name]").textContent = button.dataset.remove;
  dialog.returnValue = "";
  dialog.showModal();
}

async function remove(name) {
  const line = tell(name);
  const answer = await change("DELETE", name);
  if (answer.error) return line.fail(answer.error);
  line.done(said(box, "removed"));
  return refresh();
}

// The server writes what tells of files; what is typed on this page stays.
async function refresh() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const raw = document.getElementById("raw-text");
  const untouched = raw && raw.value === raw.defaultValue ? ["#raw-form"] : [];
  for (const part of ["#files-list", "#tab-files .count", "#history .history", "#raw-document", ...untouched]) {
    const fresh = page.querySelector(part);
    if (fresh) document.querySelector(part)?.replaceWith(document.adoptNode(fresh));
  }
}
