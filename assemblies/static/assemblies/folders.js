// The tree of folders by keys: up and down walk it, right opens a folder, left goes to the one it is in.
const tree = document.querySelector(".folder-tree");
const links = [...tree.querySelectorAll("a")];

function next(link, key) {
  if (key === "ArrowDown") return links[links.indexOf(link) + 1];
  if (key === "ArrowUp") return links[links.indexOf(link) - 1];
  if (key === "ArrowLeft") return link.closest("ul")?.closest("li, nav").querySelector("a");
  return link.nextElementSibling?.querySelector("a");
}

tree.addEventListener("keydown", (event) => {
  const link = event.target.closest("a");
  if (!link || event.altKey || event.ctrlKey || event.metaKey || !/^Arrow/.test(event.key)) return;
  event.preventDefault();
  // The keys of the list walk its rows.
  event.stopPropagation();
  const other = next(link, event.key);
  if (other) other.focus();
  else if (event.key === "ArrowRight") link.click();
});

// After a folder was opened the keys go on where it is.
const KEPT = "borealis-folder";
tree.addEventListener("click", (event) => { if (event.target.closest("a")) sessionStorage.setItem(KEPT, "1"); });
if (sessionStorage.getItem(KEPT)) tree.querySelector(".is-chosen").focus({ preventScroll: true });
sessionStorage.removeItem(KEPT);
