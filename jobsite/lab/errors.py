"""What do the errors of the lab's server mean? Each number stands here once, with its kind and its sentence.

Imports no Django, so that the worker can ask the same. MySQL manual, "Server Error Message Reference" and "Client Error
Message Reference"; MariaDB Knowledge Base, "MariaDB Error Codes".
"""

from collections.abc import Mapping
from enum import Enum, auto

from jobsite.lab.address import VARIABLES
from jobsite.lab.deadline import PART_LIMIT_S, seconds_left
from jobsite.lab.session import STATEMENT_LIMIT_S
from jobsite.masking.text import masked


class Kind(Enum):
    """What is wrong, as far as the number alone tells."""

    GONE = auto()
    """The server, or the way to it, is gone or takes no more connections."""
    NO_SUCH_HOST = auto()
    NOT_LET_IN = auto()
    """The server refuses the account, its machine, or how it connects."""
    USED_UP = auto()
    """The account has used up what it was allowed."""
    LOCKED = auto()
    """Somebody held a lock longer than the session waits."""
    TOO_SLOW = auto()
    """The statement took longer than the session allows, or waited so long on MySQL."""
    LATE = auto()
    """No answer came in time, so that the connection was cut, or there is none."""
    INTERRUPTED = auto()
    """Somebody ended the statement."""
    DEADLOCK = auto()
    """The transaction was rolled back in favour of another one, on this server or in its cluster."""
    DENIED = auto()
    """The account lacks a privilege on a schema, a table or a column."""
    DENIED_EVERYWHERE = auto()
    """The account lacks a privilege on the whole server, such as the one to kill other accounts' connections."""
    BY_OPTION = auto()
    """An option of the server forbids the statement: which one, only the text says."""
    READ_ONLY = auto()
    """The server, its storage engine, or the transaction only reads."""
    ONLY_BY_KEY = auto()
    """The session's sql_safe_updates refuses the statement."""
    NO_COMMIT = auto()
    """The group of replicas lets no commit through."""
    NO_ROOM = auto()
    """The disk is full."""
    TABLE_FULL = auto()
    NO_MEMORY = auto()
    WITH_CAUSE = auto()
    """A file or a table could not be written, or a commit: the text ends in the number of the system or the engine."""
    UNKNOWN_COMMAND = auto()
    """Nobody knows the command; or the server's cluster is not ready, which only the text says."""
    VANISHED = auto()
    """A schema or a table is not there."""
    NO_SUCH_THREAD = auto()
    """A KILL names a connection that is not there."""
    DUPLICATE = auto()
    """A row with this key is there already."""
    NOT_COMPARABLE = auto()
    """A table's rows cannot be compared as a person asks: its character set lacks a letter, or a sum is too large."""


# `{lab}` is the server, `{user}` its account, `{said}` the server's own words, `{limit}` the seconds of a statement.
# `{host_at}`, `{port_at}` and so on are the places where the settings are made.
OTHER_SENTENCE = "The lab's server {lab} answered: {said}."
NO_ANSWER = "The lab's server {lab} does not answer: check {host_at} and {port_at}, and that the server runs."
WENT_AWAY = "The lab's server {lab} closed the connection: try again when it is back."
WRONG_ACCOUNT = (
    "The lab's server {lab} refused the account {user}: check {user_at} and {password_at}, whether the account may "
    "come from this machine, and whether {use_tls_at} says that it comes encrypted, or with a certificate, where it "
    "has to ({said})."
)
WRONG_CERTIFICATE = (
    "The certificate of {lab} is not what {use_tls_at} asks for ({said}): it has to be of that CA, in force, and made "
    "out to the name in {host_at}."
)
LACKS = "The account {user} lacks a privilege on {lab} ({said}): grant it what docs/grants.sql lists."
NOT_COMPARABLE = (
    "Not all rows on the lab's server {lab} can be compared as the restriction asks ({said}): change it, or choose a "
    "schema."
)
NO_CHANGES = "The lab's server {lab} takes no changes ({said})."
SLOW = "The lab's server {lab} needed more than {limit} s: narrow the filter and try again."

