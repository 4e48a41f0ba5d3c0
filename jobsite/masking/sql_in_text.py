"""Where does a message or a source line quote SQL in which a literal is a password, and up to where is it hidden?

How such SQL is quoted, escaped and cut is not known. So all from the first literal is hidden, up to the end of the
paragraph or the next frame of a traceback.
"""

import re
from collections.abc import Iterator

from jobsite.masking.names import NAME, Secrecy, secrecy
from jobsite.masking.spans import Span

# MySQL manual, "CREATE USER", "SET PASSWORD", "CHANGE REPLICATION SOURCE TO", "Encryption Functions"; MariaDB
# Knowledge Base, "CREATE USER". In prose, animals are identified by an ear tag: small letters need a statement around.
LOUD = r"IDENTIFIED\s+(?:BY|AS|VIA|WITH|USING)\b|\b(?:EN|DE)CODE\s?\("
ANY_CASE = (
    r"\bSET\s+PASSWORD\s*(?:=|\bFOR\b|\bTO\b)|\b(?:AES|DES)_(?:EN|DE)CRYPT\s?\(|(?<![.\w])ENCRYPT\s?\(|\bCHANGE\s+(?:MASTER|REPLICATION\s+SOURCE)\b[^\n]{0,400}?PASSWORD"
    r"|\b(?:create|alter)\s+user\b[^\n]{0,400}?\bidentified\s+(?:by|as|via|with)\b"
    r"|\bgrant\b[^\n]{0,400}?\bidentified\s+(?:by|as|via|with)\b"
    r"|syntax to use near\s+\S{0,2}identified\s+(?:by|as|via|with)\b"
)
LIST = r"\((?P<list>[^()]*)\)\s{0,80}(?i:VALUES?\b|IN\s*\(|=(?![=>])|SELECT\b)"
TRIGGER = re.compile(f"{LOUD}|(?i:{ANY_CASE})|{LIST}")
LITERAL = re.compile(r"""["'`]|\b0x""")
PARAGRAPH = re.compile(
    r"""\n[ \t]*(?:File "|\n|Traceback|During handling|The above)|\n[\w.]{0,80}(?:Error|Exception|Exit)\b|\Z"""
)


def sql_in_text(text: str) -> Iterator[Span]:
    """Yield the parts that follow a password word of SQL, each up to the end of its paragraph."""
    begin = 0
    for boundary in PARAGRAPH.finditer(text):
        yield from _in_paragraph(text, begin, boundary.start())
        begin = boundary.start()


def _in_paragraph(text: str, begin: int, end: int) -> Iterator[Span]:
    found = next((one for one in TRIGGER.finditer(text, begin, end) if _is_about_a_secret(one)), None)
    literal = LITERAL.search(text, found.end(), end) if found else None
    if literal:
        yield literal.end(), end


def _is_about_a_secret(trigger: re.Match[str]) -> bool:
    columns = trigger["list"]
    return columns is None or any(secrecy(match[0]) > Secrecy.COUNT for match in NAME.finditer(columns))
