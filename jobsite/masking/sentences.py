"""How does a sentence say a secret: `the password is 'x'`, `password for anna: x1`, `login: anna / x1`?"""

import re
from collections.abc import Iterator

from jobsite.masking.names import Secrecy
from jobsite.masking.spans import Span

CHOSEN = r"""(?=\S{0,60}[^\W\d])(?=\S{0,60}\d|[^\s'"]{1,60}[!@#$%^&*?~+])(?=[^\s=:(]{5})"""
"""A word that a person or a program chose: it has digits or signs in it."""
SAID = re.compile(
    rf"""[ \t]+(?:
      (?:is|was)[ ]?:[ ]*                                    # the password is: x
    | (?:is|was)[ ]+(?=['"])
    | (?:for|of|to)[ ](?:[^\s:=]{{1,40}}[ ]){{0,3}}?[^\s:=]{{0,40}}(?:(?<=[ ])(?:is|was)[ ]|[:=][ ]*)(?=['"]|{CHOSEN})
    | (?:was[ ])?(?:changed|set|updated)[ ](?:from|to)[ ](?=['"])
    | (?:tried|used|given|entered|sent|values?|attempted|received|got)[ ]?[:=]?[ ]*(?=['"\[]|{CHOSEN})
    | (?:(?:is|was)[ ]|[\[(])?{CHOSEN}                        # password x1
    )""",
    re.VERBOSE,
)
SAID_OF_LIKELY = re.compile(r"""[ \t]+(?:(?:is|was)[ ])?(?=['"]?\S{0,60}\d)(?=['"]?\S{0,60}[A-Za-z])(?=\S{10})""")
"""`token abc123def456`"""
AT_LAST = re.compile(r"""[ ](?:(?:for[ ]\S{1,40}[ ])?(?:is|was)[ ])?(?=[^\W\d][\w-]{3,40}(?:[.,;)'"]|[ ]*(?:\n|\Z)))""")
BEFORE_AT_LAST = re.compile(r"\b(?:with|using|and|the|new|old|my|our|user)[ ]$|/[ ]?$|(?:^|\n)$", re.IGNORECASE)
"""`logged in with password swordfish`"""
PAIRS = re.compile(
    rf"""\b(?:log[io]n|user(?:name)?|account)s?(?:[ ]?[:=][ ]*|[ ]\(?)[\w.@\\-]{{1,64}}[ ]*[/|][ ]*(?:pass[ ])?"""
    rf"""{CHOSEN}(\S+)""",
    re.IGNORECASE,
)
"""`login: anna / x1`"""


def said_of(before: str, sure: Secrecy) -> list[re.Pattern[str]]:
    """Return how a sentence may go on that says a secret; `before` is what stands before its name."""
    if sure is not Secrecy.SURE:
        return [SAID_OF_LIKELY] if sure is Secrecy.LIKELY else []
    return [SAID, AT_LAST] if BEFORE_AT_LAST.search(before) else [SAID]


def said_pairs(text: str) -> Iterator[Span]:
    """Yield the passwords after a user's name and a slash."""
    yield from (match.span(1) for match in PAIRS.finditer(text))
