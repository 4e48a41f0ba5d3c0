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

function showCopyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copy(textFor(button));
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

// --- Keyboard --------------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  const search = $("form.filter :is(input[type=search], [data-restriction])");
  if (search) { event.preventDefault(); search.focus(); }
});

// What a key does is said where it does it. It acts on nothing by itself: it goes where a click would.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const of = [...document.querySelectorAll("[aria-keyshortcuts]")].find((one) => one.getAttribute("aria-keyshortcuts") === event.key);
  if (of && of.checkVisibility()) { event.preventDefault(); of.click(); }
});

// --- Menus: Esc closes one, and so does a click elsewhere ------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.saved[open]");
  if (!menu) return;
  event.stopImmediatePropagation(); // an open job stays open
  menu.open = false;
  $("summary", menu).focus();
});
document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.saved[open]")) if (!menu.contains(target)) menu.open = false;
});

// --- Confirm pages: a second click would answer that what the first one did was gone already ---------------------------
function letConfirm(form, may) {
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.disabled = !may;
    if (may && button.dataset.word) button.textContent = button.dataset.word;
  }
}

document.addEventListener("submit", ({ target, submitter }) => {
  if (!target.matches("form.confirm")) return;
  letConfirm(target, false);
  if (!submitter?.dataset.busy) return;
  submitter.dataset.word = submitter.textContent;
  submitter.style.minWidth = `${submitter.offsetWidth}px`; // what stands beside it stays there
  submitter.textContent = submitter.dataset.busy;
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
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => notice("Jobsite does not answer. What is shown may be out of date."));
}
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 503) notice(`Jobsite answered with an error (${event.detail.xhr.status}). What is shown may be out of date.`);
});

// --- An act that goes on by itself: a request that failed is sent again, and the number of its slice keeps it from being
// done twice. Why the lab's server does not answer, a 503, is said in the notice.
const ACT_AGAIN_MS = 5000, MAY_PASS = [0, 502, 503, 504];
let actAgain = null;

function pauseAct({ detail }) {
  const part = detail.requestConfig.elt, status = detail.xhr.status;
  if (part.id !== "act_progress") return;
  clearTimeout(actAgain);
  const why = status === 503 ? "Jobsite asks again by itself" : "Jobsite does not answer, and asks again by itself";
  const said = MAY_PASS.includes(status) ? `Paused: ${why}.` : "Paused.";
  $("p", part).textContent = said;
  $("#act_said").textContent = said;
  $("input[name=again]", part).value = "1";
  if (MAY_PASS.includes(status)) actAgain = setTimeout(() => htmx.trigger(part, "again"), ACT_AGAIN_MS);
}

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, pauseAct);
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status === 503) pauseAct(event);
});

document.addEventListener("htmx:load", (event) => showCopyButtons(event.detail.elt));
showCopyButtons(document);
