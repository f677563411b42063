// The code editor: Ace over the form's textarea, which stays the field. Modes follow the type, themes the page.
import { checksOf } from "./editor_checks.js";
import { findHidden, readTable } from "./hidden_characters.js";
import { chosenTheme, factsOf, remembered, whenThemeChanges } from "./editor_look.js";
import { followLine } from "./lines.js";
import { number, said } from "./texts.js";

const LISTED = 100;
const box = document.getElementById("script-editor");
const widget = box?.querySelector(".django-ace-widget");
// Ace itself is put in place when the page has loaded, by the widget's script, which listened first.
if (widget) addEventListener("load", () => widget.editor && begin(widget.editor));

function begin(editor) {
  const facts = factsOf();
  const field = box.querySelector("textarea[name]");
  const state = { editor, field, table: readTable(facts), findings: [], checked: [], marks: [], saidSize: "" };
  state.checkLater = checksOf(box, field, (annotations) => {
    state.checked = annotations;
    annotate(state);
  });
  editor.setOptions({ fontSize: 13, tabSize: 4, scrollPastEnd: 0.2, textInputAriaLabel: said(box, "label") });
  editor.textInput.getElement().setAttribute("aria-describedby", "editor-hint");
  const indent = editor.session.getLines(0, 200).some((line) => line.startsWith("\t"));
  editor.session.setUseSoftTabs(!indent);
  followTheme(editor, facts);
  followType(editor, facts);
  letLeave(editor);
  showUnseenAsDots(state);
  wireTools(editor);
  wireField(state);
  new ResizeObserver(() => editor.resize()).observe(widget);
  editor.selection.on("changeCursor", () => sayPlace(state));
  look(state);
  followLine((line) => goTo(editor, { row: line - 1, column: 0, length: 0 }));
  box.dataset.ready = "yes";
}

function followTheme(editor, facts) {
  const follow = () => editor.setTheme(`ace/theme/${chosenTheme(facts)}`);
  whenThemeChanges(follow);
  follow();
}

function followType(editor, facts) {
  const select = document.querySelector(box.dataset.typeField);
  const follow = () => {
    const mode = facts.modes[select?.value] ?? box.dataset.mode;
    box.dataset.mode = mode;
    editor.session.setMode(`ace/mode/${mode}`);
  };
  select?.addEventListener("change", follow);
  follow();
}

// Esc gives Tab back to the page until the editor is entered again, so that the keyboard is never caught.
function letLeave(editor) {
  const hint = document.getElementById("editor-hint");
  editor.commands.addCommand({
    name: "leave",
    bindKey: "Esc",
    readOnly: true,
    exec: () => {
      editor.commands.bindKeys({ Tab: null, "Shift-Tab": null });
      hint.textContent = said(box, "leaving");
    },
  });
  editor.on("blur", () => {
    editor.commands.bindKeys({ Tab: "indent", "Shift-Tab": "outdent" });
    hint.textContent = said(box, "hint");
  });
}

// Ace draws most controls as a red dot, which also keeps its columns right. Let it take the rest for such, too.
function showUnseenAsDots({ editor, table }) {
  const layer = editor.renderer.$textLayer;
  const draw = layer.$renderToken;
  layer.$renderToken = function drawn(parent, column, token, value) {
    const shown = value.replace(table.unseen, (character) => "\u200b".repeat(character.length));
    return draw.call(this, parent, column, token, shown);
  };
}

function wireTools(editor) {
  box.querySelector(".editor-tools").hidden = false;
  const tools = {
    wrap: (on) => editor.session.setUseWrapMode(on),
    invisibles: (on) => editor.setShowInvisibles(on),
  };
  for (const [name, apply] of Object.entries(tools)) remembered(box.querySelector(`[data-tool=${name}]`), name, apply);
  box.querySelector("[data-tool=find]").addEventListener("click", () => editor.execCommand("find"));
}

function wireField(state) {
  const { editor, field } = state;
  let later = 0;
  editor.session.on("change", () => {
    clearTimeout(later);
    later = setTimeout(() => look(state), 150);
    // The widget has copied the text by now; others listen for what people type.
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // A draft was put into the field.
  field.addEventListener("change", () => {
    if (field.value !== editor.getValue()) editor.setValue(field.value, -1);
  });
}

function look(state) {
  const { editor, table } = state;
  const lines = editor.session.getDocument().getAllLines();
  state.findings = findHidden(table, lines, said(box, "mixed"));
  state.checkLater();
  mark(state);
  list(state);
  const bytes = new TextEncoder().encode(editor.getValue()).length;
  box.querySelector("[data-status=size]").textContent = said(box, "size", { lines: number(lines.length), bytes: number(bytes) });
  sayPlace(state);
}

function mark(state) {
  const { session } = state.editor;
  for (const id of state.marks) session.removeMarker(id);
  const Range = ace.Range;
  state.marks = state.findings.map(({ row, column, length, hides, misleads }) => {
    const name = misleads ? "misleading-character" : "unseen-character";
    return session.addMarker(new Range(row, column, row, column + length), hides ? name : `${name} odd`, "text", true);
  });
  annotate(state);
}

function annotate({ editor, findings, checked }) {
  const hidden = findings.map(({ row, column, label, hides }) => ({
    row,
    column,
    text: said(box, "column", { column: column + 1, name: label }),
    type: hides ? "warning" : "info",
  }));
  const rows = editor.session.getLength();
  editor.session.setAnnotations([...hidden, ...checked.filter(({ row }) => row < rows)]);
}

function list(state) {
  const notice = document.getElementById("hidden-characters");
  const warned = state.findings.filter((finding) => finding.hides);
  const items = warned.slice(0, LISTED).map((finding) => {
    const link = document.createElement("button");
    link.type = "button";
    link.className = "jump";
    link.textContent = said(notice, "place", { line: finding.row + 1, column: finding.column + 1, name: finding.label });
    link.addEventListener("click", () => goTo(state.editor, finding));
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  notice.querySelector("ul").replaceChildren(...items);
  notice.querySelector("[data-more]").hidden = warned.length <= LISTED;
  notice.hidden = warned.length === 0;
}

function goTo(editor, { row, column, length }) {
  editor.focus();
  editor.selection.setRange(new ace.Range(row, column, row, column + length));
  editor.renderer.scrollCursorIntoView(null, 0.5);
}

function sayPlace({ editor, findings }) {
  const { row, column } = editor.getCursorPosition();
  const marked = findings.find((one) => one.row === row && one.column <= column && column <= one.column + one.length);
  const place = said(box, "place", { line: number(row + 1), column: number(column + 1) });
  box.querySelector("[data-status=place]").textContent = place;
  box.querySelector("[data-status=character]").textContent = marked?.label ?? "";
}