LATE = 1159
"""ER_NET_READ_INTERRUPTED, "Got timeout reading communication packets": our own, no server sends it to a client."""
LATE_TO_CONNECT = 2055
"""CR_SERVER_LOST_EXTENDED, "Lost connection to server at '%s'", where the driver names a step of connecting."""
ANSWER_LOST = {2006, 2013, LATE}
BY_OPTION = 1290
TOO_MANY_CONNECTIONS = {1040, 1203}
ALLOWANCE_USED_UP, OF_CONNECTIONS = 1226, "max_user_connections"
"""The text names what the account has used up: its connections, or its statements of an hour."""
NO_CONNECTION, NO_ENCRYPTION = 2003, 2026
ERRORS = {
    **dict.fromkeys((1, 3, 1004, 1005, 1023, 1026, 1030, 1180), (Kind.WITH_CAUSE, OTHER_SENTENCE)),
    5: (Kind.NO_MEMORY, OTHER_SENTENCE),
    20: (Kind.NO_ROOM, OTHER_SENTENCE),
    1021: (Kind.NO_ROOM, OTHER_SENTENCE),
    1037: (Kind.NO_MEMORY, OTHER_SENTENCE),
    1040: (Kind.GONE, "The lab's server {lab} has no connection left (too many connections): wait, or kill some."),
    1041: (Kind.NO_MEMORY, OTHER_SENTENCE),
    1044: (
        Kind.DENIED,
        "The account {user} may not do this on {lab} ({said}): grant it what docs/grants.sql lists.",
    ),
    1045: (Kind.NOT_LET_IN, WRONG_ACCOUNT),
    1047: (Kind.UNKNOWN_COMMAND, OTHER_SENTENCE),
    1049: (Kind.VANISHED, OTHER_SENTENCE),
    1053: (Kind.GONE, "The lab's server {lab} is shutting down: try again when it is back."),
    1062: (Kind.DUPLICATE, OTHER_SENTENCE),
    1094: (Kind.NO_SUCH_THREAD, OTHER_SENTENCE),
    1095: (Kind.DENIED_EVERYWHERE, OTHER_SENTENCE),
    1114: (Kind.TABLE_FULL, OTHER_SENTENCE),
    1129: (
        Kind.NOT_LET_IN,
        "The lab's server {lab} blocks this machine after many failed connections: run FLUSH HOSTS there.",
    ),
    1130: (
        Kind.NOT_LET_IN,
        "The lab's server {lab} does not let this machine connect: create the account for this host.",
    ),
    1142: (Kind.DENIED, LACKS),
    1143: (Kind.DENIED, LACKS),
    1146: (Kind.VANISHED, "A jobs table vanished from {lab} while it was read ({said}): load the page again."),
    LATE: (Kind.LATE, "The lab's server {lab} did not answer within {limit} s: try again in a while."),
    1175: (Kind.ONLY_BY_KEY, NO_CHANGES),
    1203: (
        Kind.USED_UP,
        "The account {user} has used up its connections on {lab}: wait, or raise max_user_connections.",
    ),
    1205: (
        Kind.LOCKED,
        "Somebody holds a lock on {lab} that was not released in time: see on Connections who holds it, and try again.",
    ),
    1213: (Kind.DEADLOCK, "The lab's server {lab} ended this request to resolve a deadlock: try again."),
    ALLOWANCE_USED_UP: (
        Kind.USED_UP,
        "The account {user} has used up its allowance on {lab} ({said}): wait, or raise it.",
    ),
    1227: (Kind.DENIED_EVERYWHERE, LACKS),
    BY_OPTION: (Kind.BY_OPTION, OTHER_SENTENCE),
    **dict.fromkeys((1267, 1270, 1271, 1690, 3854), (Kind.NOT_COMPARABLE, NOT_COMPARABLE)),
    1317: (Kind.INTERRUPTED, "The lab's server {lab} ended this request: try again."),
    1698: (Kind.NOT_LET_IN, WRONG_ACCOUNT),
    1792: (Kind.READ_ONLY, NO_CHANGES),  # also where the session began while the server was read-only
    1836: (Kind.READ_ONLY, NO_CHANGES),
    1874: (Kind.READ_ONLY, NO_CHANGES),
    1881: (Kind.READ_ONLY, NO_CHANGES),
    1927: (Kind.GONE, OTHER_SENTENCE),
    1969: (Kind.TOO_SLOW, SLOW),
    2002: (Kind.GONE, NO_ANSWER),
    NO_CONNECTION: (Kind.GONE, NO_ANSWER),
    2005: (Kind.NO_SUCH_HOST, "No server named {lab} is known: check {host_at}."),
    2006: (Kind.GONE, WENT_AWAY),
    2013: (Kind.GONE, WENT_AWAY),
    LATE_TO_CONNECT: (
        Kind.LATE,
        "The lab's server {lab} did not answer within {limit} s: check {host_at} and {port_at}, "
        "and that the server runs.",
    ),
    NO_ENCRYPTION: (
        Kind.NOT_LET_IN,
        "No encrypted connection to {lab} could be made ({said}): check {use_tls_at}, which has to be 0 where "
        "the server offers none.",
    ),
    2059: (Kind.NOT_LET_IN, "The account {user} logs in on {lab} in a way this client does not know ({said})."),
    3024: (Kind.TOO_SLOW, SLOW),
    3100: (Kind.NO_COMMIT, NO_CHANGES),
    3101: (Kind.NO_COMMIT, NO_CHANGES),
    3168: (Kind.GONE, OTHER_SENTENCE),
    4031: (Kind.GONE, OTHER_SENTENCE),
}
OF_THE_CLIENT = range(2000, 3000)
OF_THE_SERVER = {
    Kind.GONE,
    Kind.NOT_LET_IN,
    Kind.USED_UP,
    Kind.TOO_SLOW,
    Kind.LATE,
    Kind.INTERRUPTED,
    Kind.DEADLOCK,
    Kind.BY_OPTION,
    Kind.READ_ONLY,
    Kind.ONLY_BY_KEY,
    Kind.NO_COMMIT,
    Kind.NO_ROOM,
    Kind.NO_MEMORY,
}
"""No table is to blame for these: the server is, its disk or memory, its options, the account, or a KILL."""


