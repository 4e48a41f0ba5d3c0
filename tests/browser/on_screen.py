"""What a person reads without a click or a turn of the wheel: the text that is on the screen."""

from playwright.sync_api import Page

TEXT = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange(), read = [];
  const isSeen = ({ x, y, width, height, right, bottom }) =>
    width > 1 && height > 1 && x >= 0 && y >= 0 && right <= innerWidth && bottom <= innerHeight;
  while (words.nextNode()) {
    const { parentElement } = words.currentNode;
    if (!parentElement.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    range.selectNodeContents(words.currentNode);
    const lines = [...range.getClientRects()];
    if (!lines.length || !lines.every(isSeen)) continue;
    const { x, y } = lines[0], top = document.elementFromPoint(x + 1, y + lines[0].height / 2);
    if (top && (top.contains(parentElement) || parentElement.contains(top))) read.push(words.currentNode.data);
  }
  return read.join("").replace(/\\s+/g, " ").trim();
}"""
"""Text that is drawn whole, inside the window, and with nothing over it."""


def text_on_screen(page: Page) -> str:
    """Return all text that can be read in the window as it is scrolled."""
    return str(page.evaluate(TEXT))
