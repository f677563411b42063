// What the library finds while somebody types, in the palette and in fields that suggest assemblies.
const WAIT_MS = 120;

// Returns what is to be called with the words. The answer to an earlier word never replaces that to a later one.
export function searching(address, { found, failed }) {
  let timer = 0;
  let asked = null;

  async function ask(q) {
    asked?.abort();
    if (!q) {
      found([]);
      return;
    }
    asked = new AbortController();
    const options = { signal: asked.signal, headers: { Accept: "application/json" }, redirect: "manual" };
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q })}`, options);
      if (!answer.ok) throw new TypeError(String(answer.status));
      found((await answer.json()).found);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      if (!(error instanceof TypeError)) throw error;
      failed();
    }
  }

  return (words) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => ask(words.trim()), WAIT_MS);
  };
}
