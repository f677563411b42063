// Says when something happened, where the page names a stream of the realtime server. Without one, or while it is away,
// a page asks by the clock: `isOpen` says which.
const NAMES = ["runs", "run", "jobs", "job", "devices"];
const COLLECT_MILLISECONDS = 150;

export function follow(address, happened) {
  const following = { isOpen: false };
  if (!address) return following;
  let source = null;
  let collecting = 0;

  // Many events at once are one reason to look.
  function soon() {
    collecting ||= setTimeout(() => { collecting = 0; happened(); }, COLLECT_MILLISECONDS);
  }

  function open() {
    source = new EventSource(address);
    // What happened before it was open is seen by looking once.
    source.addEventListener("open", () => { following.isOpen = true; soon(); });
    source.addEventListener("error", () => { following.isOpen = false; });
    for (const name of NAMES) source.addEventListener(name, soon);
  }

  function close() {
    source?.close();
    source = null;
    following.isOpen = false;
  }

  // A browser opens six connections to a server: tabs that nobody looks at must not hold them.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : source || open()));
  addEventListener("pagehide", close);
  if (!document.hidden) open();
  return following;
}
