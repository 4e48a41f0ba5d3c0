"""Restrictions made at random, as people write them and as nobody would.

Hypothesis chooses the seed: to draw each word by itself takes it a hundred times as long as to ask the server.
"""

from collections.abc import Callable, Sequence
from random import Random

from hypothesis import strategies as st

from jobsite.restrictions.columns import CONNECTIONS, JOBS, Column, Kind

Way = Callable[[], str]

WORDS = (
    *(
        "error",
        "reserved",
        "ERROR",
        "Reserved",
        "ignore",
        "alice@10.0.0.1",
        "alice@%",
        "bob",
        "BOB",
        "gpu01",
        "__score",
    ),
    *("CUDA error: out of memory", "100%", "1000 of it", "a_b", "axb", "", " ", "error ", "12", "12abc", "-1", "0"),
    *("1e1", "é", "É", "e", "ß", "ss", "o'neil", 'say "x"', "back\\slash", "tab\there", "line\nbreak", "lab_ephys"),
    *("Sleep", "2026-11-27", "Query", "SELECT 1 -- x", "0123456789abcdef0123456789abcdef", "a|%", "\\%", "a\\_b"),
    *("1000", "Ω", "ж", "漢", "🧠", "😀"),
)
TIMES = (
    *("2026-11-27", "2026-11-26 23:30:00", "2026-11-27 10:00", "2026-1-2", "2026-11-27T10:00:00", "1999-12-31"),
    *("2026-11-27 10:30:00", "2037-01-01", "2026-11-27 17:30:00", "2026-11-27 09:59:59.5", "2025-08-22 01:30:00"),
)
PATTERNS = (
    *("%CUDA%", "%e%", "_rror", "100\\%", "100|%%", "%", "", "a\\_b", "%\\\\%", "1%", "%É%", "%🧠%", "%a|b%", "e__or"),
    *("%o%o%", "2026-11-2%", "%:30:%", "%0", "\\", "%|", "ee%", "100e%%", "ALICE@%", "__e%"),
)
UNITS = ("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
COMPARISONS = ("=", "=", "!=", "<>", "<", "<=", ">", ">=", "<=>")
BLANKS = (" ",) * 8 + ("  ", "\t", "\n", " \r\n ")
INTEGERS = (*range(-3, 14), 600, 1000, 4242, 2**32 - 1, 2**63, 2**64 - 1, 2**64, 10**30)
NUMBERS = (*map(str, INTEGERS), "007", "1.50", ".5", "0.0", "12.0", "599.99", "-0.5", "1000.000001")
DOUBLES = ("1e3", "4.242E3", "1.5e-2", "12e0", "-1e1", "1e300", "1.2e1")
NOW = ("NOW()", "now()", "CURRENT_TIMESTAMP", "current_timestamp()", "LOCALTIMESTAMP", "CURDATE()", "CURRENT_DATE")
STRAY = (
    *("", "", "", "'", '"', "`", "\\", "(", ")", ",", ";", "--", "-- ", "#", "/*", "*/", "/*!50000 ", "@", "@@version"),
    *("%", "!", "%s", " NOT ", " AND ", " = ", "-", "+", " IS ", " IN ", "0x41", "x'41'", "_latin1", "N", "1e", "1."),
    *(".", "\x00", "\ud800", "SELECT 1", "(SELECT 1)", " COLLATE utf8mb4_bin", "BINARY ", "SLEEP(1)", "USER()", ":"),
    *(
        "?",
        "||",
        "&",
        "|",
        "~",
        "'a' 'b'",
        "é",
        "\xa0",
        "\u2028",
        " DIV ",
        " LIKE ",
        " BETWEEN ",
        " NULL",
        "2",
        " XOR ",
    ),
    *("<", "=", ">", "*", "/", " ESCAPE '|'", "&&", "<=>", " ^ ", "::", "->", "{", "}", "[", "]"),
)


def quoted(text: str, quote: str) -> str:
    """Return a text as a person quotes it: backslashes doubled but before % and _, the quote doubled."""
    written = text.replace("\\", "\\\\").replace("\\\\%", "\\%").replace("\\\\_", "\\_")
    return quote + written.replace(quote, quote * 2) + quote


class Author:
    """Writes restrictions on one table."""

    def __init__(self, columns: Sequence[Column], seed: int) -> None:
        self.random = Random(seed)
        self.columns = [column for column in columns if not column.refusal]

    def restriction(self) -> str:
        """Return one of the grammar, or, one time in four, one that is changed somewhere."""
        text = self.condition(self.random.choice((0, 0, 1, 1, 2, 3)))
        if self.random.random() < 0.75:
            return text
        at = self.random.randrange(len(text) + 1)
        return text[:at] + self.random.choice(STRAY) + text[at + self.random.randrange(4) :]

    # --- Words -------------------------------------------------------------------------------------------------------
    def one(self, *words: str) -> str:
        """Return one of these words, in capital, small or mixed letters."""
        word = self.random.choice(words)
        return self.random.choice((word, word, word, word.lower(), word.upper(), word.title()))

    def one_of(self, *ways: "Way") -> str:
        """Return what one of these writes."""
        return self.random.choice(ways)()

    def column(self, *kinds: Kind) -> str:
        """Return the name of a column, of any kind or of one of these, with or without backticks."""
        names = [column.name for column in self.columns if not kinds or column.kind in kinds]
        name = self.one(*names)
        return self.random.choice((name, name, name, f"`{name}`"))

    def string(self, texts: Sequence[str] = WORDS) -> str:
        """Return a text in quotation marks."""
        if self.random.random() < 0.1:
            letters = [chr(self.random.choice((self.random.randrange(1, 256), 39, 34, 92, 37, 95))) for _ in range(5)]
            return quoted("".join(letters), self.random.choice("'\""))
        return quoted(self.random.choice(texts), self.random.choice("'\""))

    def number(self) -> str:
        """Return a number without an exponent."""
        return self.random.choice(NUMBERS)

    def small(self) -> str:
        """Return a small number."""
        return str(self.random.randrange(-2, 9))

    @property
    def has_times(self) -> bool:
        """Say whether the table has a column of times."""
        return any(column.kind is Kind.TIME for column in self.columns)

    # --- Values ------------------------------------------------------------------------------------------------------
    def text(self, depth: int = 2) -> str:
        """Return a column or a function of text, or a text."""
        names = ("LOWER", "UPPER", "TRIM", "LTRIM", "RTRIM", "LEFT", "RIGHT", "SUBSTRING", "SUBSTRING_INDEX", "REPLACE")
        if depth == 0 or self.random.random() < 0.6:
            return self.string() if self.random.random() < 0.15 else self.column(Kind.TEXT)
        name, text = self.one(*names, "CONCAT", "IFNULL", "COALESCE"), self.text(depth - 1)
        more: dict[str, list[Way]] = {
            "LEFT": [self.small],
            "RIGHT": [self.small],
            "SUBSTRING": [self.small] * self.random.randrange(1, 3),
            "SUBSTRING_INDEX": [self.string, self.small],
            "REPLACE": [self.string, self.string],
            "CONCAT": [self.string, self.number, self.text][: self.random.randrange(4)],
            "IFNULL": [self.text],
            "COALESCE": [self.text, self.text],
        }
        arguments = [text, *(write() for write in more.get(name.upper(), ()))]
        return f"{name}({', '.join(arguments)})"

    def numeric(self, depth: int = 2) -> str:
        """Return a column, a function or a sum of numbers, or a number."""
        if depth == 0 or self.random.random() < 0.5:
            return self.number() if self.random.random() < 0.3 else self.column(Kind.NUMBER)
        if self.random.random() < 0.4:
            return self.sum(depth)
        return self.one_of(
            lambda: f"{self.one('LENGTH', 'CHAR_LENGTH')}({self.text()})",
            lambda: f"LOCATE({self.string()}, {self.text()})",
            lambda: f"INSTR({self.text()}, {self.string()})",
            lambda: f"{self.one('IFNULL', 'COALESCE')}({self.column(Kind.NUMBER)}, {self.number()})",
            *([self.part_of_time] * 4 + [self.difference] * 2 if self.has_times else []),
        )

    def sum(self, depth: int) -> str:
        """Return two numbers with a sign between."""
        text = f"{self.numeric(depth - 1)} {self.random.choice('+-*/')} {self.numeric(depth - 1)}"
        return f"({text})" if self.random.random() < 0.3 else text

    def part_of_time(self) -> str:
        """Return the hour of a time, or the like."""
        name = self.one("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEKDAY", "DAYOFWEEK")
        return f"{name}({self.time()})"

    def difference(self) -> str:
        """Return the time between two times."""
        return f"TIMESTAMPDIFF({self.one(*UNITS)}, {self.time()}, {self.one_of(self.time, self.moment)})"

    def interval(self) -> str:
        """Return an interval with its sign."""
        amount = self.random.choice((*map(str, range(12)), "1.5", "-2", "30", "90"))
        return f"{self.random.choice('+-')} INTERVAL {amount} {self.one(*UNITS)}"

    def moment(self) -> str:
        """Return a time without a column."""
        now = self.random.choice(NOW)
        return f"{now} {self.interval()}" if self.random.random() < 0.5 else now

    def time(self) -> str:
        """Return a time with a column."""
        column = self.column(Kind.TIME)
        moved, known = f"{column} {self.interval()}", f"IFNULL({column}, {self.moment()})"
        return self.random.choice((column, column, column, f"DATE({column})", moved, known))

    def value(self) -> str:
        """Return any value."""
        return self.one_of(self.text, self.text, self.numeric, self.column, self.string, self.number)

    def constant(self) -> str:
        """Return a value to compare with."""
        return self.one_of(self.string, self.string, self.number, lambda: self.random.choice(DOUBLES), self.word)

    def word(self) -> str:
        """Return NULL, TRUE or FALSE."""
        return self.one("NULL", "TRUE", "FALSE")

    # --- Conditions --------------------------------------------------------------------------------------------------
    def condition(self, depth: int) -> str:
        """Return a condition, of others in so many steps."""
        if depth == 0:
            return self.predicate()
        first, second = self.condition(depth - 1), self.condition(self.random.randrange(depth))
        word = self.one("AND", "AND", "OR", "OR", "&&", "||", "XOR")
        return self.one_of(
            *[lambda: f"{first}{self.random.choice(BLANKS)}{word}{self.random.choice(BLANKS)}{second}"] * 4,
            *[lambda: f"({first}) {word} {second}"] * 2,
            lambda: f"NOT {first}",
            lambda: f"NOT ({first})",
            lambda: f"({first}) {self.random.choice(COMPARISONS)} {self.one_of(self.word, self.number)}",
            lambda: f"({first}) IS {self.one('NOT ', '')}{self.word()}",
        )

    def predicate(self) -> str:
        """Return a comparison."""
        sign, negated = self.random.choice(COMPARISONS), self.one("", "", "NOT ")
        ways = [
            lambda: f"{self.column()}{sign}{self.string()}",
            lambda: f"{self.text()} {sign} {self.text()}",
            lambda: f"{self.numeric()} {sign} {self.numeric()}",
            lambda: f"{self.value()} {sign} {self.constant()}",
            lambda: f"{self.value()} {negated}IN ({self.several()})",
            lambda: f"{self.value()} {negated}BETWEEN {self.value()} AND {self.constant()}",
            lambda: f"{self.value()} IS {self.one('', 'NOT ')}{self.word()}",
        ]
        return self.one_of(*ways, *[self.like] * 2, *([self.time_predicate] * 4 if self.has_times else []))

    def like(self) -> str:
        """Return a LIKE."""
        value = self.one_of(self.text, self.text, self.column, self.numeric)
        escape = self.random.choice(("", "", "", ' ESCAPE "|"', " ESCAPE '\\\\'", ' escape "e"', " ESCAPE 'é'"))
        pattern = (
            self.string(PATTERNS) if self.random.random() < 0.8 else self.one_of(self.number, lambda: self.text(1))
        )
        return f"{value} {self.one('', '', 'NOT ')}LIKE {pattern}{escape}"

    def several(self) -> str:
        """Return the values of an IN."""
        return ", ".join(self.one_of(self.constant, self.value) for _ in range(self.random.randrange(1, 5)))

    def time_predicate(self) -> str:
        """Return a comparison of times."""
        times = [self.moment, lambda: self.string(TIMES), lambda: self.string(TIMES)]
        low, high, sign = self.one_of(*times), self.one_of(*times), self.random.choice(COMPARISONS)
        return self.one_of(
            lambda: f"{self.time()} {sign} {low}",
            lambda: f"{low} {sign} {self.time()}",
            lambda: f"{self.time()} {self.one('', 'NOT ')}BETWEEN {low} AND {high}",
            lambda: f"{self.time()} {self.one('', 'NOT ')}IN ({low}, {high})",
            lambda: f"{self.time()} {sign} {self.time()}",
            lambda: f"{self.time()} LIKE {self.string(PATTERNS)}",
            *[lambda: f"{self.part_of_time()} {sign} {self.random.randrange(61)}"] * 2,
            lambda: f"{self.part_of_time()} {sign} {self.part_of_time()}",
            lambda: f"{self.difference()} {sign} {self.number()}",
        )


def _written_by(columns: Sequence[Column]) -> st.SearchStrategy[str]:
    return st.integers(0, 2**64).map(lambda seed: Author(columns, seed).restriction())


OF_JOBS, OF_CONNECTIONS = _written_by(JOBS), _written_by(CONNECTIONS)
