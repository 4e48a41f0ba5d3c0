// Runs before the page is drawn, so that the chosen theme does not flash.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage is switched off: the system's theme stands */ }

// The site sends a page in parts to who runs scripts (jobsite/pages/frames.py).
document.cookie = "jobsite_scripts=1; path=/; max-age=31536000; SameSite=Lax";

// Times of day are in the zone of this browser (jobsite/accounts/zones.py), unless the person has chosen another.
try {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `jobsite_zone=${zone}; path=/; max-age=31536000; SameSite=Lax`;
} catch { /* a zone that is not told is UTC, which stands beside each time */ }
