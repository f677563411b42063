// What the library's checks say of the script that is being typed, for the editor's gutter.
const PAUSE_MILLISECONDS = 400;

// Calls `put` with annotations of Ace some time after `later` was called last; none when nothing is known.
export function checksOf(box, field, put) {
  const address = box.dataset.checks;
  let timer = 0;
  let asked = null;
  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address, { method: "POST", body: bodyOf(field), signal: asked.signal, redirect: "error" });
      put(answer.status === 200 ? (await answer.json()).findings.map(annotation) : []);
    } catch (error) {
      // Overtaken by the next key, or the server is away: a save does not wait for checks either.
      if (error.name !== "AbortError") put([]);
    }
  }
  return () => {
    clearTimeout(timer);
    if (address && field.form) timer = setTimeout(ask, PAUSE_MILLISECONDS);
  };
}

function bodyOf(field) {
  const { elements } = field.form;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", elements.namedItem("csrfmiddlewaretoken").value);
  body.set("payload", field.value);
  body.set("assembly_type", elements.namedItem("assembly_type")?.value ?? "");
  for (const input of elements) if (/^variables-\d+-name$/.test(input.name) && input.value) body.append("variable", input.value);
  if (document.querySelector("#files [data-file-name]")) body.set("has_files", "yes");
  return body;
}

function annotation({ line, severity, message, rule }) {
  return { row: Math.max(line - 1, 0), column: 0, text: `${message} (${rule})`, type: severity };
}
