// Keys of the pages of errors. Every page works without this file.

const isWriting = ({ ctrlKey, metaKey, altKey, target }) =>
  ctrlKey || metaKey || altKey || target.closest("input:not([type=checkbox]), select, textarea");

// j and k go from group to group of the list, Enter opens the one that has the focus; J and K open the next and the
// previous group from the page of one; u goes back up to all of them.
function move(by) {
  const all = [...document.querySelectorAll(".groups a.group")];
  const at = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  J: () => $(".steps [rel=next]")?.click(),
  K: () => $(".steps [rel=prev]")?.click(),
  u: () => $("#up")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (KEYS[event.key] && !isWriting(event)) KEYS[event.key]();
});
