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
        "IndentationError",
        "ModuleNotFoundError",
        "NameError",
        "SyntaxError",
        "TabError",
        "TypeError",
        "UnboundLocalError",
    }
)
"""What Python quotes in these are names of code, which make another problem; in all others they are data."""

IN_OTHER_QUOTES = "„[^“”\n]*[“”]|‚[^‘’\n]*[‘’]|«[^»\n]*»|‹[^›\n]*›|「[^」\n]*」|『[^』\n]*』"
QUOTED = rf"(?<![A-Za-z0-9])(?:'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”|‘[^’\n]*’|{IN_OTHER_QUOTES})"
"""An apostrophe in a word (`can't`) quotes nothing."""
WITH_SLASH = r"(?:[A-Za-z][A-Za-z+.-]*:)?[^\s'\"(),;:=<>\[\]{}]*[/\\][^\s'\"(),;:<>\[\]{}]*"
"""Paths and addresses, with their drive or scheme."""
VALUE = r"(?<![A-Za-z#])(?:[-+]?(?:nan|NaN|NAN|inf|Inf|INF|NaT|<NA>)|True|False)(?![A-Za-z#])"
"""What stands for a number, and what is true or not."""
MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
WEEKDAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
DATE = rf"(?:{WEEKDAYS},?\s+)?(?:{MONTHS}[.,]?\s+#|#[-\s]+{MONTHS})"
"""`Tue Mar 3 10:15:00 2026`, `3 March 2026`."""
EMAIL = r"[A-Za-z_#][A-Za-z0-9_#.+-]*@[A-Za-z_#][A-Za-z0-9_#.-]*"
JOINED = r"(?:[A-Za-z_]+[-.@])*[-+]?#(?:[-+.:@]?#|[-.@][A-Za-z_]+|\.(?=[\s,\])]))*"
"""Numbers, times, names and identifiers that go on behind a dash, a dot, a colon or an @: `#-#-#T#:#`, `-#.#`, `#.`."""
SEVERAL = r"#(?:(?:\s|[,;:\[\](){}]|\.\.\.)+#)+"
"""A list, a key, an array or several shapes, of whatever length."""
PAIRS = r"[A-Za-z_]+ ?[=:] ?#(?:[,;&]? ?[A-Za-z_]+ ?[=:] ?#)+"
"""A key, or parameters: which of them are told is data, too."""
BRACKETED = r"[\[({]\s*#[\s,]*[\])}]|(?<![A-Za-z_\])])[\[({]\s*[\])}]"
"""One in brackets; what is empty is data, too, unless it calls a function: `f()`."""
ARGUMENTS = re.compile(r"\((#|[0-9]+), (['\"])(.*?)(?:\2,?\))?$", re.DOTALL)
"""How an exception of two arguments is written: `(1213, 'Deadlock found when trying to get lock')`."""
SENTENCE = re.compile(r"(\(|message = )(['\"])([^'\"/\\]*[A-Za-z] [A-Za-z][^'\"/\\]*)\2")
"""What somebody else said: `error message = 'No such file or directory'`."""
OPEN = r"(?:(?<=[\s(\[{=])|^)['\"“‘„‚«‹「『][^'\"]*$|[\[({]\s*#?[\s,]*$"
"""What is not closed, because the message was cut."""
SUB_EXCEPTIONS = re.compile(r" \((?:#|[0-9]+) sub-exceptions?\).*", re.DOTALL)
PLACE = re.compile(r" \([^()]*, line (?:#|[0-9]+)\)$")
"""Where code cannot be read: `invalid syntax (sort.py, line 3)`."""
PLURAL = re.compile(r"(?<=# )([a-z]{3,}[a-rt-z])s\b")
RECURSION_ENDS = re.compile(r"(?<=depth exceeded) (?:in (?:comparison|__\w+__)|while calling a Python object)$")
"""Where a recursion without end happened to end (CPython, ceval.c)."""

IN_QUOTES = re.compile(QUOTED)
STEPS = tuple(
    map(re.compile, (WITH_SLASH, VALUE, EMAIL, DATE, JOINED, SEVERAL, BRACKETED, BRACKETED, PAIRS, SEVERAL, BRACKETED))
)
"""What becomes one mark, one after the other: each sees what those before it have left."""
CUT_OFF = tuple(map(re.compile, (OPEN, OPEN, SEVERAL)))
SPACES = re.compile(r"\s+")


def template_of(shape: str, exception: str) -> str:
    """Return the template of the shape of a message; the name of its `exception` stands in neither."""
    text = said(_without_repetition(masked(shape)), exception)
    names_code = exception in OF_CODE
    text = text if names_code else IN_QUOTES.sub(lambda found: MARK if is_name(found[0]) else found[0], text)
    for step in STEPS if names_code else (*STEPS, *CUT_OFF):
        text = step.sub(MARK, text)
    text = PLURAL.sub(r"\1", SPACES.sub(" ", text))
    return text.strip(" .,;:")[:TEMPLATE_CHARS]


def _without_repetition(text: str) -> str:
    """Return the lines of a text, each once: how many of a log or of an array follow is data.

    Where the first says that something follows, one more line is enough.
    """
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if lines and any(line.startswith(lines[-1]) for line in lines[:-1]):  # one of them again, whole or cut off
        lines.pop()
    return "\n".join(lines[:2] if lines and lines[0].endswith(":") else dict.fromkeys(lines))


def is_name(quoted: str) -> bool:
    """Say whether what is quoted is a name, and not a sign such as `':'`."""
    return any(letter.isalnum() or letter == MARK for letter in quoted) or len(quoted) == len("''")


def said(text: str, exception: str) -> str:
    """Return what a message or its shape says, without what Python and drivers write around it."""
    if exception in OF_CODE:
        return PLACE.sub("", text)
    if arguments := ARGUMENTS.match(text):
        return f"{arguments[1]} {arguments[3]}"
    text = RECURSION_ENDS.sub("", SUB_EXCEPTIONS.sub("", _unquoted(text)))
    return text if exception == "KeyError" else SENTENCE.sub(r"\1\3", text)


def _unquoted(text: str) -> str:
    """Return a sentence without the quotes around it, as KeyError has them."""
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if is_quoted and " " in text else text
