// The box of a restriction: what may follow is offered below it while somebody writes, over the list, which stays where it
// is. Tab takes what is offered, Enter applies the restriction, Esc closes. The box keeps the focus: an ARIA combobox.
// Which words and values those are, the server says (jobsite.restrictions.completing).
const OFFER_MS = 150, OFFERS = "restriction_offers";
let pauseOfOffers = null, asking = null, written = null; // the text that the offers are for

function boxOf(target) {
  return target.closest?.("form.filter[data-completions] [data-restriction]");
}

function combobox(box) {
  if (box.getAttribute("role")) return;
  const offers = document.createElement("div");
  offers.className = "offers";
  offers.id = OFFERS;
  offers.hidden = true;
  box.closest("label").after(offers);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
}

function place() {
  return document.getElementById(OFFERS);
}

function options() {
  return [...place().querySelectorAll("[role=option]")];
}

// --- What is offered -------------------------------------------------------------------------------------------------
function offerLater(box) {
  clearTimeout(pauseOfOffers);
  pauseOfOffers = setTimeout(() => offer(box), OFFER_MS);
}

async function offer(box) {
  const text = box.value, asked = new URL(box.form.dataset.completions, location.href);
  asking?.abort();
  asking = new AbortController();
  asked.search = new URLSearchParams([...new FormData(box.form)].filter(([name, value]) => value && name !== "from"));
  asked.searchParams.set("at", box.selectionStart);
  const answer = await fetch(asked, { headers: { "HX-Request": "true" }, signal: asking.signal }).catch(() => null);
  if (!answer?.ok || answer.redirected) { if (!answer || !asking.signal.aborted) forget(box, text); return; }
  const read = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  if (box.value === text && document.activeElement === box) show(box, read);
}

// Offers for another text would be put in at a wrong place.
function forget(box, text) {
  if (box.value === text) close(box);
}

function show(box, read) {
  const list = read.querySelector("[role=listbox]");
  place().replaceChildren(read);
  for (const [number, option] of options().entries()) option.id = `${OFFERS}_${number}`;
  lay(box);
  written = box.value;
  place().hidden = false;
  box.setAttribute("aria-expanded", String(!!list));
  if (list) box.setAttribute("aria-controls", list.id);
  // With nothing typed, Tab goes on to the next box.
  const isTyped = Number(read.dataset.end) > Number(read.dataset.start);
  choose(box, isTyped ? options()[0] : null);
}

function lay(box) {
  const { style } = place(), label = box.closest("label");
  style.top = `${label.offsetTop + label.offsetHeight + 2}px`;
  style.left = `${label.offsetLeft}px`;
  style.width = `${label.offsetWidth}px`;
}

window.addEventListener("resize", () => {
  const box = boxOf(document.activeElement ?? document);
  if (box && place()) lay(box);
});

function close(box) {
  clearTimeout(pauseOfOffers);
  asking?.abort();
  if (!place()) return;
  place().hidden = true;
  place().replaceChildren();
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
  box.removeAttribute("aria-controls");
}

// --- Choosing and taking ---------------------------------------------------------------------------------------------
function chosen() {
  return place()?.querySelector("[aria-selected=true]");
}

function choose(box, option) {
  chosen()?.setAttribute("aria-selected", "false");
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

function move(box, step) {
  const all = options(), at = all.indexOf(chosen());
  choose(box, all[at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length]);
}

function take(box, option) {
  const { start, end } = place().firstElementChild.dataset;
  const text = option.dataset.text, blank = /^\s/.test(box.value.slice(end)) || text.endsWith("(") ? "" : " ";
  box.setRangeText(text + blank, Number(start), Number(end), "end");
  offer(box);
}

document.addEventListener("keydown", (event) => {
  const box = boxOf(event.target);
  if (!box || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isOpen = !!place() && !place().hidden, isOfNow = isOpen && box.value === written;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (isOfNow && options().length) move(box, event.key === "ArrowDown" ? 1 : -1);
    else offer(box);
  } else if (event.key === "Tab" && !event.shiftKey && isOfNow && chosen()) {
    event.preventDefault();
    take(box, chosen());
  } else if (event.key === "Escape" && isOpen) {
    event.preventDefault();
    event.stopImmediatePropagation(); // the panel stays
    close(box);
  } else if (event.key === "Enter") {
    close(box);
  }
}, true);

document.addEventListener("input", ({ target }) => {
  const box = boxOf(target);
  if (box) offerLater(box);
});
document.addEventListener("focusin", ({ target }) => {
  const box = boxOf(target);
  if (box) combobox(box);
});
document.addEventListener("focusout", ({ target }) => {
  const box = boxOf(target);
  if (box) close(box);
});

// A press must not take the focus from the box, which would close it.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(`#${OFFERS}`)) event.preventDefault();
  const box = boxOf(event.target);
  if (box && document.activeElement === box) offerLater(box);
});
document.addEventListener("click", ({ target }) => {
  const option = target.closest?.(`#${OFFERS} [role=option]`), box = $("form.filter [data-restriction]");
  if (option && box?.value === written) take(box, option);
});

for (const box of document.querySelectorAll("form.filter[data-completions] [data-restriction]")) combobox(box);
