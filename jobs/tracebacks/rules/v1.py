"""Version 1 of the rule by which failures are one problem: what is compared of a message and of a stack.

Sentry's order ("Issue Grouping"): the own frame, the exception, and the message without its parameters; chained
exceptions, and those of a group, count by their names and own frames. Whoever changes what comes of it makes a version
2: a group keeps its fingerprint, and with it what the site knows of it, as long as it is of the same version.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from jobs.tracebacks.matlab import matlab_frame
from jobs.tracebacks.message_words import exception_in
from jobs.tracebacks.own_frames import OwnFrame, is_of_the_lab, own_frame_of
from jobs.tracebacks.parsing import Raised, Stack, read_stack
from jobs.tracebacks.shapes import shape_of
from jobs.tracebacks.sub_exceptions import sub_exceptions
from jobs.tracebacks.templates import template_of

VERSION = 1

LINE_NUMBER = re.compile(r"(?<=, line )[0-9]+")
MESSAGE = re.compile(r"^([A-Za-z_][A-Za-z0-9_.]*):.*$", re.MULTILINE)
STOPPED = frozenset({"KeyboardInterrupt"})
STOPPED_BY_SIGNAL = re.compile(r"SIG[A-Z0-9#]+ received", re.ASCII)
"""What DataJoint says of a worker that was stopped (DataJoint 0.14.10, autopopulate.py)."""
REMEMBERED_CHARS = 20_000
"""A longer stack is taken apart each time."""


class OfStack(NamedTuple):
    """What is compared of a stack."""

    own_frame: OwnFrame | None = None
    """None where no stack is stored, or its end is cut off."""
    chain: tuple[str, ...] = ()
    """The exceptions before the last one, and those of a group."""


class Compared(NamedTuple):
    """What is compared."""

    exception: str
    """Without its module; a mark where it has a digit, '' where a message names none."""
    template: str
    stack: OfStack


def compared(message: str, stack: str) -> Compared:
    """Return what is compared of a job's message, as DataJoint stores it, and of the text of its stack."""
    exception, text = exception_in(shape_of(message))
    template = template_of(text, exception)
    if exception in STOPPED or (exception == "SystemExit" and STOPPED_BY_SIGNAL.match(template)):
        return Compared(exception, template, OfStack())  # it may come anywhere
    return Compared(exception, template, _of_stack(stack))


def _of_stack(text: str) -> OfStack:
    # What does not count is taken out first, so that the many stacks of one problem are taken apart once.
    bare = MESSAGE.sub(r"\1:", LINE_NUMBER.sub("1", text.replace("\r\n", "\n")))
    return _of_bare(bare) if len(bare) <= REMEMBERED_CHARS else _of_bare.__wrapped__(bare)


@lru_cache(maxsize=1024)
def _of_bare(text: str) -> OfStack:
    stack = read_stack(text)
    last = stack.last
    if last is None:
        return OfStack(matlab_frame(text))
    return OfStack(own_frame_of(last) if last.exception else None, (*_before(stack), *_within(stack)))


def _before(stack: Stack) -> Iterator[str]:
    """Yield the exceptions before the last, each once: how often it was tried or raised again does not count."""
    last = _said(stack.chain[-1])
    yield from (said for said in dict.fromkeys(map(_said, stack.chain[:-1])) if said != last)


def _within(stack: Stack) -> Iterator[str]:
    """Yield the exceptions of a group, each once and in any order: which task was the first is chance."""
    parts = (read_stack(text) for text in sub_exceptions(stack.text))
    yield from sorted({_said(part.last) if part.last else exception_in(part.text)[0] for part in parts})


def _said(raised: Raised) -> str:
    own = own_frame_of(raised) if any(map(is_of_the_lab, raised.frames)) else None
    return f"{raised.name} {own}" if own else raised.name
