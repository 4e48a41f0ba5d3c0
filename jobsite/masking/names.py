"""Is a name one of a secret? `db_password`, `ApiKey`, `DJ_PASS` are; `password_length`, `token_id`, `bandpass` are not.

A name is taken apart into its words. The last of them decide. Before another word, only those count that mean nothing
but a secret: `password_prod`.
"""

import re
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

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
STRONG_ENDS = (
    *("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "passwort", "kennwort", "contraseña"),
    *("contrasena", "motdepasse", "wachtwoord", "senha", "пароль", "密码", "密碼", "口令", "パスワード", "비밀번호"),
    *("dbpass", "userpass", "apikey", "secretkey", "privatekey", "accesstoken", "authtoken", "apitoken"),
)
"""These make a name one of a secret also before another word: `password_prod`."""
SURE_ENDS = (
    *STRONG_ENDS,
    *("secret", "secrets", "credential", "credentials", "creds", "accesskey", "authkey", "refreshtoken"),
    *("bearertoken", "encryptionkey", "accountkey", "filekey"),
)
STRONG_WORDS = frozenset(
    {
        "psk",
        "otp",
        "pasword",
        "passwrd",
        "paswd",
        "paswrd",
        "passord",
        "pssword",
        "passwort",
        "pw",
        "psw",
        "pswd",
        "psswd",
        "passw",
        "pword",
    }
)
LIKELY_ENDS = ("token",)
LIKELY_WORDS = frozenset({"token", "auth", "authorization", "cookie", "cookies", "passkey", "bearer", "webhook"})
KEYS = _words("api access secret private encryption decryption master signing shared account auth storage hmac aes")
"""Words before `key` that make it a secret; the keys of a pipeline (`session_key`, `key_hash`) are none."""
STRINGS = frozenset({"authentication", "auth", "secure"})
CODES = frozenset({"pass", "pin", "otp", "verification", "security", "unlock"})
TOKENS = frozenset({"api", "access", "auth", "refresh", "bearer", "secret", "oauth", "security"})
"""Words before `token` and `tokens` that make them secrets; those of a tokenizer are none."""
PAIRS = {
    "key": KEYS,
    "keys": KEYS,
    "string": STRINGS,
    "tokens": TOKENS,
    "passe": frozenset({"de"}),
    "code": CODES,
} | dict.fromkeys(("phrase", "word"), frozenset({"pass"}))
"""Words that are a secret's after one of these."""
NO_TOKEN = _words(
    "pad eos bos sep unk cls mask special next prev previous first last start end stop image max min num n "
    "current unexpected invalid unknown bad expected missing sub subword word text query new line"
)
"""Words before `token` that make it a token of a text."""
COUNTED = frozenset({"n", "num", "max", "min"})
NO_PASS = _words(
    "band low high all notch by one two first second third single multi n num full forward backward this last "
    "next each per max min did qc has is can com encom sur tres over under"
)
"""Words before `pass` that make it a filter, or one time of several."""
TAILS = _words(
    "hash hashed value string str plain plaintext text new old confirm confirmation again repeat encrypted "
    "base64 b64 env raw clear id"
)
"""Words after those of a secret that change nothing; `id` only after a key."""
ABOUT = _words(
    "length len size count number id ids type kind field fields name names column columns path file files dir folder "
    "url uri endpoint policy plugin expired expires expiry expire expiration lifetime age ttl changed change date time "
    "at on prompt label help hint status state valid invalid validation required requires needed enabled disabled set "
    "reset ok error errors exception min max regex pattern format validator validators manager provider factory class "
    "model index idx position limit usage store service handler callback func function method mode algorithm strength "
    "check checker test tests view form input variable var last history reuse attempts lock authentication auth based "
    "hasher hashers protected protection encryption option options arg args param rotation interval grace entry dialog "
    "unit units box rules rule matches match mismatch missing not failed failures given source getter setter "
    "tries for from is"
)
"""What follows the word of a secret where the name is one of something else: `password_length`."""
PLAIN = _words(
    "user username login name host hostname server address id uuid date datetime timestamp time day year email mail "
    "type kind status state db database schema table column variable plugin subject session role port url uri "
    "path file folder dir bucket region endpoint charset encoding collation mode method protocol location driver "
    "domain realm label title comment created updated changed expires algorithm version"
)
"""What is called so holds no secret."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+")


@lru_cache(maxsize=4096)
def secrecy(name: str) -> Secrecy:
    """Return how surely `name` is the name of a secret."""
    words = words_of(name)
    while len(words) > 1 and words[-1] in TAILS and not _is_whole(words):
        words.pop()
    if not words:
        return Secrecy.NONE
    return _by_last(words) or (Secrecy.LIKELY if _is_qualified(words) else Secrecy.NONE)


def is_plain(name: str) -> bool:
    """Say whether what has this name is no secret: a user, a host, a date."""
    return not PLAIN.isdisjoint(words_of(name)[-1:])


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters."""
    return [word.lower() for word in WORDS.findall(name[-LONGEST:])]


def _is_whole(words: list[str]) -> bool:
    """Say whether the last word is part of a secret's name itself: `authentication_string`; `token_id` is an id."""
    before, last = words[-2:]
    return (last == "string" and before in STRINGS) or (last == "id" and before != "key")


def _by_last(words: list[str]) -> Secrecy:
    before, last = ["", *words][-2:]
    if before in COUNTED:
        return Secrecy.NONE
    if last.endswith(SURE_ENDS) or last in STRONG_WORDS or before in PAIRS.get(last, ()):
        return Secrecy.SURE
    if last.endswith("pass"):
        return _of_pass(before, last.removesuffix("pass"))
    if last == "token" and before in TOKENS:
        return Secrecy.SURE
    if last in LIKELY_WORDS or last.endswith(LIKELY_ENDS):
        return Secrecy.NONE if before in NO_TOKEN or last.removesuffix("token") in NO_TOKEN else Secrecy.LIKELY
    return Secrecy.NONE


def _of_pass(before: str, start: str) -> Secrecy:
    """Return how surely `mysql_pass` (before: mysql) or `mysqlpass` (start: mysql) is the name of a secret."""
    if not (before or start):
        return Secrecy.COUNT
    return Secrecy.NONE if (start or before) in NO_PASS else Secrecy.LIKELY if start else Secrecy.SURE


def _is_qualified(words: list[str]) -> bool:
    """Say whether the word of a secret stands before one of what it is for."""
    if words[-1] in ABOUT or COUNTED.intersection(words):
        return False
    return any(
        word.endswith(STRONG_ENDS) or word in STRONG_WORDS or (word == "key" and before in KEYS)
        for before, word in pairwise(["", *words[:-1]])
    )
