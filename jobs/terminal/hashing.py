"""`manage.py jobs hash`: what DataJoint calls a key in its jobs table (DataJoint 0.14.10, hash.py: `dj.key_hash`)."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from jobs.formats.key import hash_of_json, key_hash
from jobs.formats.wanted_key import read_dict, read_wanted_key
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
    sys.stdout.write(f"{hash_of(given['key'])}\n")
    return DONE


def hash_of(text: str) -> str:
    """Return the hash of a key with the very values that were written. Raises WrongInputError for what is no key."""
    try:
        if not text.lstrip().startswith("{"):
            return _hash_of_pairs(text)
        return key_hash(read_dict(text.strip())) if _is_dict_of_python(text) else hash_of_json(text)
    except ValueError as error:
        raise WrongInputError(str(error)) from None


def read_key(text: str) -> Mapping[str, object]:
    """Return the key that is written as JSON or as a dict of Python. Raises WrongInputError."""
    if found := read_dict(text.strip()):
        return found
    raise WrongInputError("The key is no JSON object: write its attributes as in {“id”: 2}.")


def _is_dict_of_python(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return bool(read_dict(text.strip()))
    return False


def _hash_of_pairs(text: str) -> str:
    wanted = read_wanted_key(text)
    if wanted.key_hash:
        raise ValueError(f"“{text}” is a hash already: write a whole key.")
    return key_hash(wanted.fields)


HASH = SubCommand("Print the key_hash of a key, as dj.key_hash does.", EXAMPLES, add_arguments, print_hash)
