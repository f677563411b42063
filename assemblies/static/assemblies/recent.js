// The assemblies that somebody opened last in this browser; they are forgotten at log-out, as drafts are.
const PREFIX = "borealis-recent:";
const MAX_KEPT = 8;

export function readRecent(user) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + user));
    return Array.isArray(found) ? found.filter((one) => typeof one?.name === "string" && typeof one?.address === "string") : [];
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof DOMException)) throw error;
    return [];
  }
}

export function noteRecent(user, one) {
  const rest = readRecent(user).filter((other) => other.address !== one.address);
  withStorage(() => localStorage.setItem(PREFIX + user, JSON.stringify([one, ...rest].slice(0, MAX_KEPT))));
}

export function forgetRecent(user) {
  withStorage(() => localStorage.removeItem(PREFIX + user));
}

function withStorage(act) {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
