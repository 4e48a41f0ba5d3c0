// Runs before the page is drawn, so that the chosen theme does not flash.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage is switched off: the system's theme stands */ }

// The site sends a page in parts to who runs scripts (jobsite/pages/frames.py).
document.cookie = "jobsite_scripts=1; path=/; max-age=31536000; SameSite=Lax";
