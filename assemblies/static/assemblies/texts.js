// Texts for people stand in data- attributes, where the template translated them; {places} are filled in here.
export function said(element, name, values = {}) {
  return (element.dataset[name] ?? "").replace(/\{(\w+)\}/g, (place, key) => String(values[key] ?? place));
}

const language = document.documentElement.lang || undefined;

export const number = (value) => new Intl.NumberFormat(language).format(value);

export const moment = (value) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
