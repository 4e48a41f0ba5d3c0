"""What is a person told whose text is no restriction?"""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_SHOWN = 40
LONGEST_COMPARED = 64
"""Characters of a word for which the nearest is looked for: none of ours is as long."""
NEAR = 0.6


class RestrictionError(ValueError):
    """A text is no restriction, or not one that is taken. As a text it is one sentence, in one line."""

    def __init__(self, sentence: str, position: int, nearest: str = "") -> None:
        """`position` counts the characters before the place; `nearest` is what may have been meant, '' for nothing."""
        super().__init__(sentence)
        self.position = position
        self.nearest = nearest


def shown(text: str) -> str:
    """Return what a person wrote in quotation marks: its beginning, without what would not be seen."""
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return f"“{''.join(one if one.isprintable() else one.encode('unicode_escape').decode() for one in cut)}”"


def nearest_to(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like this one, '' when none is; capitals count for nothing."""
    words = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), words, n=1, cutoff=NEAR) if len(word) <= LONGEST_COMPARED else []
    return words[found[0]] if found else ""


def unknown(word: str, position: int, what: str, known: Iterable[str], otherwise: str) -> RestrictionError:
    """Return the refusal of a word that is none of those known, with the nearest; `otherwise` ends the sentence."""
    nearest = nearest_to(word, known)
    rest = f"did you mean {nearest}?" if nearest else f"{otherwise}."
    return RestrictionError(f"{shown(word)} is no {what}: {rest}", position, nearest)
