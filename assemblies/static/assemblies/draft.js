// Nothing typed is lost: it is kept as a draft in this browser, the page warns before it is left, Ctrl+S saves.
import { draftKey, earlierKey, forgetDraft, noteSaving, readDraft, writeDraft } from "./drafts.js";
import { entriesOf, fill, openEntriesOf, sameEntries, takeRevision } from "./form_entries.js";
import { moment, said } from "./texts.js";

const PAUSE = 400;
const form = document.getElementById("editor-form");
const texts = document.getElementById("draft-texts");
// The other scripts have built up the form, and Ace stands, when the page has loaded.
if (form && texts) addEventListener("load", () => setTimeout(() => new Draft().begin()));

class Draft {
  begin() {
    this.key = draftKey(form.dataset.user, form.dataset.guid || `new:${form.dataset.kind ?? ""}`);
    this.earlierKey = earlierKey(this.key);
    this.title = document.title;
    this.saving = false;
    this.offered = null;
    // A form that came back from a refused save holds what was typed, not what is stored.
    this.stored = "unsaved" in form.dataset ? null : entriesOf(form);
    if (this.stored !== null) this.offerStored();
    this.listen();
    if (this.stored === null) this.keep();
    else this.show();
  }

  get dirty() {
    return this.stored === null || !sameEntries(this.stored, entriesOf(form));
  }

  get wouldLose() {
    const raw = document.getElementById("raw-text");
    const typedRaw = raw && raw.value !== raw.defaultValue && !this.savingRaw;
    return !this.givenUp && ((this.dirty && !this.saving) || typedRaw);
  }

  offerStored() {
    const now = openEntriesOf(form);
    for (const key of [this.key, this.earlierKey]) {
      const draft = readDraft(key);
      if (!draft) continue;
      if (!sameEntries(draft.entries, now)) return this.offer(draft);
      if (!this.dirty) forgetDraft(key);
    }
    return null;
  }

  offer(draft) {
    this.offered = draft;
    const box = document.getElementById("draft-notice");
    box.querySelector("[data-draft=when]").textContent = said(texts, "found", { time: moment(draft.savedAt) });
    const moved = form.dataset.guid && String(draft.revision) !== form.dataset.revision;
    const movedOn = box.querySelector("[data-draft=moved]");
    movedOn.hidden = !moved;
    movedOn.textContent = moved ? said(texts, "moved", { before: draft.revision, now: form.dataset.revision }) : "";
    box.hidden = false;
  }

  listen() {
    let later = 0;
    const typed = () => {
      clearTimeout(later);
      later = setTimeout(() => this.keep(), PAUSE);
      this.show();
    };
    for (const name of ["input", "change", "editorchange"]) form.addEventListener(name, typed);
    const box = document.getElementById("draft-notice");
    box.querySelector("[data-draft=restore]").addEventListener("click", () => this.restore());
    box.querySelector("[data-draft=discard]").addEventListener("click", () => this.discard());
    form.addEventListener("submit", (event) => event.defaultPrevented || this.send());
    addEventListener("pageshow", () => (this.saving = this.savingRaw = this.leaving = false));
    addEventListener("pagehide", () => this.keep());
    addEventListener("beforeunload", (event) => this.wouldLose && event.preventDefault());
    document.addEventListener("keydown", saveByKey);
    document.getElementById("raw-form")?.addEventListener("submit", () => (this.savingRaw = true));
    document.getElementById("logout-form")?.addEventListener("submit", () => (this.leaving = true));
    document.querySelector("[data-take-theirs]")?.addEventListener("click", () => this.giveUp());
  }

  // A draft that was found and not answered yet is set aside rather than written over.
  keep() {
    if (this.leaving || this.saving || this.givenUp) return;
    const { dirty } = this;
    if (dirty && this.offered) writeDraft(this.earlierKey, this.offered);
    const room = dirty ? this.write() : this.clear();
    document.getElementById("draft-room").hidden = room;
    this.show();
  }

  get draft() {
    return { revision: form.dataset.revision ?? "", savedAt: Date.now(), entries: openEntriesOf(form) };
  }

  write() {
    return writeDraft(this.key, this.draft);
  }

  clear() {
    if (!this.offered) forgetDraft(this.key);
    return true;
  }

  restore() {
    const draft = this.offered;
    const typed = this.dirty ? this.draft : null;
    this.answered();
    fill(form, draft.entries);
    // What was typed on top of an older revision is saved as such, so that a conflict is seen.
    if (draft.revision) takeRevision(form, draft.revision);
    this.write();
    if (typed) this.offer(typed);
    this.show();
  }

  discard() {
    this.answered();
    this.keep();
    this.offerStored();
  }

  // Somebody chose what the other one saved.
  giveUp() {
    this.answered();
    this.givenUp = true;
  }

  answered() {
    this.offered = null;
    document.getElementById("draft-notice").hidden = true;
    forgetDraft(this.earlierKey);
    forgetDraft(this.key);
  }

  // The draft stays until the answer says that it was saved: the way there may fail.
  send() {
    this.keep();
    this.saving = true;
    noteSaving(this.key);
  }

  show() {
    const dirty = this.dirty;
    document.title = dirty ? `● ${this.title}` : this.title;
    for (const mark of document.querySelectorAll("[data-unsaved-mark]")) mark.hidden = !dirty;
  }
}

function saveByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  const buttons = [...form.elements].filter((one) => one.type === "submit" && !one.disabled);
  const stay = buttons.find((one) => "saveAndStay" in one.dataset) ?? buttons[0];
  if (stay) form.requestSubmit(stay);
}
