"""Which literals of a statement that names a secret are not it: a user, a comment of a column, a small number.

Whether a string holds a secret itself is looked at elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from jobsite.masking.names import Secrecy, is_plain, secrecy

SHOWS = re.compile(r"\s*SHOW\b[^;]*;?\s*", re.IGNORECASE)
"""A statement that sets and compares nothing."""
DEFINES = re.compile(
    r"\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?TABLE|ALTER\s+TABLE)\b(?!.*(?:;|\bSELECT\b))",
    re.IGNORECASE | re.DOTALL,
)
"""A statement that defines columns: its strings are names and comments, unless they are defaults or options."""
COMPARES = frozenset({"=", "<>", "!=", "<", ">", "<=", ">=", "<=>", "LIKE"})
COUNTS = frozenset({"LIMIT", "OFFSET", "INTERVAL"})
NOTHING = frozenset({"", "none", "null", "yes", "no", "n", "y", "on", "off", "true", "false"})
SHORT = re.compile(r"\d{1,3}")


def harmless_literals(statement: str, tokens: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield the strings and numbers that are no secret by what stands before them."""
    told = [token for token in tokens if not (token["comment"] or token[0].isspace())]
    defines = bool(DEFINES.match(statement))
    names = ["", "", *(token[0].strip("`") for token in told), ""]
    for (name, before), token, after in zip(pairwise(names), told, names[3:], strict=False):
        operator = before.upper()
        is_said = defines and operator not in ("DEFAULT", "=")
        is_string = token["string"] and (is_said or "@" in (before, after) or token[0][1:-1].lower() in NOTHING)
        is_number = token["number"] and _is_count(name, operator, token[0])
        if is_string or is_number or ((token["string"] or token["number"]) and _is_harmless(name, operator)):
            yield token


def _is_harmless(name: str, operator: str) -> bool:
    return operator == "COMMENT" or (operator in COMPARES and (is_plain(name) or name.upper() == "COMMENT"))


def _is_count(name: str, operator: str, number: str) -> bool:
    is_secret = operator in COMPARES and secrecy(name) is Secrecy.SURE
    return operator in COUNTS or (bool(SHORT.fullmatch(number)) and not is_secret)
