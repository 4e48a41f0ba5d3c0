"""`manage.py jobs hash`: what DataJoint calls a key in its jobs table (DataJoint 0.14.10, hash.py: `dj.key_hash`)."""

import ast
import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from jobs.formats.key import key_hash
from jobs.formats.wanted_key import read_wanted_key
from jobsite.management.subcommands import SubCommand
from jobsite.terminal.ending import DONE, WrongInputError

EXAMPLES = """\
  manage.py jobs hash '{"id": 2}'                  c81e728d9d4c2f636f067f89cc14862c
  manage.py jobs hash 'subject_id=3, session=1'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the key."""
    parser.add_argument("key", metavar="KEY", help="a whole key: as JSON, as a dict of Python, or subject_id=3")


def print_hash(given: Mapping[str, Any]) -> int:
    """Print the hash; raises WrongInputError for what is no key."""
    sys.stdout.write(f"{key_hash(read_key(given['key']))}\n")
    return DONE


def read_key(text: str) -> Mapping[str, object]:
    """Return the key with the very values that were written: 1.0 has another hash than 1."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict) and all(isinstance(name, str) for name in found):
            return found
    try:
        wanted = read_wanted_key(text)
    except ValueError as error:
        raise WrongInputError(str(error)) from None
    if wanted.key_hash:
        raise WrongInputError(f"“{text}” is a hash already: write a whole key.")
    return wanted.fields


HASH = SubCommand("Print the key_hash of a key, as dj.key_hash does.", EXAMPLES, add_arguments, print_hash)
