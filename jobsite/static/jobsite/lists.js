// A list: what is selected, what is filtered by, how one sees that it is read, and that it could not be.

// --- Selection -------------------------------------------------------------------------------------------------------
function boxes(form) {
  return [...form.querySelectorAll("tbody input[type=checkbox]")];
}

function showSelection(form) {
  const all = boxes(form), selected = all.filter((box) => box.checked), page = $(".select-page", form);
  if (page) {
    page.hidden = all.length === 0;
    page.checked = all.length > 0 && selected.length === all.length;
    page.indeterminate = selected.length > 0 && !page.checked;
  }
  const jobs = selected.reduce((sum, box) => sum + Number(box.dataset.jobs ?? 1), 0).toLocaleString("en");
  for (const button of form.querySelectorAll(".acts [data-word]")) {
    const word = button.dataset.word;
    button.textContent = selected.length ? word.replace("selected", `${jobs} selected`) : word;
  }
  form.dispatchEvent(new CustomEvent("jobsite:selected", { bubbles: true, detail: { selected, jobs } }));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.rows");
  if (!form) return;
  if (event.target.matches(".select-page")) for (const box of boxes(form)) box.checked = event.target.checked;
  showSelection(form);
});

// A list that is drawn anew keeps what was selected: a value names the row as it was seen, so one that changed is not in it.
let selected = [];
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.matches?.(".list")) selected = [...target.querySelectorAll("tbody input:checked")].map((box) => box.value);
});

// --- Filters ---------------------------------------------------------------------------------------------------------
// What is typed is asked for after a pause. A tab, header or page link of the list was drawn before, and its request takes
// the place of the form's. So it takes along what stands in the form when it is sent: to ask for that first and click
// after it would need the link that the answer brings. The pause is kept here, and not by htmx, so that a link can end it.
const PAUSE_MS = 400;
let pause = null;

function askLater(form, box, wait_ms = PAUSE_MS) {
  clearTimeout(pause);
  pause = setTimeout(() => ask(form, box), wait_ms);
}

function endPause() {
  clearTimeout(pause);
  pause = null;
}

function ask(form, box) {
  // A list that is drawn anew under a pressed link swallows the click; one on its way says which tab and order hold.
  if ($(".list:active, .list :is(.tabs, thead, .pager) .htmx-request")) { askLater(form, box); return; }
  pause = null;
  htmx.trigger(form, "ask", { box });
}

document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.matches("form.filter input:not([data-restriction])")) return; // a restriction is entered
  endPause();
  if (box.validity.valid) askLater(box.form, box); // half a length of time asks for nothing yet
});
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("form.filter select")) askLater(box.form, null, 0);
  if (!box.matches("form.filter input")) return;
  if (pause || !box.validity.valid || box.matches("[data-restriction]")) askLater(box.form, box, 0);
});
document.addEventListener("htmx:configRequest", (event) => {
  const asked = event.detail;
  if (!asked.target.matches(".list")) return;
  if (isAskedAgain(asked.elt)) asked.headers["If-None-Match"] = asked.elt.dataset.version;
  if (isAskedAgain(asked.elt)) return; // what stands in the form by now is not asked for yet
  endPause();
  const form = $("form.filter"), open = new URLSearchParams(location.search).get("open");
  if (asked.elt.matches(".list[data-version]:not(.stale)")) asked.headers["If-None-Match"] = asked.elt.dataset.version;
  if (asked.elt === form) askBriefly(asked.parameters, open);
  if (asked.elt !== form) asked.path = withForm(asked.path, form, open);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (!form.matches("form.filter, .list.waits") || !$(".list:active")) return;
  event.detail.shouldSwap = false;
  askLater($("form.filter"), lastTypedInto);
});

// What was wrong is told until a list comes of what was put right.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.matches(".list") && detail.requestConfig.elt !== detail.target) $(".mistakes")?.replaceChildren();
});

const PAGE_WORDS = ["after", "before", "last", "from", "page"];

