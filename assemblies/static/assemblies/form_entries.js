// A form's entries as plain pairs, and back into its fields.

// What the server put there for itself, and the choices of one conflict, are not what people type.
const NOT_TYPED = new Set(["csrfmiddlewaretoken", "revision", "theirs", "merge_base", "typed_payload", "clash"]);
const NOT_FILLED = new Set(["submit", "button", "reset", "file", "fieldset", "password"]);

export function entriesOf(form) {
  const plain = (value) => value.replace(/\r\n?/g, "\n");
  return [...new FormData(form)]
    .filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name))
    .map(([name, value]) => [name, plain(value)]);
}

// What may be kept in a browser: no passwords.
export function openEntriesOf(form) {
  const secret = new Set([...form.elements].filter((one) => one.type === "password").map((one) => one.name));
  return entriesOf(form).filter(([name]) => !secret.has(name));
}

export const sameEntries = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Fills the fields again. First the code that builds rows is told, to make as many as the entries need.
export function fill(form, entries) {
  form.dispatchEvent(new CustomEvent("draftrestore", { detail: { entries } }));
  const values = new Map();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || NOT_TYPED.has(control.name) || control.disabled) continue;
    if (NOT_FILLED.has(control.type)) continue;
    set(control, values.get(control.name) ?? []);
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// Takes the values of a control off the list of those of its name.
function set(control, values) {
  if (control.type === "checkbox" || control.type === "radio") {
    control.checked = values.includes(control.value);
  } else if (control.type === "select-multiple") {
    for (const option of control.options) option.selected = values.includes(option.value);
  } else if (values.length) {
    control.value = values.shift();
  }
}

// What the next save is compared with.
export function takeRevision(form, revision) {
  form.dataset.revision = revision;
  for (const field of form.querySelectorAll("input[name=revision]")) field.value = revision;
}
