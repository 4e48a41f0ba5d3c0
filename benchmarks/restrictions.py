"""Do restrictions select the rows that the server selects for the same text? Thousands of them, made at random.

`make bench BENCH=restrictions ARGS="--number 10000"`, on the server of the tests (docs/testing.md). Prints each that
does not, and how often each column, operator and function was accepted.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

from jobsite.restrictions.columns import CONNECTIONS, JOBS, Column
from jobsite.restrictions.reading import Restriction, read_restriction
from jobsite.restrictions.refusal import RestrictionError
from tests.jobsite.restrictions.generated import Author
from tests.server import SERVER

if TYPE_CHECKING:
    from tests.jobsite.restrictions.servers_answer import Filled

WORD = re.compile(r"<=>|<=|>=|<>|[=<>+*/-]|[A-Z_]{2,}\(?")
PER_BLOCK = 1000


def main() -> int:
    """Compare, and return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=10_000, help="how many restrictions")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    options = parser.parse_args()
    set_up()
    from tests.jobsite.restrictions.servers_answer import filled

    counts, differing, began = Counter[str](), 0, time.monotonic()
    with filled() as tables:
        for number, (text, columns) in enumerate(texts(options.number, options.seed), start=1):
            differing += compare(text, columns, tables, counts)
            if number % PER_BLOCK == 0:
                print(f"{number} after {time.monotonic() - began:.0f} s, {differing} differ", flush=True)
    for word, count in sorted(counts.items()):
        print(f"{count:8} {word}")
    return int(differing > 0)


def set_up() -> None:
    """Start the server, and let Django know it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
    SERVER.find_address()
    os.environ.update(SERVER.site_environ())
    import django

    django.setup()
    SERVER.start()
    SERVER.make_accounts()


def texts(number: int, seed: int) -> Iterator[tuple[str, Sequence[Column]]]:
    """Yield restrictions, each with the columns that it may name."""
    seeds = Random(seed)  # noqa: S311  no secret
    for _ in range(number):
        columns = seeds.choice((JOBS, CONNECTIONS))
        yield Author(columns, seeds.getrandbits(64)).restriction(), columns


def compare(text: str, columns: Sequence[Column], tables: "Filled", counts: Counter[str]) -> bool:
    """Ask the server both ways, print a difference, and say whether there is one."""
    try:
        restriction = read_restriction(text, columns)
    except RestrictionError:
        counts["refused"] += 1
        return False
    counts["accepted"] += 1
    counts.update(words_of(restriction))
    differs = False
    for table, theirs, ours in tables.answers(text, restriction, columns):
        counts[f"answered with error {theirs.error}" if theirs.error else "answered with rows"] += 1
        if theirs != ours:
            differs = True
            rows = f"{len(theirs.rows - ours.rows)} rows less, {len(ours.rows - theirs.rows)} more"
            print(f"{table.schema} {text!r} is read as {restriction}: {rows}, errors {theirs.error} and {ours.error}")
    return differs


def words_of(restriction: Restriction) -> set[str]:
    """Return the columns, operators and functions of a restriction."""
    sql, _ = restriction.sql(dict.fromkeys(restriction.columns, ""), converts_times=False)
    return {f"column {name}" for name in restriction.columns} | {f"word {word}" for word in WORD.findall(sql)}


if __name__ == "__main__":
    sys.exit(main())