// The address says what is filtered by, and not by what not. Where to go to is for the list that was seen.
function askBriefly(parameters, open) {
  if (document.activeElement?.name !== "from") delete parameters.from;
  for (const name of Object.keys(parameters)) if (!parameters[name]) delete parameters[name];
  if (open) parameters.open = open;
}

// The list asks whether the rest of it has been read (errors.js).
function isAskedAgain(elt) {
  return elt.matches(".list[data-again]:not(.stale)");
}

function withForm(path, form, open) {
  const url = new URL(path, location.href), asked = url.searchParams;
  if (open) asked.set("open", open);
  for (const { name, value } of form.querySelectorAll("[name]")) {
    if ((asked.get(name) ?? "") === value) continue;
    asked.set(name, value);
    for (const word of PAGE_WORDS) asked.delete(word); // a place in another list
  }
  return url.pathname + url.search;
}

// What is typed into one box makes one step back in the browser's history, however often somebody pauses.
let lastTypedInto = null;
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const cause = event.detail.requestConfig.triggeringEvent;
  const box = cause?.type === "ask" ? cause.detail.box : null;
  if (box && box === lastTypedInto) event.detail.history.type = "replace";
  lastTypedInto = box;
});

// --- Menus: what there is to choose from is read when one is about to be opened --------------------------------------------
let choicesOf = null; // the schema whose tables stand in the menu

async function readChoices(form) {
  const schema = form.elements.schema.value, asked = new URL(form.dataset.choices, location.href);
  if (choicesOf === schema) return;
  choicesOf = schema;
  asked.search = new URLSearchParams({ schema, table: form.elements.table.value });
  const answer = await fetch(asked, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) { choicesOf = null; return; }
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const menu of read.querySelectorAll("select")) offer(form.elements[menu.name], menu);
}

function offer(menu, read) {
  const chosen = menu.value;
  if (menu.options.length === read.options.length && menu.innerHTML.trim() === read.innerHTML.trim()) return;
  menu.replaceChildren(...read.options);
  menu.value = chosen;
}

// A finger opens a menu in the moment in which it comes near.
document.addEventListener("jobsite:numbers", () => {
  const form = $("form.filter[data-choices]");
  if (form && matchMedia("(pointer: coarse)").matches) readChoices(form);
});
for (const name of ["pointerover", "focusin", "touchstart"]) {
  document.addEventListener(name, ({ target }) => {
    const form = target.closest?.("form.filter[data-choices]");
    if (form && target.closest("label")?.querySelector("select")) readChoices(form);
  }, { passive: true });
}

const focused = document.activeElement; // before this file was there
if (focused?.matches("form.filter[data-choices] select")) readChoices(focused.form);

// --- Numbers: those of the list before stand, grey, until those of this one come -----------------------------------------
let numbers = {};
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.matches?.(".list")) for (const one of target.querySelectorAll(".tabs b")) numbers[one.id] = one.textContent;
});

function keepNumbers(list) {
  for (const one of list.querySelectorAll(".tabs b:empty")) {
    one.textContent = numbers[one.id] ?? "";
    one.classList.add("waits");
  }
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "numbers") return;
  for (const part of detail.target.querySelectorAll("[data-for]")) {
    const place = document.getElementById(part.dataset.for), table = $(".list table");
    place?.replaceChildren(part.content);
    place?.classList.remove("waits");
    if (table && part.dataset.count) showCount(table, Number(part.dataset.count));
  }
  document.dispatchEvent(new Event("jobsite:numbers"));
});

function showCount(table, count) {
  const rows = $("tbody", table).rows.length;
  table.dataset.count = count;
  if (!table.dataset.first && !$("#next_page")) table.dataset.first = count - rows + 1;
  const range = $(".pager .range");
  if (range && table.dataset.first) {
    const first = Number(table.dataset.first);
    const [from, to, all] = [first, first + rows - 1, count].map((number) => number.toLocaleString("en"));
    range.textContent = `${from}–${to} of ${all}`;
  }
}

