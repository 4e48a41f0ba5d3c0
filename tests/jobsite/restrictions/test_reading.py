"""What a text is read as, and how it is refused."""

import sys
from decimal import Decimal

import pytest

from jobsite.restrictions.columns import CONNECTIONS, JOBS
from jobsite.restrictions.lexing import LONGEST
from jobsite.restrictions.reading import Restriction, read_restriction
from jobsite.restrictions.refusal import RestrictionError

NAMES = {column.name: f"<{column.name}>" for column in (*JOBS, *CONNECTIONS)}
ZONE = "@@GLOBAL.time_zone"


def of_jobs(text: str) -> Restriction:
    """Read a restriction on jobs."""
    return read_restriction(text, JOBS)


def refused(text: str) -> RestrictionError:
    """Return how a restriction on jobs is refused."""
    with pytest.raises(RestrictionError) as caught:
        of_jobs(text)
    return caught.value


def test_values_become_parameters() -> None:
    sql, parameters = of_jobs('status="error" AND error_message LIKE "%CUDA%"').sql(NAMES, converts_times=False)
    assert sql == "((<status> = %s) AND (<error_message> LIKE %s))"
    assert parameters == ("error", "%CUDA%")


def test_columns_are_named_in_any_case_and_in_backticks() -> None:
    restriction = read_restriction("time > 600 and `Host` like '%compute%'", CONNECTIONS)
    assert restriction.columns == ("TIME", "HOST")
    assert str(restriction) == 'TIME > 600 AND HOST LIKE "%compute%"'


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("pid = 1 OR pid = 2 AND pid = 3", "((<pid> = %s) OR ((<pid> = %s) AND (<pid> = %s)))"),
        ("pid = 1 OR pid = 2 XOR pid = 3", "((<pid> = %s) OR ((<pid> = %s) XOR (<pid> = %s)))"),
        ("pid = 1 || pid = 2 && pid = 3", "((<pid> = %s) OR ((<pid> = %s) AND (<pid> = %s)))"),
        ("NOT pid = 1 AND pid = 2", "((NOT (<pid> = %s)) AND (<pid> = %s))"),
        ("NOT pid LIKE 1", "(NOT (<pid> LIKE %s))"),
        ("pid NOT LIKE 1", "(<pid> NOT LIKE %s)"),
        ("pid BETWEEN 1 AND 2 AND pid = 3", "((<pid> BETWEEN %s AND %s) AND (<pid> = %s))"),
        ("pid - 1 - 2 * 3 > - 4", "(((<pid> - %s) - (%s * %s)) > %s)"),
        ("(pid > 5) = TRUE", "((<pid> > %s) = TRUE)"),
        ("host IS NOT NULL", "(<host> IS NOT NULL)"),
        ("NOT host IS NULL", "(<host> IS NOT NULL)"),
        ('user IN ("alice", "bob")', "(<user> IN (%s, %s))"),
        ('user LIKE "a|%" ESCAPE "|"', "(<user> LIKE %s ESCAPE %s)"),
        ('left(host, 3) != "gpu"', "(LEFT(<host>, %s) <> %s)"),
        ("TRUE", "(TRUE)"),
    ],
)
def test_operators_bind_as_on_the_server(text: str, sql: str) -> None:
    assert of_jobs(text).sql(NAMES, converts_times=False)[0] == sql


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("12", 12),
        ("007", 7),
        ("-5", -5),
        ("1.50", Decimal("1.50")),
        (".5", Decimal("0.5")),
        ("1e3", 1000.0),
        ("18446744073709551616", 2**64),
        (r"'o''neil'", "o'neil"),
        (r'"say ""x"""', 'say "x"'),
        (r"'a\'b\n\\\q\0\Z'", "a'b\n\\q\x00\x1a"),
        (r"'100\%\_'", r"100\%\_"),
    ],
)
def test_a_literal_is_read_as_the_server_reads_it(literal: str, value: object) -> None:
    _, parameters = of_jobs(f"host = {literal}").sql(NAMES, converts_times=False)
    assert parameters == (value,)
    assert type(parameters[0]) is type(value)


