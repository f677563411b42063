// The star of a favourite, pressed without leaving the page; it shows what the server says it is now.
export async function press(form, star) {
  const body = new URLSearchParams(new FormData(form, star));
  star.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { favourite } = await answer.json();
    star.name = favourite ? "remove" : "add";
    star.setAttribute("aria-pressed", String(favourite));
  } catch {
    window.alert(form.dataset.failed);
  } finally {
    star.disabled = false;
    star.focus();
  }
}
