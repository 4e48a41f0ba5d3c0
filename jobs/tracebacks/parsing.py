"""What does a traceback say: which exception, raised where, in whose code?

Reads the text DataJoint stores in `error_stack` (`traceback.format_exc()`) into exceptions and frames, for a page that
shows own code first. Text that is no Python traceback has no exceptions; the whole text is always kept beside them.
Left out: whose code a path is (libraries.py), and the frames inside the parts of an exception group: they stay in
its message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile, groupby, takewhile

from jobs.formats.blob import BlobError, Limits, first_bytes, unpack
from jobs.tracebacks.libraries import library_of
from jobs.tracebacks.repeats import LARGEST_GROUP, runs

STACK_BYTES = 8 * 1024 * 1024
PARSED_CHARS = 512 * 1024
OUTERMOST_KEPT, INNERMOST_KEPT = 100, 400
"""Frames of an exception, once those that repeat are counted: what began it, and what ended it."""
FRAMES_KEPT = OUTERMOST_KEPT + INNERMOST_KEPT
CHAIN_KEPT = 50

HEADER = "Traceback (most recent call last):"
GROUP_HEADER = "  + Exception Group Traceback (most recent call last):"
RELATIONS = {  # CPython, traceback.py
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
FRAME = re.compile(r'  File "(.*)", line ([0-9]{1,9})(?:, in (.*))?$')
REPEATED = re.compile(r"  \[Previous line repeated ([0-9]{1,9}) more times?\]$")


@dataclass(frozen=True)
class Frame:
    """One place in the code: `package` names the library it is in, or is empty for own code.

    `source` may be empty or have several lines. `repeats` counts the equal frames that came after it, whether Python
    left them out or not. The `group` frames of which this is the last came `group_repeats` more times.
    """

    path: str
    line: int
    function: str
    source: str
    package: str = ""
    repeats: int = 0
    group: int = 0
    group_repeats: int = 0

    @property
    def own(self) -> bool:
        return not self.package


@dataclass(frozen=True)
class FrameGroup:
    """Neighbouring frames that are all own or all library, and the packages they are in."""

    own: bool
    frames: tuple[Frame, ...]
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Raised:
    """One exception; `relation` to the one before it in the chain is "", "cause" (`raise ... from`) or "context".

    Its frames stand outermost first. Those left out stood after the first OUTERMOST_KEPT.
    """

    exception: str
    message: str
    relation: str
    frames: tuple[Frame, ...]
    truncated_frames: int = 0

    @property
    def name(self) -> str:
        """The exception's name without its module: `datajoint.errors.LostConnectionError` -> `LostConnectionError`."""
        return self.exception.rpartition(".")[2]


@dataclass(frozen=True)
class Stack:
    """A stack's whole text, and its exceptions in the order of the text: the last is the one that ended the job.

    Only so much of a huge text is taken apart; the fields that count what was left out are 0 otherwise.
    """

    text: str
    chain: tuple[Raised, ...] = ()
    truncated_chain: int = 0
    truncated_chars: int = 0

    @property
    def last(self) -> Raised | None:
        return self.chain[-1] if self.chain else None

    @property
    def truncated_frames(self) -> int:
        return sum(raised.truncated_frames for raised in self.chain)

    @property
    def own_frame(self) -> Frame | None:
        """The innermost frame of own code in the last exception."""
        frames = self.last.frames if self.last else ()
        return next((frame for frame in reversed(frames) if frame.own), None)


@dataclass(frozen=True)
class StackText:
    """The text of a stored stack; or, with an empty text, the problem that kept it from being read."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Place:
    """A frame as its text says it; the numbers are those of Frame."""

    match: re.Match[str]
    details: list[str]
    repeats: int
    group: int = 0
    group_repeats: int = 0


def read_stack_blob(blob: bytes | None, *, max_bytes: int = STACK_BYTES) -> StackText:
    """The text in a job's `error_stack` column, also the struct array MATLAB keeps there. Never raises."""
    if blob is None:
        return StackText(problem="no stack stored")
    try:
        value = unpack(blob, limits=Limits(inflated_bytes=max_bytes))
    except BlobError as error:
        return StackText(problem=f"not readable ({error}); {len(blob):,} bytes, begins {first_bytes(blob, 4)}")
    text = value if isinstance(value, str) else _matlab_stack(value)
    return StackText(text) if text else StackText(problem="no text in it")


def _matlab_stack(value: object) -> str:
    """MATLAB's `err.stack`: structs of file, name and line, the innermost first."""
    places = value if isinstance(value, list) else [value]
    lines = [_matlab_place(place) if isinstance(place, dict) else "" for place in places]
    return "\n".join(lines) if all(lines) else ""


def _matlab_place(place: dict[object, object]) -> str:
    path, function, line = place.get("file"), place.get("name"), place.get("line")
    if path is None or function is None or not isinstance(line, int | float) or not math.isfinite(line):
        return ""
    return f"In {path}, line {line:.0f}, in {function}"


