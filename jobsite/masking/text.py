"""A text of the lab's (a message, a source line, a traceback, a log line) without its secrets.

The kinds of secrets, and where each is looked for:

| kind | example | file |
|---|---|---|
| beside its name | `db_password="x"`, `"token": "x"`, `--api-key x`, `'x' AS secret` | names, assignments, values |
| in a header | `Authorization: Bearer x`, `Cookie: sid=x` | assignments |
| as an argument without a name | `login("anna", "x")`, `connect(host, user, "x")` | calls |
| in a sentence | `the password for anna is x1`, `login: anna / x1` | sentences |
| after an option of a program | `mysql -px`, `curl -u anna:x`, `sshpass -p x` | command_lines |
| in a URL or an address | `mysql://anna:x@db`, `?sig=x`, `anna:x@db:3306` | shapes |
| by its look | keys in PEM, tokens of known services, hashes of passwords | shapes |
| drawn by a machine | 24 and more capitals, small letters and digits | random_texts |
| in SQL that a message quotes | `IDENTIFIED BY 'x'`, `AES_ENCRYPT(a, 'x')` | sql_in_text |

A statement that runs is read by its tokens: statements, harmless_literals.
"""

import re

from jobsite.masking.assignments import assignments
from jobsite.masking.command_lines import command_lines
from jobsite.masking.random_texts import DRAWN
from jobsite.masking.shapes import shapes
from jobsite.masking.spans import hide
from jobsite.masking.sql_in_text import sql_in_text

HINTS = (
    r"pass?w?|pwd|psk|otp|(pin|verification|security|unlock).code|pssw|securestring|pw|psw|kennwort|contrase|wachtwoord|senha|пароль|密码|密碼|口令|パスワード|비밀번호"
    r"|secret|token|bearer|basic |auth|cookie|webhook|credential|creds"
    r"|(api|access|private|encryption|decryption|master|signing|shared|account|storage|hmac|aes).?keys?"
    r"|identified|crypt|encode|decode|change master|replication source|://|@|-----begin|akia|asia|abia|acca|ltai"
    r"|gh[pousr]_|github_pat_|gl[a-z]+-|xox|xapp-|sk-|k_(live|test)_|whsec_|aiza|ya29|gocspx|hf_|npm_|pypi-|do[opr]_v1"
    r"|dapi|dckr_|sg[.]|hvs[.]|atatt|key-[0-9a-f]{20}|nrak-|hrku-|xkeysib|clojars|swm(tkn|key)|eyj"
    r"|[$]2|[$]1[$]|[$]5[$]|[$]6[$]|[$]y[$]|[$]apr1|[$]argon|[$]a[$]|pbkdf2|[*][0-9a-f]"
    r"|hooks[.]slack|api/webhooks|signature|sig=|x-amz|x-goog|awsaccesskey| -p|'-p|\"-p| -[aw]|'-[aw]|\"-a"
    r"| -[uk]|'-[uk]|\"-[uk]|echo |<<<|/rp |/p:|private-|[?&](key|code|k|hash)="
    r"|(log[io]n|user(name)?|account)s?[ :=].*[/|]"
    r"|(conn(ect|ection)?|s?ftp|ssh) ?[(]|_bind|sqlplus|sqlldr|expdp|impdp|login|logon|log.?in|sign.?in"
    r"|hashpw|checkpw|minio|fernet|jwt|hmac|aes[.]new"
    r"|(mysql|database|user|account|member) ?[(]|net use|:([0-9]{3,5}|[*]):[^:]+:"
    rf"|{DRAWN}"
)
"""A text in which none of these is found, whatever its case, has nothing to hide. Both families of servers read it."""
MAY_HOLD = re.compile(HINTS, re.IGNORECASE)


def masked(text: str) -> str:
    """Return the text with MASK in place of passwords, tokens, keys and credentials in URLs.

    It takes time in proportion to the text's length, whatever is in it.
    """
    if not MAY_HOLD.search(text):
        return text
    return hide(text, [*shapes(text), *assignments(text), *command_lines(text), *sql_in_text(text)])