@pytest.mark.parametrize(
    ("text", "position", "nearest"),
    [
        ('stauts = "error"', 0, "status"),
        ("pid = 5 AND usr LIKE 'a%'", 12, "user"),
        ("LENGHT(host) > 3", 0, "LENGTH"),
        ("timestamp > NOW() - INTERVAL 2 HOURES", 31, "HOUR"),
        ("status = error", 9, ""),
        ("key = 3", 0, ""),
        ("error_stack LIKE 'a%'", 0, ""),
        ('status = "error', 9, ""),
        ('status "error"', 7, ""),
        ("status =", 8, ""),
        ("pid", 0, ""),
        ("pid = 1 = 2", 8, ""),
        ("pid = 1;", 7, ""),
        ("pid = 1 -- x", 8, ""),
        ("pid = 1 # x", 8, ""),
        ("pid /*!50000 = 1 */", 4, ""),
        ("pid = (SELECT 1)", 7, ""),
        ("pid = @@version", 6, ""),
        ("pid = 0x41", 6, ""),
        ("host = x'41'", 7, ""),
        ("host = _latin1 'a'", 7, ""),
        ("host = N'a'", 7, ""),
        ("host = 'a' 'b'", 11, ""),
        ("host REGEXP 'a'", 5, ""),
        ("SLEEP(1)", 0, ""),
        ("USER() = 'a'", 4, ""),
        ("LEFT (host, 2) = 'a'", 4, ""),
        ("LEFT(host) = 'a'", 0, ""),
        ("host LIKE 1e3", 10, ""),
        ("-pid < 5", 1, ""),
        ("TIMESTAMPDIFF(5, timestamp, NOW()) > 5", 14, ""),
        ("TIMESTAMPDIFF(SECONDS, timestamp, NOW()) > 5", 14, "SECOND"),
        ("timestamp > NOW() - INTERVAL HOUR", 20, ""),
        ("timestamp > NOW() - INTERVAL", 20, ""),
        ("timestamp > NOW() - INTERVAL 1e1 HOUR", 20, ""),
        ("host IS +TRUE", 8, ""),
        ("! pid = 5", 0, ""),
        ("~jobs.pid = 5", 0, ""),
        ("pid = 1e999", 6, ""),
        ("pid = 5a", 6, ""),
        ("pid = 1 AND.5 < pid", 11, ""),
        ("pid ıN (1)", 4, ""),
        ("host = “a”", 7, ""),
        ("timestamp > 5", 12, ""),
        ("timestamp > 'yesterday'", 12, ""),
        ("timestamp > '2026-02-30'", 12, ""),
        ("NOW() - timestamp > 5", 0, ""),
        ("DATE(timestamp) = '2026-00-10'", 18, ""),
        ("IFNULL(timestamp, 5) = NOW()", 18, ""),
        ("HOUR(pid) = 5", 5, ""),
        ("pid BETWEEN 1 && 2", 14, ""),
        ("pid NOT = 3", 8, ""),
        ("NOT IN + pid", 4, ""),
        ("pid IN + pid", 7, ""),
        ("pid NOT (5)", 8, ""),
        ("(pid = 1", 0, ""),
        ("pid = 1)", 7, ""),
        ("pid IS 5", 7, ""),
        ("INTERVAL 2 HOUR", 0, ""),
        ("", 0, ""),
        ("host = '\x00'", 8, ""),
        ("host = '\ud800'", 8, ""),
    ],
)
def test_what_is_no_restriction_is_refused_at_its_place(text: str, position: int, nearest: str) -> None:
    error = refused(text)
    assert (error.position, error.nearest) == (position, nearest)
    assert str(error).isprintable()
    assert str(error)[-1] in ".?"


def test_a_refusal_says_what_to_do() -> None:
    assert str(refused('stauts = "error"')) == "“stauts” is no column here: did you mean status?"
    assert str(refused('status = "error" & pid = 5')) == "“&” is not taken: write AND."
    assert str(refused("timestamp > 5")).startswith("“5” stands beside a time, and is none: write it as 2026-11-27")


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("timestamp > '2026-11-27'", f"(<timestamp> > CONVERT_TZ(%s, {ZONE}, '+00:00'))"),
        ("timestamp IS NOT NULL", "(<timestamp> IS NOT NULL)"),
        ("timestamp LIKE '2026%'", f"(CONVERT_TZ(<timestamp>, '+00:00', {ZONE}) LIKE %s)"),
        ("HOUR(timestamp) < 6", f"(HOUR(CONVERT_TZ(<timestamp>, '+00:00', {ZONE})) < %s)"),
        (
            "timestamp > NOW() - INTERVAL 2 HOUR",
            f"(<timestamp> > (CONVERT_TZ(CONVERT_TZ(NOW(), '+00:00', {ZONE}) - INTERVAL %s HOUR, {ZONE}, '+00:00')))",
        ),
        (
            "DATE(timestamp) = CURDATE()",
            f"(DATE(CONVERT_TZ(<timestamp>, '+00:00', {ZONE})) = DATE(CONVERT_TZ(NOW(), '+00:00', {ZONE})))",
        ),
    ],
)
def test_times_are_those_of_the_server_s_zone(text: str, sql: str) -> None:
    assert of_jobs(text).sql(NAMES, converts_times=True)[0] == sql


def test_no_time_is_converted_where_the_server_is_in_utc() -> None:
    sql, _ = of_jobs("timestamp > NOW() - INTERVAL 2 HOUR").sql(NAMES, converts_times=False)
    assert sql == "(<timestamp> > (NOW() - INTERVAL %s HOUR))"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "pid = 1",
        "NOT " * 2000 + "pid = 1",
        "pid = " + "- " * 2000 + "1",
        "pid = " + "1+" * 2000 + "1",
        "pid = " + "1" * 5000,
        "x" * (LONGEST + 1),
        "'" * LONGEST,
        "LOWER(" * 1500,
        "NOT (" * 1500,
    ],
)
def test_a_text_that_is_too_long_or_too_deep_is_refused(text: str) -> None:
    assert len(str(refused(text))) < 500


def test_a_long_chain_is_read_and_written() -> None:
    restriction = of_jobs(" OR ".join(["pid = 1"] * 900))
    assert restriction.sql(NAMES, converts_times=False)[1] == (1,) * 900


def test_the_deepest_is_read_within_half_of_python_s_calls() -> None:
    text = "NOT (" * 10 + "LOWER(host) = 'a'" + ")" * 10
    with pytest.raises(RestrictionError):
        of_jobs(text)  # the parenthesis of the function is one too many
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(650)
    try:
        assert of_jobs("NOT (" * 10 + "pid = 1" + ")" * 10).columns == ("pid",)
    finally:
        sys.setrecursionlimit(limit)
