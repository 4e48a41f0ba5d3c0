"""Rows as CSV, JSON or NDJSON, written piece by piece: a million rows take no more memory than a thousand.

What breaks off must not look whole: JSON stays open, so that nothing reads it, and the last line of the others says so.
"""

import csv
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import chain, islice

from jobsite.exporting.values import as_cell, as_json

PIECE_CHARS = 64 * 1024
INCOMPLETE = "INCOMPLETE"


class IncompleteError(Exception):
    """The rows ended before all were read; the message says why in a sentence."""


@dataclass(frozen=True)
class Listing:
    """The rows of a list, and what is said of them."""

    name: str
    """What its rows are called, such as `jobs`."""
    columns: Sequence[str]
    """The names in each row, in their order."""
    rows: Iterable[Mapping[str, object]]
    """Read once. May raise IncompleteError."""
    about: Mapping[str, object] = field(default_factory=dict)
    """What JSON says of the list as a whole, such as the filter."""
    notices: Sequence[str] = ()
    """Why rows that match may be missing, in sentences, which JSON says as well."""


def begun(listing: Listing) -> Listing:
    """Return the listing with its first row read: what the server refuses can still be said elsewhere than in the file.

    Raises IncompleteError.
    """
    rows = iter(listing.rows)
    return replace(listing, rows=chain(list(islice(rows, 1)), rows))


@dataclass(frozen=True)
class Format:
    """A way to write a listing."""

    name: str
    """Also the end of a file's name."""
    content_type: str
    write: Callable[[Listing], Generator[str, None, None]]
    """Yields the document in pieces. Raises IncompleteError, after a last piece that says so."""

    @property
    def word(self) -> str:
        """What people call it."""
        return self.name.upper()


def write_csv(listing: Listing) -> Generator[str, None, None]:
    """Yield a listing as CSV with a header (RFC 4180). Formulas are made texts: see jobsite.exporting.values."""
    lines = StringIO()
    writer = csv.writer(lines)

    def line(cells: Iterable[object]) -> str:
        lines.seek(0)
        lines.truncate()
        writer.writerow(cells)
        return lines.getvalue()

    yield line(listing.columns)
    yield from _pieces(
        listing.rows,
        lambda row: line([as_cell(row[name]) for name in listing.columns]),
        lambda why: line([f"{INCOMPLETE}: {why}"]),
    )


def write_ndjson(listing: Listing) -> Generator[str, None, None]:
    """Yield a listing as one line of JSON for each row."""
    yield from _pieces(
        listing.rows,
        lambda row: f"{as_json({name: row[name] for name in listing.columns})}\n",
        lambda why: f"{as_json({INCOMPLETE: why})}\n",
    )


def write_json(listing: Listing) -> Generator[str, None, None]:
    """Yield a listing as one object: what is said of it, its rows under its name, and last their `count`."""
    said = {**listing.about, "notices": listing.notices}
    about = "".join(f"{as_json(name)}: {as_json(value)},\n" for name, value in said.items())
    yield f"{{\n{about}{as_json(listing.name)}: ["
    written = 0

    def item(row: Mapping[str, object]) -> str:
        nonlocal written
        written += 1
        return f"{',' * (written > 1)}\n{as_json({name: row[name] for name in listing.columns})}"

    yield from _pieces(listing.rows, item, lambda why: "")
    yield f'\n],\n"count": {written}\n}}\n'


def _pieces(
    rows: Iterable[Mapping[str, object]],
    write: Callable[[Mapping[str, object]], str],
    write_end: Callable[[str], str],
) -> Iterator[str]:
    """Yield what is written of the rows, many in a piece, and what says that they broke off."""
    piece: list[str] = []
    chars = 0
    try:
        for row in rows:
            piece.append(text := write(row))
            if (chars := chars + len(text)) >= PIECE_CHARS:
                yield "".join(piece)
                piece, chars = [], 0
    except IncompleteError as error:
        yield "".join([*piece, write_end(str(error))])
        raise
    if piece:
        yield "".join(piece)


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", write_csv),
        Format("json", "application/json", write_json),
        Format("ndjson", "application/x-ndjson", write_ndjson),
    )
}
"""The formats by their names."""
