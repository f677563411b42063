// What every page needs: the viewer's time zone, which the server then tells times in, that drafts end with a save and
// at log-out, and that one begins at the first mistake of what was refused.
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

addEventListener("load", () => {
  const wrong = [...document.querySelectorAll("form [aria-invalid='true']")];
  wrong.find((field) => field.checkVisibility())?.focus();
});

const opened = document.querySelector("[data-recent]");
if (opened && logOut) noteRecent(logOut.dataset.user, { name: opened.dataset.recent, address: location.pathname });
