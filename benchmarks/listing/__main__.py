"""How quick are the lists at any size, and for any number of viewers?

Fills private servers with jobs and prints, in ms, what each page takes beside the bare SQL of its rows, Django's own
admin and DataJoint's own listing. CPU is that of site and database together, medians of `--rounds`: other load on the
machine moves it little. The site is served as docs/admin.md says; what viewers share is forgotten before each round.

`--only WORD` chooses the rows whose name contains it; `--size 100000` one of the sizes; `--index with` one of the two;
`--parts` some of the parts. `--home` keeps the servers' files for the next run: 6 GB.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.listing.browsers import report_browsers
from benchmarks.listing.clearing import report_clearing
from benchmarks.listing.connections import report_connections
from benchmarks.listing.errors import report_errors
from benchmarks.listing.filling import SIZES, Size, filled_server, set_index
from benchmarks.listing.pages import report_datajoint, report_pages
from benchmarks.listing.painting import report_painting
from jobsite.demo.server import Server

PARTS = ("pages", "datajoint", "connections", "errors", "browsers", "painting", "clear")


def main() -> None:
    """Measure what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", default="")
    asked.add_argument("--rounds", type=int, default=30)
    asked.add_argument("--size", type=int, choices=[size.jobs for size in SIZES], help="jobs in a schema")
    asked.add_argument("--index", choices=("with", "without"))
    asked.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked.add_argument("--home", type=Path)
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are stopped then, too
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            if given.size in (None, size.jobs):
                home = (given.home or Path(folder)) / f"server-{size.schemas}-{size.jobs}"
                report(given, size, home, Path(folder))


def report(given: argparse.Namespace, size: Size, home: Path, folder: Path) -> None:
    """Print all of one size."""
    with filled_server(home, size) as server:
        for has_index in (False, True):
            if given.index in (None, "with" if has_index else "without"):
                took_s = set_index(server, size.names, has_index)
                if has_index:
                    print(f"The index was made in {took_s:.1f} s.")
                if "pages" in given.parts:
                    place = folder / f"{size.total}-{size.schemas}-{has_index}"
                    report_pages(server, size, has_index, place, given.only, given.rounds)
                report_viewers(given, server, size, folder / f"viewers-{size.total}-{size.schemas}-{has_index}")
        if "datajoint" in given.parts and size.schemas == 1 and not given.only:
            report_datajoint(server, size, given.rounds)


def report_viewers(given: argparse.Namespace, server: Server, size: Size, folder: Path) -> None:
    """Print what is measured of a size with or without index, beside the pages one by one."""
    if given.only:
        return
    if "connections" in given.parts:
        report_connections(server, size, folder / "connections", given.rounds)
    if "errors" in given.parts:
        report_errors(server, size, folder / "errors", min(given.rounds, 10))
    if "browsers" in given.parts:
        report_browsers(server, size, folder / "browsers")
    if "painting" in given.parts:
        report_painting(server, size, folder / "painting", min(given.rounds, 5))
    if "clear" in given.parts and size.schemas == 1:
        report_clearing(server, folder / "clear")


if __name__ == "__main__":
    main()
