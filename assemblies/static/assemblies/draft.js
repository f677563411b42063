// Nothing typed is lost: it is kept as a draft in this browser, the page warns before it is left, Ctrl+S saves.
import { draftKey, earlierKey, forgetDraft, noteSaving, readDraft, writeDraft } from "./drafts.js";
import { entriesOf, fill, openEntriesOf, sameEntries, takeRevision } from "./form_entries.js";
import { moment, said } from "./texts.js";

const PAUSE = 400;
// A second press within this time is the same one; after it the first may have come to nothing.
const SAME_PRESS = 2000;
const title = document.title;
const drafts = [];

// The other scripts have built up the forms, and Ace stands, when the page has loaded. Each form names its notice.
addEventListener("load", () => setTimeout(begin));

function begin() {
  for (const form of document.querySelectorAll("form[data-draft-notice]")) drafts.push(new Draft(form));
  for (const draft of drafts) draft.begin();
  document.addEventListener("keydown", saveByKey);
}

class Draft {
  constructor(form) {
    const { user, guid, kind, draftPart } = form.dataset;
    this.form = form;
    this.notice = document.getElementById(form.dataset.draftNotice);
    this.key = draftKey(user, (guid || `new:${kind ?? ""}`) + (draftPart ? `:${draftPart}` : ""));
    this.earlierKey = earlierKey(this.key);
  }

  begin() {
    const { form } = this;
    this.sentAt = null;
    this.offered = null;
    // A form that came back from a refused save holds what was typed, not what is stored.
    this.stored = "unsaved" in form.dataset ? null : entriesOf(form);
    if (this.stored !== null) this.offerStored();
    this.listen();
    if (this.stored === null) this.keep();
    else this.show();
  }

  get dirty() {
    return this.stored === null || !sameEntries(this.stored, entriesOf(this.form));
  }

  get saving() {
    return this.sentAt !== null;
  }

  get wouldLose() {
    return !this.givenUp && this.dirty && !this.saving;
  }

  offerStored() {
    const now = openEntriesOf(this.form);
    for (const key of [this.key, this.earlierKey]) {
      const draft = readDraft(key);
      if (!draft) continue;
      if (!sameEntries(draft.entries, now)) return this.offer(draft);
      if (!this.dirty) forgetDraft(key);
    }
    return null;
  }

  offer(draft) {
    const { guid, revision } = this.form.dataset;
    this.offered = draft;
    this.notice.querySelector("[data-draft=when]").textContent = said(this.notice, "found", { time: moment(draft.savedAt) });
    const moved = guid && String(draft.revision) !== revision;
    const movedOn = this.notice.querySelector("[data-draft=moved]");
    movedOn.hidden = !moved;
    movedOn.textContent = moved ? said(this.notice, "moved", { before: draft.revision, now: revision }) : "";
    this.notice.hidden = false;
  }

  listen() {
    let later = 0;
    const typed = () => {
      // What is typed while a save is on its way is no part of it.
      this.sentAt = null;
      clearTimeout(later);
      later = setTimeout(() => this.keep(), PAUSE);
      this.show();
    };
    for (const name of ["input", "change", "editorchange"]) this.form.addEventListener(name, typed);
    this.notice.querySelector("[data-draft=restore]").addEventListener("click", () => this.restore());
    this.notice.querySelector("[data-draft=discard]").addEventListener("click", () => this.discard());
    this.form.addEventListener("submit", (event) => this.send(event));
    addEventListener("pageshow", () => ((this.sentAt = null), (this.leaving = false)));
    addEventListener("pagehide", () => this.keep());
    addEventListener("beforeunload", (event) => this.wouldLose && event.preventDefault());
    document.getElementById("logout-form")?.addEventListener("submit", () => (this.leaving = true));
    document.querySelector("[data-take-theirs]")?.addEventListener("click", () => this.giveUp());
  }

  // A draft that was found and not answered yet is set aside rather than written over.
  keep() {
    if (this.leaving || this.saving || this.givenUp) return;
    const { dirty } = this;
    if (dirty && this.offered) writeDraft(this.earlierKey, this.offered);
    const room = dirty ? this.write() : this.clear();
    document.getElementById(`${this.notice.id}-room`).hidden = room;
    this.show();
  }

  get draft() {
    return { revision: this.form.dataset.revision ?? "", savedAt: Date.now(), entries: openEntriesOf(this.form) };
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
    fill(this.form, draft.entries);
    // What was typed on top of an older revision is saved as such, so that a conflict is seen.
    if (draft.revision) takeRevision(this.form, draft.revision);
    this.form.closest("details")?.setAttribute("open", "");
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
    this.notice.hidden = true;
    forgetDraft(this.earlierKey);
    forgetDraft(this.key);
  }

  // The draft stays until the answer says that it was saved: the way there may fail.
  send(event) {
    if (event.defaultPrevented) return;
    if (this.saving && Date.now() - this.sentAt < SAME_PRESS) {
      event.preventDefault();
      return;
    }
    this.keep();
    this.sentAt = Date.now();
    noteSaving(this.key);
  }

  show() {
    const dirty = drafts.some((draft) => draft.dirty);
    document.title = dirty ? `● ${title}` : title;
    for (const mark of document.querySelectorAll("[data-unsaved-mark]")) mark.hidden = !dirty;
  }
}

// Saves what is looked at: the document as JSON where that is edited, else the form of the other tabs.
function saveByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  const form = drafts.map((draft) => draft.form).find((one) => one.closest(".is-shown details[open]")) ?? drafts[0]?.form;
  const buttons = form ? [...form.elements].filter((one) => one.type === "submit" && !one.disabled) : [];
  const stay = buttons.find((one) => "saveAndStay" in one.dataset) ?? buttons[0];
  if (stay) form.requestSubmit(stay);
}
