"""The texts of the exceptions in an exception group, without the margin that Python draws around them."""

import re
from collections.abc import Iterator

MOST = 20
"""Exceptions of a group that are looked at."""
BEGINS = re.compile(r"^\s*\+[-+]*-+ (?:[0-9]+|\.\.\.) -+\s*$", re.MULTILINE)
"""`+-+---------------- 1 ----------------` (CPython, traceback.py)."""
MARGIN = re.compile(r"^\s*(?:\| ?|\+ (?=Exception Group))", re.MULTILINE)
ENDS = re.compile(r"^\s*\+-+\s*$", re.MULTILINE)


def sub_exceptions(text: str) -> Iterator[str]:
    """Yield the text of each exception of the groups in a traceback; none where there is no group."""
    for part in BEGINS.split(text)[1 : MOST + 1]:
        yield MARGIN.sub("", ENDS.split(part)[0]).strip("\n").replace("Exception Group Traceback", "Traceback")
