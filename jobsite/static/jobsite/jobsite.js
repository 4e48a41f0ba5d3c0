// What a person's hand expects beyond links and forms. Every page works without this file.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);

// --- Theme -----------------------------------------------------------------------------------------------------------
const themeButton = $("#theme");
if (themeButton) {
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch { /* not remembered */ }
  });
}

// --- Copy: navigator.clipboard is missing over plain http, where execCommand still works ------------------------------
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function textFor(button) {
  const from = button.dataset.copy ? $(button.dataset.copy) : button.previousElementSibling;
  return from ? from.textContent : "";
}

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
  for (const button of form.querySelectorAll(".acts [data-word]")) {
    const word = button.dataset.word;
    button.textContent = selected.length ? word.replace("selected", `${selected.length} selected`) : word;
  }
}

function prepare(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  for (const form of root.querySelectorAll("form.rows")) showSelection(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.rows");
  if (!form) return;
  if (event.target.matches(".select-page")) for (const box of boxes(form)) box.checked = event.target.checked;
  showSelection(form);
});

// --- Clicks ----------------------------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const closer = event.target.closest("[data-close]");
  if (closer) { closePanel(); return; }
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copy(textFor(button));
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

function closePanel() {
  const panel = $("#panel");
  if (panel) panel.replaceChildren();
}

// --- Keyboard --------------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { closePanel(); return; }
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  const search = $("form.filter input[type=search]");
  if (search) { event.preventDefault(); search.focus(); }
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
  if (!box.matches("form.filter input")) return;
  endPause();
  if (box.validity.valid) askLater(box.form, box); // half a length of time asks for nothing yet
});
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("form.filter select")) askLater(box.form, null, 0);
  if (box.matches("form.filter input") && (pause || !box.validity.valid)) askLater(box.form, box, 0);
});
document.addEventListener("htmx:configRequest", (event) => {
  const asked = event.detail;
  if (!asked.target.matches(".list")) return;
  endPause();
  const form = $("form.filter");
  if (asked.elt !== form) asked.path = withForm(asked.path, form);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (!form.matches("form.filter") || !$(".list:active")) return;
  event.detail.shouldSwap = false;
  askLater(form, lastTypedInto);
});

function withForm(path, form) {
  const url = new URL(path, location.href), asked = url.searchParams;
  for (const { name, value } of form.querySelectorAll("[name]")) {
    if ((asked.get(name) ?? "") === value) continue;
    asked.set(name, value);
    asked.delete("page"); // it counts the rows of another list
  }
  return url.pathname + url.search;
}

// --- Confirm pages: a second click would answer that what the first one did was gone already ---------------------------
function letConfirm(form, may) {
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = !may;
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form.confirm")) letConfirm(event.target, false);
});
// Back shows the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.confirm")) letConfirm(form, true);
});

// --- htmx ------------------------------------------------------------------------------------------------------------
function notice(text) {
  const place = $("#notice");
  if (!place) return;
  const paragraph = document.createElement("p");
  paragraph.className = "notice error";
  paragraph.textContent = text;
  place.replaceChildren(paragraph);
}

// What is typed into one box makes one step back in the browser's history, however often somebody pauses.
let lastTypedInto = null;
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const cause = event.detail.requestConfig.triggeringEvent;
  const box = cause?.type === "ask" ? cause.detail.box : null;
  if (box && box === lastTypedInto) event.detail.history.type = "replace";
  lastTypedInto = box;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  // The session has ended: the login page came where a part of this page was asked for.
  if (new URL(event.detail.xhr.responseURL, location.href).pathname.endsWith("/login/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  // A 503 counts as successful too: what it brought is the notice.
  if (event.detail.successful && event.detail.xhr.status < 400) $("#notice")?.replaceChildren();
});
document.addEventListener("htmx:sendError", () => notice("Jobsite does not answer. What is shown may be out of date."));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 503) notice(`Jobsite answered with an error (${event.detail.xhr.status}). What is shown may be out of date.`);
});
document.addEventListener("htmx:load", (event) => {
  const part = event.detail.elt;
  prepare(part.parentElement ?? document);
  // Beside the list on a wide screen the panel is in view; above it on a narrow one it is not.
  if (part.closest?.("#panel") && matchMedia("(max-width: 960px)").matches) part.scrollIntoView();
});
prepare(document);
