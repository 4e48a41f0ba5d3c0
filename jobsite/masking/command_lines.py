"""Where does a command line give a password without its name: `mysql -uroot -ppw`, `sshpass -p pw`, `curl -u anna:pw`?

A command stands in a line of its own, or in a list: `['sshpass', '-p', 'pw']`.
"""

import re
from collections.abc import Iterator

from jobsite.masking.spans import Span

GAP = r"""(?:[ ]|['"],[ ]?['"])['"]?"""
"""Between an option and its value."""
VALUE = r"""((?<=')[^'\n]+|(?<=")[^"\n]+|[^\s'",][^\s'"]*)"""
GLUED = r"""['"]?([^\s'",-][^\s'"]*|"[^"\n]+|'[^'\n]+)"""
OPTIONS = re.compile(
    r"""\b(?:
      (?P<glued>mysql|maria|mycli|mydumper|xtrabackup|7z)
    | (?P<apart>sshpass|(?:docker|podman|helm)[ ]login|(?:un)?zip|psexec|mongo|mosquitto|ipmitool|sqlcmd|bcp)
    | (?P<ldap>ldap\w+) | (?P<redis>redis-cli) | (?P<openssl>openssl)
    | (?P<smb>smbclient|smbget|rpcclient|lftp))(?P<rest>[^\n]{0,1000})""",
    re.VERBOSE | re.IGNORECASE,
)
AFTER = {
    "glued": re.compile(rf"""(?<=[\s'"])-p{GLUED}"""),
    "apart": re.compile(rf"""(?<=[\s'"])-[pP](?:{GAP})?{VALUE}"""),
    "redis": re.compile(rf"""(?<=[\s'"])-a(?:{GAP})?{VALUE}"""),
    "ldap": re.compile(rf"""(?<=[\s'"])-w(?:{GAP})?{VALUE}"""),
    "openssl": re.compile(rf"""(?<=[\s'"])-k{GAP}{VALUE}"""),
    "smb": re.compile(rf"""(?<=[\s'"])-[uU](?:{GAP})?[^\s'"%,]{{1,64}}[%,]([^\s'"]+)"""),
}
"""Which option of a program takes a password."""
WITH_USER = re.compile(
    rf"""(?<=[\s'"])(?:-u|--user(?:name)?){GAP}[^\s'"]{{1,64}}['"]?,?[ ]['"]?-p{GAP}(?=[^\s'"]*[A-Za-z]){VALUE}"""
)
"""`-u anna -p pw`, of whatever program; a port has no letter."""
USER_AND_PASSWORD = re.compile(
    rf"""(?:^|[\s'"])(?:-[ua]|--user|--proxy-user)(?:=['"]?|{GAP})[^\s:'"]{{1,64}}:(?!\d+\b)([^\s'"]+)"""
)
PIPED = re.compile(
    r"""\becho[ ]+(?:-n[ ]+)?['"]?([^\s'"|]+)['"]?[ ]*\|[^\n]{0,80}?"""
    r"(?:sudo -S|runas|passwd|password-stdin|kinit|cryptsetup)"
)
HERE_STRING = re.compile(r"""<<<[ ]*['"]?([^\s'"$]+)""")
WINDOWS = re.compile(
    r"""(?i:\bnet[ ]use)[ ](?:[\w*]{1,10}:?[ ])?\\{2,4}[^\s\\]{1,80}\\\S{1,200}(?:[ ]/user:\S{1,80})?[ ]([^/\s]\S*)
    | (?<=\s)/(?:rp[ ]|p:)(\S+)""",
    re.VERBOSE,
)
ORACLE = re.compile(
    r"(?<![\w./])[\w.-]{1,64}/([^\s/@:]{1,64})@[\w.-]{1,255}:\d{4,5}\b"
    r"|\b(?:sqlplus|sqlldr|expdp|impdp)[ ]+[^\s/]{1,80}/([^\s@]+)"
)
LOGIN = re.compile(
    rf"""\blogin(?:{GAP}-[\w-]{{1,40}}|[ ]\[[\w-]{{1,40}}\]){{0,4}}{GAP}"""
    r"""(?=[A-Za-z]{0,80}\d)(?=\d{0,80}[A-Za-z])([A-Za-z0-9]{20,})"""
)
"""`wandb login KEY`"""
MYSQL_GAP = re.compile(r"mysql|maria|mycli")


def command_lines(text: str) -> Iterator[Span]:
    """Yield the passwords that options of known programs take, and those that any program takes after a user."""
    for program in OPTIONS.finditer(text):
        option = AFTER[_kind(program)]
        yield from (match.span(1) for match in option.finditer(text, program.start("rest"), program.end()))
    for pattern in (USER_AND_PASSWORD, PIPED, HERE_STRING, WINDOWS, ORACLE, LOGIN):
        yield from (match.span(match.lastindex or 0) for match in pattern.finditer(text))
    for match in WITH_USER.finditer(text):
        if not MYSQL_GAP.search(text, max(0, match.start() - 80), match.start()):
            yield match.span(1)


def _kind(program: re.Match[str]) -> str:
    return next(kind for kind in AFTER if program[kind])
