"""What do messages of one problem have in common? The text without what varies: `index # is out of bounds for axis #`.

Made of the shape of a message (jobs.tracebacks.shapes), in which words with digits are marks already, and of nothing
else: so all jobs of one shape are of one template.
"""

import re

from jobs.tracebacks.shapes import MARK
from jobsite.masking.text import masked

TEMPLATE_CHARS = 120
"""Characters that are compared: a message with a long list of values ends early."""

OF_CODE = frozenset(
    {
        "AttributeError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "SyntaxError",
        "TypeError",
        "UnboundLocalError",
    }
)
"""What Python quotes in these are names of code, which make another problem; in all others they are data."""

QUOTED = r"(?<![A-Za-z0-9])(?:'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”|‘[^’\n]*’)"
"""An apostrophe in a word (`can't`) quotes nothing."""
WITH_SLASH = r"(?:[A-Za-z][A-Za-z+.-]*:)?[^\s'\"(),;:=<>\[\]{}]*[/\\][^\s'\"(),;:<>\[\]{}]*"
"""Paths and addresses, with their drive or scheme."""
NO_NUMBER = r"(?<![A-Za-z#])[-+]?(?:nan|NaN|NAN|inf|Inf|INF|NaT|<NA>)(?![A-Za-z#])"
JOINED = r"(?:[A-Za-z_]+[-.@])*[-+]?#(?:[-+.:@]?#|[-.@][A-Za-z_]+|\.(?=[\s,\])]))*"
"""Numbers, times, names and identifiers that go on behind a dash, a dot, a colon or an @: `#-#-#T#:#`, `-#.#`, `#.`."""
SEVERAL = r"#(?:(?:\s|[,;:\[\](){}]|\.\.\.)+#)+"
"""A list, a key, an array or several shapes, of whatever length."""
BRACKETED = r"[\[({]\s*#[\s,]*[\])}]|(?<![A-Za-z_\])])[\[({]\s*[\])}]"
"""One in brackets; what is empty is data, too, unless it calls a function: `f()`."""
SENTENCE = re.compile(r"(['\"])((?:[^'\"\s/\\]+ ){3,}[^'\"\s/\\]+)\1")
"""Words that quote what somebody else said: `(1213, 'Deadlock found when trying to get lock')`."""

STEPS = tuple(map(re.compile, (QUOTED, WITH_SLASH, NO_NUMBER, JOINED, SEVERAL, BRACKETED, SEVERAL)))
"""What becomes one mark, one after the other: each sees what those before it have left."""
SPACES = re.compile(r"\s+")


def template_of(shape: str, exception: str) -> str:
    """Return the template of the shape of a message; the name of its `exception` stands in neither."""
    text = SENTENCE.sub(r" \2 ", _unquoted(masked(shape).strip()))
    for step in STEPS[exception in OF_CODE :]:
        text = step.sub(MARK, text)
    return SPACES.sub(" ", text).strip(" .")[:TEMPLATE_CHARS]


def _unquoted(text: str) -> str:
    """Return a sentence without the quotes around it, as KeyError has them."""
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if is_quoted and " " in text else text
