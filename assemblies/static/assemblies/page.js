// What every page needs: the viewer's time zone, which the server then tells times in.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  document.cookie = `borealis_timezone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}
