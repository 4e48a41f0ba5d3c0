"""Which parts of a text look as if a machine had drawn their letters: most tokens and keys do, whoever issued them.

Hashes in hexadecimal digits, UUIDs, paths and names made of words do not.
"""

import re
from collections.abc import Iterator

from jobsite.masking.spans import Span

DRAWN = r"(?-i:(?=[a-z0-9+/]{0,40}[A-Z])(?=[A-Z0-9+/]{0,40}[a-z])(?=[A-Za-z+/]{0,40}[0-9])[A-Za-z0-9+/]{24,})"
"""A run long enough of capitals, small letters and digits, whatever the collation. Both families of servers read it."""
RUN = re.compile(DRAWN)
WHOLE = re.compile(r"[\w+/=~.-]*")
BEFORE = re.compile(r"[\w+/=~.-]{1,40}\Z")
WORD = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}|\d{4,}")
PUBLIC = re.compile(
    r"(?:SHA256:|SHA512:|sha\d{3}-|ssh-[a-z0-9]+ |ecdsa-\S{1,30} |public_?key\W{1,5}|ssh-[a-z0-9-]+ )\Z", re.I
)
"""Before fingerprints, checksums and public keys."""
MOST_IN_WORDS = 0.5
"""Of a run's characters, at most so many stand in words or in numbers of four digits or more."""


def random_texts(text: str) -> Iterator[Span]:
    """Yield the parts that look drawn, each as far as a token's characters reach."""
    for run in RUN.finditer(text):
        if _is_drawn(run[0]) and not PUBLIC.search(text, max(0, run.start() - 40), run.start()):
            before = BEFORE.search(text, max(0, run.start() - 40), run.start())
            end = WHOLE.match(text, run.end())
            yield before.start() if before and "/" not in before[0] else run.start(), end.end() if end else run.end()


def _is_drawn(run: str) -> bool:
    kinds = (any(map(str.islower, run)), any(map(str.isupper, run)), any(map(str.isdigit, run)))
    in_words = sum(len(word) for word in WORD.findall(run))
    return all(kinds) and run.count("/") * 10 <= len(run) and in_words <= len(run) * MOST_IN_WORDS
