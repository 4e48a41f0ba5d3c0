"""Does the rule that makes groups of errors put together what is one bug, and keep apart what is not?

Every text of the corpora (benchmarks/corpora/) gets its fingerprint. Counted are pairs of texts: of one bug that share
it, and of two bugs that do not, within a corpus and across all. Each must hold for 98 % of its pairs. Whatever is
confused is printed. `--only` takes a part of a corpus's name.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from jobs.tracebacks.signature import signature_of

STACKS = Path(__file__).parent / "corpora" / "stacks"
BAR = 0.98
SHOWN_CHARS = 110


class Text(NamedTuple):
    """An error of a corpus, and whose it is."""

    corpus: str
    bug: str
    variant: int
    message: str
    stack: str
    table: str = ""
    """The class whose make failed; '' where that was not kept."""


class Pairs(NamedTuple):
    """How many pairs there are, and how many of them are as they should be."""

    right: int
    all: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there are none."""
        return self.right / self.all if self.all else 1.0


@dataclass(frozen=True)
class Grouped:
    """Bugs, and in which groups their texts are: bug -> fingerprint -> how many texts."""

    bugs: Mapping[tuple[str, str], Counter[str]]

    @cached_property
    def groups(self) -> dict[str, Counter[tuple[str, str]]]:
        """Fingerprint -> bug -> how many texts."""
        found: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for bug, fingerprints in self.bugs.items():
            for fingerprint, times in fingerprints.items():
                found[fingerprint][bug] += times
        return dict(found)

    def together(self) -> Pairs:
        """Count the pairs of one bug, and those that are in one group."""
        right = sum(_pairs(times) for bug in self.bugs.values() for times in bug.values())
        return Pairs(right, sum(_pairs(bug.total()) for bug in self.bugs.values()))

    def apart(self) -> Pairs:
        """Count the pairs of two bugs, and those that are in two groups."""
        texts = sum(bug.total() for bug in self.bugs.values())
        pairs = _pairs(texts) - self.together().all
        wrong = sum(_pairs(group.total()) for group in self.groups.values()) - self.together().right
        return Pairs(pairs - wrong, pairs)

    def of(self, corpus: str) -> "Grouped":
        """Return what is of one corpus."""
        return Grouped({bug: fingerprints for bug, fingerprints in self.bugs.items() if bug[0] == corpus})

    def confused(self) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        """Yield each two bugs that share a group."""
        seen = {pair for group in self.groups.values() for pair in combinations(sorted(group), 2)}
        yield from sorted(seen)

    def split(self) -> Iterator[tuple[str, str]]:
        """Yield each bug that is in several groups."""
        yield from (bug for bug, fingerprints in sorted(self.bugs.items()) if len(fingerprints) > 1)


def read_corpora(only: str = "", folder: Path = STACKS) -> Iterator[Text]:
    """Yield the texts of all corpora whose name has `only` in it."""
    for path in sorted(folder.glob("*.ndjson.gz")):
        if only in path.name:
            lines = gzip.decompress(path.read_bytes()).decode().splitlines()
            yield from (Text(**json.loads(line)) for line in lines)


def grouped(texts: Iterable[Text]) -> Grouped:
    """Give each text its fingerprint."""
    bugs: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for text in texts:
        bugs[text.corpus, text.bug][fingerprint_of(text)] += 1
    return Grouped(dict(bugs))


def fingerprint_of(text: Text) -> str:
    """Return the fingerprint of a text's group."""
    return signature_of(text.message, text.stack).fingerprint


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def shortfalls(found: Grouped) -> list[str]:
    """Return a sentence for each kind of pair that is under the bar."""
    corpora = {corpus for corpus, _ in found.bugs}
    within = [found.of(corpus).apart() for corpus in corpora]
    kinds = {
        "of one bug are in one group": found.together(),
        "of two bugs of a corpus are apart": Pairs(
            sum(pairs.right for pairs in within), sum(pairs.all for pairs in within)
        ),
        "of any two bugs are apart": found.apart(),
    }
    return [f"{pairs.share:.2%} of pairs {words}" for words, pairs in kinds.items() if pairs.share < BAR]


def table(found: Grouped) -> Iterator[str]:
    """Yield a line for each corpus, and one for all."""
    yield f"{'corpus':<22}{'bugs':>5}{'texts':>7}{'groups':>8}{'one bug, one group':>22}{'two bugs, two groups':>24}"
    for corpus in sorted({corpus for corpus, _ in found.bugs}):
        yield _line(corpus, found.of(corpus))
    yield _line("all, and across", found)


def _line(name: str, found: Grouped) -> str:
    texts = sum(bug.total() for bug in found.bugs.values())
    together, apart = found.together(), found.apart()
    counts = f"{name:<22}{len(found.bugs):>5}{texts:>7,}{len(found.groups):>8}"
    return f"{counts}{together.share:>22.2%}{apart.share:>24.2%}"


def confusions(found: Grouped, texts: Iterable[Text]) -> Iterator[str]:
    """Yield what is confused, with a message of each."""
    example: dict[tuple[str, str, str], str] = {}
    for text in texts:
        key = (text.corpus, text.bug, fingerprint_of(text))
        example.setdefault(key, f"{text.message.splitlines()[0] if text.message else '(empty)':.{SHOWN_CHARS}}")
    for corpus, bug in found.split():
        yield f"split: {corpus}: {bug}"
        for fingerprint, times in found.bugs[corpus, bug].most_common():
            yield f"  {times} in {fingerprint}  {example[corpus, bug, fingerprint]}"
    for one, other in found.confused():
        fingerprint = next(iter(found.bugs[one].keys() & found.bugs[other].keys()))
        yield f"mixed in {fingerprint}: {one[0]}: {one[1]} and {other[0]}: {other[1]}"
        yield from (f"  {example[corpus, bug, fingerprint]}" for corpus, bug in (one, other))


def main() -> int:
    """Print the table and the confusions; 1 where the rule is under the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of a corpus's name")
    texts = list(read_corpora(parser.parse_args().only))
    found = grouped(texts)
    print(*confusions(found, texts), "", *table(found), "", *shortfalls(found), sep="\n")
    return int(bool(shortfalls(found)))


if __name__ == "__main__":
    sys.exit(main())
