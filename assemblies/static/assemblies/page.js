// What every page needs: the viewer's time zone, which the server then tells times in, that drafts end with a save and
// at log-out, that buttons say they were pressed, and that one begins at the first mistake of what was refused.
import { endSaving, forgetDraftsOf } from "./drafts.js";
import { forgetRecent, noteRecent } from "./recent.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `borealis_timezone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax${secure}`;
}

endSaving(document.querySelector(".messagelist .saved") !== null);

const logOut = document.getElementById("logout-form");
logOut?.addEventListener("submit", () => {
  forgetDraftsOf(logOut.dataset.user);
  forgetRecent(logOut.dataset.user);
});

// What was pressed says at once that it was. A download leaves the page where it is, and the button as it was.
const BUSY_MS = 10_000;
function free(button) {
  button.removeAttribute("aria-busy");
}
addEventListener("submit", ({ defaultPrevented, submitter, target }) => {
  if (defaultPrevented || !submitter || target.method !== "post") return;
  submitter.setAttribute("aria-busy", "true");
  setTimeout(() => free(submitter), BUSY_MS);
});
addEventListener("pageshow", () => document.querySelectorAll("[type='submit'][aria-busy]").forEach(free));

addEventListener("load", () => {
  const wrong = [...document.querySelectorAll("form [aria-invalid='true']")];
  wrong.find((field) => field.checkVisibility())?.focus();
});

const opened = document.querySelector("[data-recent]");
if (opened && logOut) noteRecent(logOut.dataset.user, { name: opened.dataset.recent, address: location.pathname });
