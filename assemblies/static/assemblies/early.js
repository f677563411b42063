// Runs before the page is drawn, so that nothing moves afterwards: that there is a script, and how the navigation was left.
document.documentElement.classList.add("scripted");
try {
  const left = localStorage.getItem("borealis-nav");
  if (left) document.documentElement.dataset.nav = left;
} catch (error) {
  // A browser may refuse to store anything: the navigation is as wide as the window allows.
  if (!(error instanceof DOMException)) throw error;
}
