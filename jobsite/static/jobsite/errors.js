// The pages of errors: their keys, and the rest of what was not looked at yet. Every page works without this file.

const isWriting = ({ ctrlKey, metaKey, altKey, target }) =>
  ctrlKey || metaKey || altKey || target.closest("input:not([type=checkbox]), select, textarea");

// j and k go from group to group of the list, x selects the one that has the focus, Enter opens it; J and K open the next and the
// previous group from the page of one; u goes back up to all of them.
function move(by) {
  const all = [...document.querySelectorAll(".groups a.group")];
  const at = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

function select() {
  document.activeElement.closest(".groups tr")?.querySelector("input[type=checkbox]")?.click();
}

const KEYS = {
  x: select,
  j: () => move(1),
  k: () => move(-1),
  J: () => $(".steps [rel=next]")?.click(),
  K: () => $(".steps [rel=prev]")?.click(),
  u: () => $("#up")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (KEYS[event.key] && !isWriting(event)) KEYS[event.key]();
});

// --- Selected problems: how many jobs they have, and a link to these --------------------------------------------------------
document.addEventListener("jobsite:selected", ({ target: form, detail: { selected, jobs } }) => {
  const said = $(".how-many", form), link = $(".their-jobs", form);
  if (!said) return;
  const least = form.dataset.atLeast ? "at least " : "", are = selected.length === 1 ? "problem" : "problems";
  said.textContent = selected.length ? `${selected.length} ${are}, ${least}${jobs} ${jobs === "1" ? "job" : "jobs"}` : "";
  link.hidden = !selected.length;
  const address = new URL(link.href);
  address.searchParams.set("group", selected.map((box) => box.value).join(","));
  link.href = address.href;
});

// --- A part of the jobs: while the rest is read behind the page, the list asks for it, and puts the whole in its place -------
const PAUSE_MS = 2000, SLOWER_TIMES = 1.5, LONGEST_MS = 30000;
let again = null, pause_ms = PAUSE_MS, askedFor = "";

function lookAgainLater() {
  clearTimeout(again);
  again = setTimeout(lookAgain, pause_ms);
}

function lookAgain() {
  const list = $("#error_list[data-again]:not(.stale)");
  if (!list) return;
  if (document.hidden) return; // until it is seen
  if (!isHeld(list) && !$("form.filter.htmx-request, .list .htmx-request")) {
    pause_ms = Math.min(SLOWER_TIMES * pause_ms, LONGEST_MS);
    const how = { source: list, target: list, swap: "outerHTML", push: "false" };
    htmx.ajax("GET", list.dataset.again, how).catch(() => {}); // the events of the request tell it
  }
  lookAgainLater();
}

// While a menu is open in it, text is marked or a button pressed, the list stays.
function isHeld(list) {
  const marked = getSelection();
  return list.matches(":active") || $("details[open]", list) || (!marked.isCollapsed && marked.containsNode(list, true));
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) lookAgain(); });
function begin(list) {
  if (!list?.matches("#error_list[data-again]")) return;
  if (list.dataset.again !== askedFor) pause_ms = PAUSE_MS;
  askedFor = list.dataset.again;
  lookAgainLater();
}

document.addEventListener("htmx:load", ({ detail }) => begin(detail.elt));
begin($("#error_list")); // which came with the page

// What the reader looks at stays where it is: the row that has the focus, or the first on the screen.
let held = null;

function rowInView(list) {
  const rows = [...list.querySelectorAll("tbody tr")], own = rows.find((row) => row.contains(document.activeElement));
  return own ?? (scrollY > 0 && rows.find((row) => row.getBoundingClientRect().bottom > 0));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const list = detail.requestConfig.elt;
  held = null;
  if (!list.matches("#error_list[data-again]")) return;
  if (isHeld(list)) { detail.shouldSwap = false; return; }
  const row = rowInView(list);
  if (row) held = { id: row.id, top: row.getBoundingClientRect().top };
});
document.addEventListener("htmx:afterSwap", () => {
  const row = held && document.getElementById(held.id);
  if (row) scrollBy({ top: row.getBoundingClientRect().top - held.top, behavior: "instant" });
  held = null;
});
