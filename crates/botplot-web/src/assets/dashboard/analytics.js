// Days and hours are those of the reader: the browser's zone goes along from now on.
const shown = document.getElementById("zone");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (shown && zone && !("given" in shown.dataset)) {
  document.cookie = `botplot-zone=${encodeURIComponent(zone)}; path=/app; max-age=31536000; samesite=lax`;
  if (zone != shown.dataset.zone) {
    const address = new URL(location.href);
    address.searchParams.set("zone", zone);
    location.replace(address);
  }
}
