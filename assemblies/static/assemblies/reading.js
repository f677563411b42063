// A script to be read: its colours, line wrapping, copying, and the way to each hidden character.
import { chosenTheme, factsOf, remembered, whenThemeChanges } from "./editor_look.js";
import { followLine } from "./lines.js";

// Colours are for reading along; a text this long is looked through by other means.
const MAX_LINES = 5000;
const MAX_LINE_LENGTH = 2000;
const SLICE = 200;

const box = document.getElementById("script-reader");
if (box) begin(factsOf());

function begin(facts) {
  const theme = () => {
    const names = Object.values(facts.themes).map((name) => `ace-${name}`);
    box.classList.remove(...names);
    box.classList.add(`ace-${chosenTheme(facts)}`);
  };
  whenThemeChanges(theme);
  theme();
  box.querySelector(".editor-tools").hidden = false;
  remembered(box.querySelector("[data-tool=wrap]"), "wrap", (on) => box.classList.toggle("wraps", on));
  for (const link of document.querySelectorAll("#hidden-characters a")) link.addEventListener("click", jump);
  followLine((line) => document.getElementById(`line-${line}`)?.scrollIntoView({ block: "center" }));
  const lines = [...box.querySelectorAll(".code-line")];
  if (globalThis.ace && lines.length && lines.length <= MAX_LINES) colour(lines, box.dataset.mode);
}

function jump(event) {
  // The fragment of the address belongs to the tabs.
  event.preventDefault();
  const line = document.getElementById(event.currentTarget.hash.slice(1));
  line?.scrollIntoView({ block: "center" });
  line?.querySelector("mark")?.focus();
}

function colour(lines, mode) {
  ace.config.set("useStrictCSP", true);
  ace.config.loadModule(["mode", `ace/mode/${mode}`], (module) => {
    const tokenizer = new module.Mode().getTokenizer();
    let state = "start";
    let next = 0;
    const slice = () => {
      for (const line of lines.slice(next, next + SLICE)) state = colourLine(line, tokenizer, state);
      next += SLICE;
      if (next < lines.length) setTimeout(slice);
    };
    slice();
  });
}

// Gives each word of a line its colour; the marks within stay as the server made them. Returns the next line's state.
function colourLine(line, tokenizer, state) {
  const nodes = [...line.childNodes];
  const source = nodes.map(sourceOf).join("").replace(/\n$/, "");
  if (source.length > MAX_LINE_LENGTH) return state;
  const { tokens, state: following } = tokenizer.getLineTokens(source, state);
  const ends = [];
  tokens.reduce((end, token) => (ends.push(end + token.value.length), end + token.value.length), 0);
  let place = 0;
  let at = 0;
  const coloured = nodes.flatMap((node) => {
    const end = place + sourceOf(node).length;
    if (node.nodeType !== Node.TEXT_NODE) {
      place = end;
      return [node];
    }
    const pieces = [];
    let rest = node.data;
    while (rest) {
      while (at < tokens.length && ends[at] <= place) at += 1;
      const length = at < tokens.length ? Math.min(ends[at] - place, rest.length) : rest.length;
      pieces.push(dressed(rest.slice(0, length), tokens[at]?.type));
      rest = rest.slice(length);
      place += length;
    }
    return pieces;
  });
  line.replaceChildren(...coloured);
  return following;
}

function sourceOf(node) {
  return node.nodeType === Node.TEXT_NODE ? node.data : String.fromCodePoint(parseInt(node.dataset.character, 16));
}

function dressed(text, type) {
  if (!type || type === "text") return text;
  const span = document.createElement("span");
  span.className = type.split(".").map((name) => `ace_${name}`).join(" ");
  span.textContent = text;
  return span;
}
