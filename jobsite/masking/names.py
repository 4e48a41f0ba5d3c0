"""Is a name one of a secret? `db_password`, `ApiKey` and `DJ_PASS` are, `token_id`, `bandpass` and `author` are not.

A name is taken apart into its words, and the last of them decide: `password_length` is a length.
"""

import re
from enum import IntEnum
from functools import lru_cache

LONGEST = 100
"""Characters of a name that are looked at: its last ones."""
NAME = re.compile(r"[^\W\d][\w.$-]*")


class Secrecy(IntEnum):
    """How surely a name is one of a secret."""

    NONE = 0
    COUNT = 1
    """`pass`: a number or a word may be a count of them, or a part of a filter's name."""
    LIKELY = 2
    """`token`, `auth`: a short number is none."""
    SURE = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parts of a word that can stand without anything between them: `mypassword`, `apikey`.
SURE_ENDS = (
    *("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "passwort", "kennwort", "contraseña"),
    *("contrasena", "motdepasse", "secret", "secrets", "credential", "credentials", "creds", "dbpass", "userpass"),
    *("apikey", "accesskey", "secretkey", "privatekey", "authkey", "authtoken", "accesstoken", "refreshtoken"),
    *("bearertoken", "apitoken", "encryptionkey", "accountkey", "filekey"),
)
SURE_WORDS = frozenset({"pw", "psw", "pswd", "passw", "pword"})
LIKELY_ENDS = ("token",)
LIKELY_WORDS = frozenset({"token", "auth", "authorization", "cookie", "cookies", "passkey", "bearer", "webhook"})
KEYS = _words("api access secret private encryption decryption master signing shared account auth storage hmac aes")
"""Words before `key` that make it a secret; the keys of a pipeline (`session_key`, `key_hash`) are none."""
STRINGS = frozenset({"authentication", "auth"})
TOKENS = frozenset({"api", "access", "auth", "refresh", "bearer", "session", "secret", "oauth", "security"})
"""Words before `tokens` that make them secrets; those of a tokenizer are none."""
NO_TOKEN = _words(
    "pad eos bos sep unk cls mask special next prev previous first last start end stop image max min num n "
    "current unexpected invalid unknown bad expected missing sub subword word text query new line"
)
"""Words before `token` that make it a token of a text."""
COUNTED = frozenset({"n", "num", "max", "min"})
NO_PASS = _words(
    "band low high all notch by one two first second third single multi n num full forward backward this last "
    "next each per max min com sur tres"
)
"""Words before `pass` that make it a filter, or one time of several."""
TAILS = _words(
    "hash hashed value string str plain plaintext text new old confirm confirmation again repeat encrypted "
    "base64 b64 env raw clear id"
)
"""Words after those of a secret that change nothing; `id` only after a key."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+")


@lru_cache(maxsize=4096)
def secrecy(name: str) -> Secrecy:
    """Return how surely `name` is the name of a secret."""
    words = [word.lower() for word in WORDS.findall(name[-LONGEST:])]
    while len(words) > 1 and words[-1] in TAILS and not _is_whole(words):
        words.pop()
    return _by_last(words) if words else Secrecy.NONE


def _is_whole(words: list[str]) -> bool:
    """Say whether the last word is part of a secret's name itself: `authentication_string`; `token_id` is an id."""
    before, last = words[-2:]
    return (last == "string" and before in STRINGS) or (last == "id" and before != "key")


def _by_last(words: list[str]) -> Secrecy:
    before, last = ["", *words][-2:]
    if before in COUNTED:
        return Secrecy.NONE
    if last.endswith(SURE_ENDS) or last in SURE_WORDS or _is_two_words(before, last):
        return Secrecy.SURE
    if last == "pass":
        return Secrecy.NONE if before in NO_PASS else Secrecy.SURE if before else Secrecy.COUNT
    if last in LIKELY_WORDS or last.endswith(LIKELY_ENDS):
        return Secrecy.NONE if before in NO_TOKEN or last.removesuffix("token") in NO_TOKEN else Secrecy.LIKELY
    return Secrecy.NONE


def _is_two_words(before: str, last: str) -> bool:
    pairs = {"key": KEYS, "keys": KEYS, "string": STRINGS, "tokens": TOKENS, "passe": {"de"}}
    pairs |= dict.fromkeys(("phrase", "code", "word"), frozenset({"pass"}))
    return before in pairs.get(last, ())
