"""How is a table called by the people who wrote its class, and is it one that DataJoint makes?

DataJoint 0.14.10, user_tables.py (prefixes, the rule for a name), utils.py (from_camel_case) and declare.py (64
characters): '' manual, `#` lookup, `_` imported, `__` computed; a part is `<master>__<part>`. MATLAB writes
`package.Class` as it is.
"""

import keyword
import re

WORDS = "[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*"
TABLE_NAME = re.compile(f"(#|_{{0,2}})({WORDS})(?:__({WORDS}))?")
TABLE_NAME_CHARS = 64
POPULATED = {"_", "__"}


def class_name(table_name: str) -> str:
    """Return `SpikeSorting` for `__spike_sorting`, `Session.Trial` for `session__trial`; other names as they are."""
    return python_class(table_name) or table_name


def python_class(table_name: str) -> str:
    """Return the class whose table DataJoint gives this name, `Session.Trial` for a part; '' when it gives it to none.

    What is returned is safe in a line of Python and of a shell: letters, digits, one dot.
    """
    found = TABLE_NAME.fullmatch(table_name)
    if not found or len(table_name) > TABLE_NAME_CHARS:
        return ""
    classes = [_camel(words) for words in found.groups()[1:] if words]
    return "" if any(map(keyword.iskeyword, classes)) else ".".join(classes)  # no class is called None


def is_populated(table_name: str) -> bool:
    """Say whether populate computes such a table: an imported or computed one; a part is filled by its master."""
    found = TABLE_NAME.fullmatch(table_name)
    return found is not None and found[1] in POPULATED and not found[3]


def beginning_of_name(text: str) -> str:
    """Return how the name of a computed table begins whose class begins so: `__spike_s` for `SpikeS`.

    What is no beginning of a class, as `_` or MATLAB's `package.`, is that of a name as it is.
    """
    if not text.isalnum():
        return text
    return "__" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()


def _camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))