def read_stack(text: str) -> Stack:
    """The stack in a text. Never raises; takes time in proportion to the text's length."""
    parsed, left_out = without_middle(text)
    lines = list(_plain(line.rstrip("\r") for line in parsed.split("\n")))
    if not any(line.startswith(HEADER) or FRAME.match(line) for line in lines):
        return Stack(text, truncated_chars=left_out)
    blocks = list(_blocks(lines))
    chain = tuple(_raised(relation, block) for relation, block in blocks[-CHAIN_KEPT:])
    return Stack(text, chain, len(blocks) - len(chain), left_out)


def folded(frames: Iterable[Frame]) -> list[FrameGroup]:
    """The frames in groups of own and of library code, in their order."""
    groups = [(own, tuple(group)) for own, group in groupby(frames, key=lambda frame: frame.own)]
    return [
        FrameGroup(own, group, () if own else tuple(dict.fromkeys(frame.package for frame in group)))
        for own, group in groups
    ]


def without_middle(text: str) -> tuple[str, int]:
    """A text, and the characters left out of it: of one that is too long, whole lines of its middle.

    What ended the job stands last, its frames before.
    """
    if len(text) <= PARSED_CHARS:
        return text, 0
    head, tail = text[: PARSED_CHARS // 2], text[-PARSED_CHARS // 2 :]
    head, tail = head[: head.rfind("\n")] if "\n" in head else head, tail[tail.find("\n") + 1 :]
    left_out = len(text) - len(head) - len(tail)
    # Indented, so that between frames it is no exception.
    return f"{head}\n    [{left_out:,} characters left out here]\n{tail}", left_out


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """The lines without what Python draws around a traceback: an exception group's margin, a remote worker's quotes."""
    in_group = in_remote = False
    for line in lines:
        if line == GROUP_HEADER:
            in_group = True
            yield HEADER
        elif line.rstrip().endswith("RemoteTraceback:"):
            in_remote = True
        elif not (in_remote and line == '"""'):
            yield line.removeprefix("  |").removeprefix(" ") if in_group and line.startswith("  |") else line


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines of each exception, with its relation to the one before."""
    relation, block = "", list[str]()
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if line in RELATIONS and not before and not after:
            yield relation, block
            relation, block = RELATIONS[line], []
        else:
            block.append(line)
    yield relation, block


def _raised(relation: str, block: list[str]) -> Raised:
    body = list(dropwhile(lambda line: not line.startswith(HEADER), block))[1:] or block
    body = list(dropwhile(lambda line: not line, body))
    indented = list(takewhile(lambda line: not line or line.startswith(" "), body))
    places = _grouped(_places(indented))
    kept = places if len(places) <= FRAMES_KEPT else [*places[:OUTERMOST_KEPT], *places[-INNERMOST_KEPT:]]
    exception, message = _exception(body[len(indented) :])
    return Raised(exception, message, relation, tuple(map(_frame, kept)), len(places) - len(kept))


def _places(lines: list[str]) -> list[_Place]:
    """The frames in a text, equal neighbours as one."""
    found = [(number, match) for number, line in enumerate(lines) if (match := FRAME.match(line))]
    ends = [*(number for number, _ in found[1:]), len(lines)]
    all_details = [lines[number + 1 : end] for (number, _), end in zip(found, ends, strict=False)]
    return [
        _Place(found[run.start][1], all_details[run.start], run.times - 1 + _said(all_details[run.start : run.stop]))
        for run in runs([match[0] for _, match in found], [1])
    ]


def _said(all_details: list[list[str]]) -> int:
    """How many more frames Python counted instead of printing them."""
    return sum(int(found[1]) for details in all_details for line in details if (found := REPEATED.match(line)))


def _grouped(places: list[_Place]) -> list[_Place]:
    """The places without the groups of several that come again; the last of each group counts them."""
    kept = list[_Place]()
    for run in runs([(place.match[0], place.repeats) for place in places], range(2, LARGEST_GROUP + 1)):
        kept += places[run.start : run.start + run.size]
        if run.times > 1:
            kept[-1] = replace(kept[-1], group=run.size, group_repeats=run.times - 1)
    return kept


def _frame(place: _Place) -> Frame:
    path, line, function = place.match[1], int(place.match[2]), place.match[3] or ""
    source = [detail[4:].rstrip() for detail in place.details if not _is_mark(detail) and not REPEATED.match(detail)]
    library = library_of(path, function)
    return Frame(
        path, line, function, "\n".join(source).strip(), library, place.repeats, place.group, place.group_repeats
    )


def _is_mark(line: str) -> bool:
    """An empty line, or one of the `~~~^^^` Python draws below a source line since 3.11."""
    return not line.strip(" ^~")


def _exception(lines: list[str]) -> tuple[str, str]:
    first, *more = lines or [""]
    name, _, message = first.partition(":")
    if " " in name:
        name, message = "", first
    return name, "\n".join([message.removeprefix(" "), *more]).rstrip()
