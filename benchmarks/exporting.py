"""How much memory and time does an export take, and does it have what the filter counts?

Fills private servers with 10,000 and with 1,000,000 jobs, serves the site as docs/admin.md says, downloads the list in
each format, and prints: rows beside the server's own COUNT(*), seconds, CPU of the site, the most memory that one of
its processes held, and how much more that is than for 10,000 jobs. `--home` keeps the servers' files for the next run.
"""

import argparse
import http.client
import json
import signal
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.listing.filling import Size, ask, filled_server
from benchmarks.listing.processes import cpu_s, forget_peak, peak_mb
from benchmarks.listing.sites import Served, served
from jobsite.demo.server import Server

SIZES = (Size(1, 10_000), Size(1, 1_000_000))
LISTS = {
    "all, newest first": ("", "TRUE"),
    "all, by message": ("sort=message", "TRUE"),
    "reserved": ("status=reserved", "status = 'reserved'"),
    "a message": ("message=step+7+", "error_message LIKE '%step 7 %'"),
}
"""What is exported: its query, and the same as a condition of SQL."""
FORMATS = ("csv", "json", "ndjson")
HEADER_ROWS = {"csv": 1, "json": 0, "ndjson": 0}
PIECE = 1 << 16


class Download(NamedTuple):
    """What came of a download."""

    rows: int
    mb: float
    wall_s: float
    first_s: float
    """Until its first byte was there."""
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Measure what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--home", type=Path)
    asked.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    asked.add_argument("--only", default="", help="the lists whose name contains this")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are stopped then, too
    base_mb: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            home = (given.home or Path(folder)) / f"server-{size.schemas}-{size.jobs}"
            with filled_server(home, size) as server, served(Path(folder) / str(size.jobs), server.port) as site:
                report(server, site, size, [one for one in LISTS if given.only in one], given.formats, base_mb)


def report(
    server: Server, site: Served, size: Size, lists: list[str], formats: list[str], base_mb: dict[str, float]
) -> None:
    """Print what each export took; the memory of the first size is kept in `base_mb`, to compare the next with."""
    site.get("/jobs/")
    for name in lists:
        query, condition = LISTS[name]
        (count,) = ask(server, f"SELECT COUNT(*) FROM `lab_00`.`~jobs` WHERE {condition}")[0]  # noqa: S608  our own
        for form in formats:
            took = download(site, f"/jobs/export/?{query}&format={form}", form)
            more = took.peak_mb - base_mb.setdefault(f"{name} {form}", took.peak_mb)
            print(
                f"{size}: {name} as {form}: {took.rows:,} of {count:,} rows, {took.mb:.0f} MB in {took.wall_s:.1f} s"
                f" (first byte {took.first_s:.2f} s), CPU {took.cpu_s:.1f} s, peak {took.peak_mb:.0f} MB ({more:+.0f})",
                flush=True,
            )
            assert took.rows == count


def download(site: Served, path: str, form: str) -> Download:
    """Download an export as a browser does, and count its rows without keeping it."""
    pids = site.pids
    forget_peak(pids)
    used, began = cpu_s(pids), time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=600)
    connection.request("GET", path, headers={"Cookie": site.cookie, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    first_s, rows, size, last = time.perf_counter() - began, 0, 0, b""
    for piece in pieces_of(answer):
        size += len(piece)
        rows += piece.count(b"\n")
        last = (last + piece)[-100:]
    connection.close()
    if form == "json":
        rows = json.loads(b"{" + last[last.rindex(b'"count"') :])["count"]
    took = time.perf_counter() - began
    return Download(rows - HEADER_ROWS[form], size / 1e6, took, first_s, cpu_s(pids) - used, peak_mb(pids))


def pieces_of(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield an answer in pieces, unpacked. Raises IncompleteRead where it breaks off."""
    assert answer.status == 200, answer.read()
    unpacked = zlib.decompressobj(wbits=31)
    while piece := answer.read(PIECE):
        yield unpacked.decompress(piece)
    yield unpacked.flush()


if __name__ == "__main__":
    main()
