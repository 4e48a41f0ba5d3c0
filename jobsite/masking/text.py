"""A text of the lab's (a message, a source line, a traceback, a log line) without its secrets.

The kinds of secrets, and where each is looked for:

| kind | example | file |
|---|---|---|
| beside its name | `db_password="x"`, `"token": "x"`, `--api-key x`, `'x' AS secret` | names, assignments, values |
| in a header | `Authorization: Bearer x`, `Cookie: sid=x` | assignments |
| as an argument without a name | `login("anna", "x")`, `connect(host, user, "x")`, `setenv("DJ_PASS", "x")` | calls |
| in a sentence | `the password for anna is x1`, `login: anna / x1` | sentences |
| after an option of a program | `mysql -px`, `curl -u anna:x`, `wandb login x` | command_lines |
| in a URL or an address | `mysql://anna:x@db`, `?sig=x`, `anna:x@db:3306` | shapes |
| by its look | keys in PEM, tokens of known services, hashes of passwords | shapes |
| drawn by a machine | 24 and more capitals, small letters and digits | random_texts |
| in SQL that a message quotes | `IDENTIFIED BY 'x'`, `AES_ENCRYPT(a, 'x')` | sql_in_text |

A statement that runs is read by its tokens: statements, harmless_literals. A quick first look passes over most texts:
hints.
"""

from functools import lru_cache

from jobsite.masking.assignments import assignments
from jobsite.masking.command_lines import command_lines
from jobsite.masking.hints import may_hold_a_secret
from jobsite.masking.shapes import shapes
from jobsite.masking.spans import hide
from jobsite.masking.sql_in_text import sql_in_text

SHORT_CHARS, MOST_REMEMBERED = 500, 4_096
"""Short texts come again and again, as the messages of a list do: so many are remembered, 2 MB at most."""


def masked(text: str) -> str:
    """Return the text with MASK in place of passwords, tokens, keys and credentials in URLs.

    It takes time in proportion to the text's length, whatever is in it.
    """
    return _remembered(text) if len(text) <= SHORT_CHARS else _masked(text)


def _masked(text: str) -> str:
    if not may_hold_a_secret(text):
        return text
    return hide(text, [*shapes(text), *assignments(text), *command_lines(text), *sql_in_text(text)])


_remembered = lru_cache(maxsize=MOST_REMEMBERED)(_masked)
