// Drafts in this browser: {revision, savedAt, entries} under one key for each person and assembly.
const PREFIX = "borealis-draft:";
const SAVING = "borealis-saving";

export const draftKey = (user, what) => `${PREFIX}${user}:${what}`;

// Where a draft that was found and not answered waits while somebody types on.
export const earlierKey = (key) => `${key}:earlier`;

export function readDraft(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    return Array.isArray(draft?.entries) ? draft : null;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof DOMException)) throw error;
    return null;
  }
}

// Whether there was room for it.
export function writeDraft(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return false;
  }
}

export function forgetDraft(key) {
  withStorage(() => localStorage.removeItem(key));
}

export function forgetDraftsOf(user) {
  withStorage(() => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}${user}:`)) localStorage.removeItem(key);
  });
}

// What is being sent is remembered for this tab, so that only the page that follows a save forgets its draft, and not
// what was typed since.
export function noteSaving(key) {
  withStorage(() => sessionStorage.setItem(SAVING, JSON.stringify({ key, at: Date.now() })));
}

export function endSaving(isSaved) {
  withStorage(() => {
    const sent = JSON.parse(sessionStorage.getItem(SAVING));
    sessionStorage.removeItem(SAVING);
    if (!sent || !isSaved) return;
    for (const key of [sent.key, earlierKey(sent.key)]) if (!(readDraft(key)?.savedAt > sent.at)) localStorage.removeItem(key);
  });
}

// A browser may refuse to store anything at all; then there are no drafts.
function withStorage(act) {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}