def error_number(error: BaseException) -> int:
    """Return the server's or client's error number, 0 when there is none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def server_text(error: BaseException) -> str:
    """Return the server's own words, without the full stop and without a secret of the statement that they quote."""
    return masked(str(error.args[1] if len(error.args) > 1 else error).rstrip("."))


def kind_of(error: BaseException) -> Kind | None:
    """Return what is wrong; None for an error that is not listed."""
    if _is_of_certificate(error):
        return Kind.NOT_LET_IN
    kind, _ = ERRORS.get(error_number(error), (None, ""))
    return kind


def sentence(error: BaseException, lab: str, user: str, places: Mapping[str, str] = VARIABLES) -> str:
    """Return what a person is told of an error of the server `lab`, whose account is `user`.

    `places` are DataJoint's names of the server's settings -> where each is set.
    """
    _, words = ERRORS.get(error_number(error), (None, OTHER_SENTENCE))
    if _is_read_only_by_option(error):
        words = NO_CHANGES
    elif _is_of_certificate(error):
        words = WRONG_CERTIFICATE
    named = {f"{name.removeprefix('database.')}_at": place for name, place in places.items()}
    return words.format(lab=lab, user=user, said=server_text(error), limit=f"{_limit_s():g}", **named)


def _limit_s() -> float:
    """Return how many seconds a statement has, in a page or in a command."""
    return STATEMENT_LIMIT_S if seconds_left() is None else PART_LIMIT_S


def _is_of_certificate(error: BaseException) -> bool:
    """Say whether the client does not take the server's certificate: of PyMySQL it is an error of the way there."""
    return error_number(error) in (NO_ENCRYPTION, NO_CONNECTION) and "certificate" in server_text(error)


def _is_read_only_by_option(error: BaseException) -> bool:
    return error_number(error) == BY_OPTION and "read-only" in server_text(error).replace("_", "-")


def is_full(error: BaseException) -> bool:
    """Say whether the server, or the account, has no connection left."""
    number = error_number(error)
    return number in TOO_MANY_CONNECTIONS or (number == ALLOWANCE_USED_UP and OF_CONNECTIONS in server_text(error))


def lacks_privilege(error: BaseException) -> bool:
    """Say whether the server refused because the account lacks a privilege on a schema, table or column."""
    return kind_of(error) is Kind.DENIED


def concerns_one_table(error: BaseException) -> bool:
    """Say whether another table might be read where this error came: not when the server as a whole refuses."""
    number = error_number(error)
    return bool(number) and number not in OF_THE_CLIENT and kind_of(error) not in OF_THE_SERVER


def is_late(error: BaseException) -> bool:
    """Say whether a part of a page could not be read in time, so that the rest of the page is worth drawing."""
    return kind_of(error) in (Kind.LATE, Kind.TOO_SLOW)


def is_away(error: BaseException) -> bool:
    """Say whether the server gave no answer at all, or none in time: what it answered before is the best there is."""
    return kind_of(error) in (Kind.GONE, Kind.USED_UP, Kind.TOO_SLOW, Kind.LATE, Kind.INTERRUPTED)


def may_be_done(error: BaseException) -> bool:
    """Say whether the answer was lost, so that the statement may have been done all the same."""
    return error_number(error) in ANSWER_LOST


def is_lock(error: BaseException) -> bool:
    """Say whether a statement that reads no row failed because it had to wait."""
    return kind_of(error) in (Kind.LOCKED, Kind.TOO_SLOW)
