"""The shape of a message: what stays of it when each word with a digit in it has become one mark.

It is the part of the rule that the lab's server evaluates, too (jobs.layouts.message_shapes), so that a million
messages become a few: both say the same of every text. A word is of ASCII's letters, digits and `_`: `m012`, `0x7f3a`.
"""

import re

MESSAGE_CHARS = 1000
"""Characters of a message that are looked at; DataJoint stores 2047 (DataJoint 0.14.10, jobs.py)."""
SHAPE_CHARS = 250
"""Characters that count, once the tails of the words with digits are gone."""
MARK = "#"

# The same in the three engines, of Python, of MariaDB (PCRE) and of MySQL (ICU): characters are named one by one.
# The letters before a digit go afterwards, because a word that begins with any letter would be looked for everywhere.
FROM_FIRST_DIGIT = "[0-9][A-Za-z0-9_]*"
LETTERS_BEFORE = "(?<![A-Za-z_])[A-Za-z_]+#"

_from_first_digit, _letters_before = re.compile(FROM_FIRST_DIGIT), re.compile(LETTERS_BEFORE)


def shape_of(message: str) -> str:
    """Return the shape of a message: `session m012, 3 of 4` -> `session #, # of #`."""
    return _letters_before.sub(MARK, _from_first_digit.sub(MARK, message[:MESSAGE_CHARS])[:SHAPE_CHARS])
