// The job that is open over the right part of the list. It is in the address as `open`, and in the history; without this
// file, and on a screen too narrow for both, a link leads to the job's own page.

const panel = $("#panel"), wide = matchMedia("(min-width: 961px)");
const BOTTOM_PX = 76; // so far above the window's edge the panel ends, over the line of keys: it never makes the page longer

function links() {
  return [...document.querySelectorAll(".jobs a[data-open]")];
}

function linkOf(job) {
  return links().find((link) => link.dataset.open === job);
}

function openJob() {
  return panel.hidden ? "" : $("#job_detail", panel)?.dataset.open ?? "";
}

// --- The address -----------------------------------------------------------------------------------------------------
function jobIn(address) {
  return new URL(address).searchParams.get("open") ?? "";
}

function addressWith(job) {
  const url = new URL(location.href);
  url.searchParams.delete("open");
  if (job) url.searchParams.set("open", job);
  return url.pathname + url.search.replaceAll("%2F", "/");
}

// Which list the page shows: a step in the history that leaves it there opens or closes the panel, and loads nothing.
let listed = addressWith("");
for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) {
  document.addEventListener(name, () => { listed = addressWith(""); });
}

function keepInAddress(job) {
  if (jobIn(location.href) === job) return;
  // A step between two addresses of this page must not move it; coming back to the page must find the place again.
  history.scrollRestoration = "manual";
  if (jobIn(location.href)) { history.replaceState(history.state, "", addressWith(job)); return; }
  history.replaceState({ ...history.state, htmx: true }, "");
  history.pushState({ htmx: true, opened: true }, "", addressWith(job));
}
window.addEventListener("pagehide", () => { history.scrollRestoration = "auto"; });

window.addEventListener("popstate", (event) => {
  if (addressWith("") !== listed) return;
  event.stopImmediatePropagation(); // htmx would load the page anew
  const job = jobIn(location.href);
  if (job) ask(job, {}); else hide();
}, { capture: true });

// --- Opening and closing ---------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || !wide.matches) return;
  event.preventDefault();
  if (link.dataset.open === openJob()) panel.focus({ preventScroll: true }); else ask(link.dataset.open, { focus: true });
});

let wanted = ""; // the job that was asked for last: who goes on quickly goes on from there
function ask(job, how) {
  const link = linkOf(job);
  wanted = job;
  if (link) { htmx.trigger(link, "open", how); return; }
  const path = location.pathname + job.split("/").map(encodeURIComponent).join("/") + "/" + new URL(listed, location.href).search;
  htmx.ajax("GET", path, { source: panel, target: "#panel_job" }).catch(() => {}); // its events tell of a failure
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "panel_job" && !wanted) detail.shouldSwap = false; // closed before it came
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "panel_job") return;
  panel.hidden = false;
  keepInAddress(openJob());
  mark();
  panel.scrollTop = 0;
  if (detail.requestConfig.triggeringEvent?.detail?.focus) panel.focus({ preventScroll: true });
  say(`${$("h2", panel)?.textContent ?? ""} ${$(".key", panel)?.textContent ?? ""} ${$(".place", panel).textContent}`);
});

function forget({ detail }) {
  if (detail.requestConfig.target.id === "panel_job") wanted = "";
}
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, forget);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 503) forget(event);
});

function close() {
  hide();
  if (history.state?.opened) history.back(); else history.replaceState(history.state, "", addressWith(""));
}

function hide() {
  const link = linkOf(openJob()), focused = document.activeElement;
  const back = !panel.hidden && (panel.contains(focused) || focused === document.body);
  panel.hidden = true;
  $("#panel_job").replaceChildren();
  wanted = "";
  mark();
  say("The job is closed.");
  if (back) (link ?? links()[0])?.focus({ preventScroll: true });
}

function say(text) {
  $("#said").textContent = text.replace(/\s+/g, " ").trim();
}

$("[data-close]", panel).addEventListener("click", close);

// --- What the list shows of it, and the panel of the list ------------------------------------------------------------
function mark() {
  const job = openJob(), all = links(), at = all.findIndex((link) => link.dataset.open === job);
  for (const link of all) {
    link.removeAttribute("aria-current");
    link.closest("tr").removeAttribute("aria-selected");
  }
  if (at >= 0) {
    all[at].setAttribute("aria-current", "true");
    all[at].closest("tr").setAttribute("aria-selected", "true");
  }
  if (job) showPlace(at);
  fit();
}

function showPlace(at) {
  const { first, count } = $(".jobs")?.dataset ?? {};
  $(".place", panel).textContent = at < 0 ? "not on this page of the list"
    : first && count ? `${(Number(first) + at).toLocaleString("en")} of ${Number(count).toLocaleString("en")} in this list`
    : first ? `${(Number(first) + at).toLocaleString("en")} in this list` : `${at + 1} of ${links().length} on this page`;
  $(".own-page", panel).href = $("#job_detail", panel).dataset.ownPage;
  for (const button of panel.querySelectorAll("[data-step]")) {
    const by = Number(button.dataset.step), isLast = at < 0 || !(links()[at + by] || pageLink(by));
    if (isLast && button === document.activeElement) panel.focus({ preventScroll: true }); // it would go with the button
    button.disabled = isLast;
  }
}

function fit() {
  const room = innerHeight - Math.max(panel.getBoundingClientRect().top, 0) - BOTTOM_PX;
  panel.style.maxHeight = wide.matches ? `max(16rem, ${room}px)` : "";
}
window.addEventListener("scroll", fit, { passive: true });
window.addEventListener("resize", fit);

// --- Previous and next, also from page to page -------------------------------------------------------------------------
let firstAfter = 0; // which row opens when the page that was asked for is there: the first, or -1 for the last

function pageLink(by) {
  return $(by > 0 ? "#next_page" : "#previous_page");
}

function step(by) {
  const all = links(), open = wanted || openJob(), at = all.findIndex((link) => link.dataset.open === open);
  const next = at < 0 && open ? null : all[at + by];
  if (next) { ask(next.dataset.open, {}); next.closest("tr").scrollIntoView({ block: "nearest" }); }
  else if (at >= 0 && pageLink(by)) { firstAfter = by; pageLink(by).click(); }
  return next;
}

for (const button of panel.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => step(Number(button.dataset.step)));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && (wanted || !panel.hidden)) { close(); return; }
  const by = { j: 1, k: -1 }[event.key];
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  if (event.key === "x") tick();
  if (!by) return;
  if (panel.hidden) move(by);
  else if (panel.contains(document.activeElement)) step(by);
  else step(by)?.focus({ preventScroll: true });
});

// The row that has the focus; where none has, that of the open job.
function tick() {
  const row = document.activeElement.closest(".jobs tbody tr") ?? linkOf(openJob())?.closest("tr");
  row?.querySelector("input[type=checkbox]")?.click();
}

function move(by) {
  const all = links(), at = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

document.addEventListener("htmx:load", ({ detail }) => {
  if (!detail.elt.matches?.(".list")) return;
  const next = firstAfter && links().at(firstAfter > 0 ? 0 : -1);
  firstAfter = 0;
  if (next) ask(next.dataset.open, {}); else mark();
});

document.addEventListener("jobsite:numbers", () => { if (linkOf(openJob())) mark(); });

for (const hidden of panel.querySelectorAll(".head [hidden]")) hidden.hidden = false;
mark();
// The frame of the page came without the job that its address says is open.
if (jobIn(location.href) && !openJob()) ask(jobIn(location.href), {});