// --- Work in progress: a part that is being read says so once that takes a moment ---------------------------------------
const BUSY_MS = 300;
const busy = new WeakMap();

// What is read anew, and the row that asks for it: the panel may not be there yet.
function busyParts({ requestConfig: { target, elt } }) {
  if (isAskedAgain(elt)) return [];
  return target.matches(".list, #panel_job") ? [target, elt.closest("tr")].filter(Boolean) : [];
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const mark = () => { for (const part of busyParts(detail)) part.setAttribute("aria-busy", "true"); };
  busy.set(detail.xhr, setTimeout(mark, BUSY_MS));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  clearTimeout(busy.get(detail.xhr));
  for (const part of busyParts(detail)) part.removeAttribute("aria-busy");
});

// --- An outage: the last list stays, says how old it is, and is asked for again ------------------------------------------
const AGAIN_MS = 5000;
let readAt = performance.now() - 1000 * ($(".list")?.dataset.age ?? 0), again = null;

function cannotRead({ detail }) {
  if (!detail.requestConfig.target.matches(".list")) return;
  showAge($(".list"));
  clearTimeout(again);
  again = setTimeout(() => askAgain(detail.pathInfo.finalRequestPath), AGAIN_MS);
}

function askAgain(path) {
  if (document.hidden) { again = setTimeout(() => askAgain(path), AGAIN_MS); return; }
  const list = $(".list");
  // An answer that fails is told by its events, as any other.
  htmx.ajax("GET", path, { source: list, target: list, swap: "outerHTML" }).catch(() => {});
}

function showAge(list) {
  if (!$(".read time", list)) { $(".read", list).textContent = "Not read yet: Jobsite asks again by itself."; return; }
  const read = $(".read", list), when = $("time", read), age_s = Math.round((performance.now() - readAt) / 1000);
  const age = age_s < 60 ? `${age_s} s` : `${Math.floor(age_s / 60)} min`;
  read.replaceChildren("Not up to date: read at ", when, `, ${age} ago`);
  read.title = "Jobsite asks again by itself.";
  list.classList.add("stale");
  for (const button of list.querySelectorAll(".acts button")) button.disabled = true;
  for (const time of list.querySelectorAll("td time")) time.textContent = shortTime(time.title, when);
}

// An age would go on being taken for that of now: the moment stays true.
function shortTime(exact, read) {
  const today = exact.slice(0, 10) === read.dateTime.slice(0, 10);
  return today ? exact.slice(11, 19) : exact.slice(5, 16);
}

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, cannotRead);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 503) cannotRead(event);
});

// --- A list that is drawn --------------------------------------------------------------------------------------------
document.addEventListener("htmx:load", ({ detail }) => {
  if (!detail.elt.matches?.(".list")) return;
  clearTimeout(again);
  readAt = performance.now() - 1000 * (detail.elt.dataset.age ?? 0);
  keepNumbers(detail.elt);
  findPlace(detail.elt);
  for (const box of detail.elt.querySelectorAll("tbody input[type=checkbox]")) box.checked = selected.includes(box.value);
  for (const form of detail.elt.querySelectorAll("form.rows")) showSelection(form);
});

// The browser finds neither its place nor what was selected again: the rows come later than it looks for them.
const [arrival] = performance.getEntriesByType("navigation");
let isBack = arrival?.type === "back_forward";
window.addEventListener("pagehide", () => {
  const boxes = [...document.querySelectorAll(".list tbody input:checked")].map((box) => box.value);
  try { sessionStorage.setItem(`left ${location.href}`, JSON.stringify([scrollY, boxes])); } catch { /* not remembered */ }
});

function findPlace(list) {
  if (!isBack || list.classList.contains("waits")) return;
  isBack = false;
  const [y, boxes] = JSON.parse(sessionStorage.getItem(`left ${location.href}`) ?? "[0, []]");
  selected = boxes;
  requestAnimationFrame(() => scrollTo(0, y));
}

// Back gives the boxes as they were left, after this file has run.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.rows")) showSelection(form);
});
