// The line of a script that an address names, as in "#line-12", numbered from 1; 0 for none.
export const lineOf = (hash) => Number(/^#line-(\d{1,7})$/.exec(hash)?.[1] ?? 0);

// Calls `go` with that line now, and whenever the address names one.
export function followLine(go) {
  const follow = () => {
    const line = lineOf(location.hash);
    if (line) go(line);
  };
  addEventListener("hashchange", follow);
  follow();
}
