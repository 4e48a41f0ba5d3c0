"""A text of the lab's (a message, a source line, a traceback, a log line) without its secrets."""

import re

from jobsite.masking.assignments import assignments
from jobsite.masking.shapes import shapes
from jobsite.masking.spans import hide
from jobsite.masking.sql_in_text import sql_in_text

HINTS = (
    r"pass|pwd|pw|psw|kennwort|contrase|secret|token|bearer|basic |auth|cookie|webhook|credential|creds"
    r"|(api|access|private|encryption|decryption|master|signing|shared|account|storage|hmac|aes).?keys?"
    r"|identified|crypt|encode|decode|change master|replication source|://|@|-----begin|akia|asia|abia|acca"
    r"|gh[pousr]_|github_pat_|gl(pat|dt|rt|cbt)-|xox|xapp-|sk-|k_live_|k_test_|aiza|ya29|gocspx|hf_|npm_|pypi-|dop_v1"
    r"|sg[.]|hvs[.]|atatt|eyj|[$]2|[$]1[$]|[$]5[$]|[$]6[$]|[$]y[$]|[$]apr1|[$]argon|[$]a[$]|pbkdf2|[*][0-9a-f]"
    r"|hooks[.]slack|api/webhooks|signature|sig=|x-amz|x-goog|awsaccesskey| -p|'-p|\"-p| -a|'-a|\"-a| -u|'-u|\"-u"
    r"|conn[(]|connect[(]|_bind|sqlplus|sqlldr|expdp|impdp|login|authenticate[(]|hashpw|minio|fernet|jwt|hmac"
)
"""A text in which none of these is found, whatever its case, has nothing to hide. Both families of servers read it."""
MAY_HOLD = re.compile(HINTS, re.IGNORECASE)


def masked(text: str) -> str:
    """Return the text with MASK in place of passwords, tokens, keys and credentials in URLs.

    It takes time in proportion to the text's length, whatever is in it.
    """
    if not MAY_HOLD.search(text):
        return text
    return hide(text, [*shapes(text), *assignments(text), *sql_in_text(text)])
