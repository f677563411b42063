// What an assembly is chosen from while somebody types: names from the library, each with its GUID, which tells it apart.
import { searching } from "./quick_search.js";

for (const field of document.querySelectorAll("input[data-suggestions]")) {
  // Without an answer the field is one for typing.
  const search = searching(field.dataset.suggestions, {
    found: (list) => field.list.replaceChildren(...list.map(option)),
    failed: () => {},
  });
  field.addEventListener("input", () => search(field.value));
}

function option({ name, guid, source }) {
  const made = document.createElement("option");
  made.value = `${name} (${guid})`;
  made.label = source;
  return made;
}
