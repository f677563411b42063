// How long until a moment, or since it, in the page's language: for what counts while one looks.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always" });

// Below two of a unit the smaller one is told: 90 seconds rather than 1 minute.
export function relative(seconds) {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size * 2) ?? ["second", 1];
  return words.format(Math.trunc(seconds / size), unit);
}
