"""How is a table called by the people who wrote its class?

DataJoint 0.14.10, utils.py (to_camel_case) and settings.py (prefixes): '' manual, `#` lookup, `_` imported, `__`
computed; a part is `<master>__<part>`; MATLAB writes `package.Class` as it is.
"""

import re

TIER = re.compile(r"^(#|__|_|~)?")


def class_name(table_name: str) -> str:
    """Return `SpikeSorting` for `__spike_sorting`, `Session.Trial` for `session__trial`; other names as they are."""
    if not re.fullmatch(r"(?:#|~|_{0,2})[a-z][a-z0-9_]*", table_name):
        return table_name
    bare = TIER.sub("", table_name, count=1)
    return ".".join(_camel(part) for part in bare.split("__") if part) or table_name


def _camel(word: str) -> str:
    return re.sub(r"(?:^|_+)([a-z0-9])", lambda found: found.group(1).upper(), word)
