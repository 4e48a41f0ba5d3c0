"""Which functions take a secret without a name for it: `login("anna", "pw")`, `connect(host, user, "pw")`?"""

import re

from jobsite.masking.names import Secrecy, is_plain, secrecy, words_of

CALLED = re.compile(r"\s?\(")
TWO_BEFORE = re.compile(r"\s?\([^,()\n]{1,80},[^,()\n]{1,80},")
"""A host and a user, before what may be a secret."""
LOGS_IN = frozenset(
    {
        "login",
        "logon",
        "signin",
        "authenticate",
        "auth",
        "hashpw",
        "checkpw",
        "encrypt",
        "decrypt",
        "crypt",
        "fernet",
        "minio",
    }
)
"""The last words of functions that take a secret as an argument without a name."""
CONNECTS = frozenset({"ftp", "sftp", "ssh", "mym", "conn", "connect", "connection", "mysql", "database"})
"""The last words of functions that take one after two others."""
WHOLE = frozenset(
    {"SecretStr", "SecretBytes", "jwt.encode", "jwt.decode", "hmac.new", "AES.new", "ldap_bind", "simple_bind"}
    | {"simple_bind_s", "createUser"}
)
CHANGES = frozenset(
    {"create", "add", "new", "register", "set", "change", "update", "insert", "make", "reset", "sign", "log"}
)
ACCOUNTS = frozenset({"user", "superuser", "account", "login", "member", "in", "on"})
"""A word of CHANGES and one of these: `add_user`, `log_in`."""
GETS = frozenset(
    {
        "get",
        "read",
        "load",
        "fetch",
        "ask",
        "prompt",
        "find",
        "lookup",
        "has",
        "is",
        "needs",
        "generate",
        "list",
        "show",
    }
)
"""The first words of functions that give a secret, and take none."""
PROMPTS = frozenset({"getpass", "input", "prompt"})
SETS = frozenset({"set", "setattr", "setdefault", "setenv", "put", "putenv"})
"""Functions that take a name and its value, whatever that looks like: `setenv("DJ_PASS", "mypassword")`."""

PAIR = re.compile(r"""(?P<quoted>\\*["'])?[ ]?,[ ]?(?=[bru]?\\*["'](?P<value>[^\n"']{0,80}))""")
CHOSEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{6}")
CALLEE = re.compile(r"\w{1,40}$")


def is_pair(text: str, begin: int, end: int) -> bool:
    """Say whether the name of a secret and a value are two arguments of a call: `set("password", "x")`.

    They are not in a list of names: `["user", "password", "email"]`.
    """
    pair = PAIR.match(text, end)
    if not pair or is_plain(pair["value"]):
        return False
    before = text[max(0, begin - 200) : begin].rpartition("\n")[2]
    opened = _last_open(before)
    if before[opened:][:1] != "(":
        return False
    called = CALLEE.search(before, 0, opened)
    if _is_name(pair["value"], text[begin:end]) and not (called and called[0] in SETS):
        return False
    return bool(pair["quoted"] or CHOSEN.match(pair["value"]))


def _is_name(value: str, beside: str) -> bool:
    """Say whether an argument is a name, as the one `beside` it: `("password1", "password2")`; `labpass7` is none."""
    stem = value.rstrip("0123456789")
    has_digits = any(character.isdecimal() for character in value)
    return bool(secrecy(value)) and (not has_digits or stem == beside.rstrip("0123456789"))


def _last_open(text: str) -> int:
    """Return where the bracket is that is open at the end of a text; the text's length for none."""
    closed = 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] in ")]}":
            closed += 1
        elif text[at] in "([{":
            if not closed:
                return at
            closed -= 1
    return len(text)


def end_of_safe(text: str, at: int, name: str, sure: Secrecy) -> int:
    """Return where the arguments begin that may be secrets, in the call at `at` of the function `name`; 0 for none."""
    opening = TWO_BEFORE if _connects(name) else CALLED if takes_secret(name, sure) else None
    called = opening.match(text, at) if opening else None
    return called.end() if called else 0


def takes_secret(name: str, sure: Secrecy) -> bool:
    """Say whether a function takes a secret as an argument without a name; `sure` is the secrecy of its own name."""
    words = words_of(name.rpartition(".")[2])
    if not words or words[0] in GETS or name.lower() in PROMPTS:
        return False
    changes = len(words) > 1 and words[-1] in ACCOUNTS and words[-2] in CHANGES
    return sure is Secrecy.SURE or words[-1] in LOGS_IN or changes or _is_whole(name)


def is_getter(call: str) -> bool:
    """Say whether a call gives a secret by the name of its function: `keyring.get_password("lab", "anna")`."""
    name = call.removeprefix("await ").partition("(")[0].rpartition(".")[2].strip()
    return secrecy(name) is Secrecy.SURE and not GETS.isdisjoint(words_of(name)[:1])


def _is_whole(name: str) -> bool:
    return ".".join(name.split(".")[-2:]) in WHOLE or name.rpartition(".")[2] in WHOLE


def _connects(name: str) -> bool:
    words = words_of(name.rpartition(".")[2])
    return words[:1] == ["connect"] or not CONNECTS.isdisjoint(words[-1:])
