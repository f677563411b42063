// Long work with a bar: every form[data-progress] is sent in the background, and says how far it is.
// The server goes on to the end whatever becomes of this page. Texts come from the form's data-progress-… attributes.
const forms = [...document.querySelectorAll("form[data-progress]")];
let running = false;

class Panel {
  constructor(form) {
    this.texts = form.dataset;
    this.box = document.createElement("div");
    this.box.className = "progress";
    // Screen readers hear each new phase; the counts next to it change too often to be read out.
    this.phase = document.createElement("span");
    this.phase.setAttribute("role", "status");
    this.count = document.createElement("span");
    this.count.className = "progress-count";
    this.bar = document.createElement("progress");
    this.bar.setAttribute("aria-label", this.texts.progressStart || "Progress");
    this.error = document.createElement("p");
    this.error.className = "notice notice-error";
    this.error.setAttribute("role", "alert");
    this.error.hidden = true;
    this.box.append(this.phase, this.count, this.bar, this.error);
    form.after(this.box);
  }

  start() {
    this.box.hidden = this.phase.hidden = this.count.hidden = this.bar.hidden = false;
    this.error.hidden = true;
    this.step(this.texts.progressStart || "Starting…", 0, 0);
  }

  step(phase, done, total) {
    if (this.phase.textContent !== phase) this.phase.textContent = phase;
    this.count.textContent = total ? `${done} / ${total}` : "";
    if (total) {
      this.bar.max = total;
      this.bar.value = done;
    } else {
      this.bar.removeAttribute("value");
    }
  }

  fail(message) {
    this.phase.hidden = this.count.hidden = this.bar.hidden = true;
    this.error.textContent = message;
    this.error.hidden = false;
  }
}

async function* linesOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value || "")).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.trim()) yield JSON.parse(line);
    if (done) return;
  }
}

// What a page of refusal says, as text; a page of another kind has its title.
async function wordsOf(answer, otherwise) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const heading = page.querySelector("#content h1") || page.querySelector("h1");
  return heading?.textContent.trim() || otherwise;
}

async function watch(form, panel, body) {
  const failed = form.dataset.progressFailed || "That did not work. Reload the page and try again.";
  const answer = await fetch(form.getAttribute("action") || location.href, {
    method: "POST",
    body,
    headers: { Accept: "application/x-ndjson" },
  });
  if (!(answer.headers.get("Content-Type") || "").startsWith("application/x-ndjson")) {
    // Sent to the log-in: this page, requested again, leads there and back.
    if (answer.redirected && answer.ok) return { next: location.href };
    return { error: await wordsOf(answer, failed) };
  }
  for await (const line of linesOf(answer)) {
    if (line.next || line.error) return line;
    panel.step(line.phase, line.done, line.total);
  }
  throw new TypeError("The answer ended early.");
}

function hold(held) {
  running = held;
  for (const form of forms) {
    for (const button of form.querySelectorAll("button, input[type=submit]")) button.disabled = held;
    form.setAttribute("aria-busy", String(held));
  }
}

async function send(form, panel, body) {
  hold(true);
  panel.start();
  try {
    const end = await watch(form, panel, body);
    hold(Boolean(end.next));
    running = false;
    if (end.next) location.assign(end.next);
    else panel.fail(end.error);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    hold(false);
    panel.fail(
      form.dataset.progressLost ||
        "The connection broke. The work goes on on the server; reload the page in a while to see what came of it.",
    );
  }
}

for (const form of forms) {
  let panel = null;
  form.addEventListener("submit", (event) => {
    // A button with an address of its own is another matter.
    if (event.submitter?.hasAttribute("formaction") && !running) return;
    event.preventDefault();
    if (running) return;
    panel ||= new Panel(form);
    send(form, panel, new FormData(form, event.submitter));
  });
}
window.addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
