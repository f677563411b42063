// Texts for people stand in data- attributes, where the template translated them; {places} are filled in here.
export function said(element, name, values = {}) {
  return (element.dataset[name] ?? "").replace(/\{(\w+)\}/g, (place, key) => String(values[key] ?? place));
}

// A name with the code of each character that would distort the line, as the server draws it.
const DISTORTING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export const undistorted = (text) =>
  text.replace(DISTORTING, (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);

const language = document.documentElement.lang || undefined;

export const number = (value) => new Intl.NumberFormat(language).format(value);

// As the server writes moments, in English as the British do: 24 hours, the day before the month.
export const moment = (value) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
