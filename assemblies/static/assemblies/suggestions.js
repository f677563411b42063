// What an assembly is chosen from while somebody types: names from the library, each with its GUID, which tells it apart.
const WAIT_MS = 150;

for (const field of document.querySelectorAll("input[data-suggestions]")) {
  let timer = 0;
  let asked = null;
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => suggest(), WAIT_MS);
  });

  // The answer to an earlier word never replaces that to a later one. Without an answer the field is one for typing.
  const suggest = async () => {
    asked?.abort();
    asked = new AbortController();
    const address = `${field.dataset.suggestions}?${new URLSearchParams({ q: field.value.trim() })}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.ok) field.list.replaceChildren(...(await answer.json()).found.map(option));
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
  };
}

function option({ name, guid, source }) {
  const made = document.createElement("option");
  made.value = `${name} (${guid})`;
  made.label = source;
  return made;
}
