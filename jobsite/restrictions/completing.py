"""What may follow at a place of a restriction that somebody is writing? Words of ours, or a value of a column.

It is a help alone: only reading a text says whether it is a restriction.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from jobsite.restrictions.columns import Column, Kind, column_named
from jobsite.restrictions.lexing import IN_WORD, LONGEST, TOKEN, Token
from jobsite.restrictions.literals import as_literal

JOINS = frozenset({"AND", "OR", "XOR", "&&", "||"})
COMPARISONS = frozenset({"=", "<=>", "<>", "!=", "<", "<=", ">", ">=", "LIKE"})
REST_OF_WORD = re.compile(rf"[{IN_WORD}.]*")
REST_OF_TEXT = {quote: re.compile(rf"[^{quote}]*{quote}") for quote in "'\"`"}
QUOTES = "'\"`"


class Completion(NamedTuple):
    """A word or a value that may follow: what is written for it, and what it means in a few words."""

    text: str
    about: str = ""


class Expected(Enum):
    """What follows in a restriction."""

    CONDITION = auto()
    OPERATOR = auto()
    VALUE = auto()
    LIST = auto()
    """The parenthesis after IN."""
    NEXT_IN_LIST = auto()
    UPPER_BOUND = auto()
    """The AND of a BETWEEN."""
    AFTER_IS = auto()
    JOIN = auto()
    NOTHING = auto()
    """Nothing that could be offered."""


EQUAL = Completion("=", "is exactly")
UNEQUAL = Completion("<>", "is anything else")
IN, IS_NULL = Completion("IN (", "is one of several"), Completion("IS NULL", "nothing is stored")
BETWEEN = Completion("BETWEEN", "from one to another, with both")
OPERATORS: Mapping[Kind, Sequence[Completion]] = {
    Kind.TEXT: (
        EQUAL,
        Completion("LIKE", "is like: % stands for any letters, _ for one"),
        Completion("NOT LIKE", "is not like"),
        UNEQUAL,
        IN,
        IS_NULL,
    ),
    Kind.NUMBER: (
        EQUAL,
        UNEQUAL,
        Completion(">", "is more than"),
        Completion("<", "is less than"),
        BETWEEN,
        IN,
        IS_NULL,
    ),
    Kind.TIME: (Completion(">", "is later than"), Completion("<", "is earlier than"), BETWEEN, IS_NULL),
}
TIMES = (
    *(
        Completion(f"NOW() - INTERVAL {amount} {unit}", f"{amount} {unit.lower()}{'s' if amount > 1 else ''} ago")
        for amount, unit in ((1, "HOUR"), (2, "HOUR"), (1, "DAY"), (7, "DAY"))
    ),
    Completion("CURDATE()", "today at midnight, where the server is"),
)
WORDS: Mapping[Expected, Sequence[Completion]] = {
    Expected.LIST: (Completion("(", "begins the values"),),
    Expected.NEXT_IN_LIST: (Completion(",", "another one"), Completion(")", "that is all")),
    Expected.UPPER_BOUND: (Completion("AND", "up to"),),
    Expected.AFTER_IS: (Completion("NULL", "nothing is stored"), Completion("NOT NULL", "something is stored")),
    Expected.JOIN: (Completion("AND", "both must hold"), Completion("OR", "one of them must hold")),
}
NOT = Completion("NOT", "what follows must not hold")


@dataclass(frozen=True)
class Place:
    """A place in a text, and what may follow there."""

    start: int
    end: int
    """From where to where the word stands that is being written; what is taken stands there instead."""
    typed: str = ""
    """That word up to the place, without a quotation mark before it."""
    words: Sequence[Completion] = ()
    """The words that may follow and go on with what was typed."""
    column: Column | None = None
    """The column of which a value may follow; None where none may."""

    def values(self, known: Iterable[tuple[object, int]]) -> Iterator[tuple[str, int]]:
        """Yield those of the known values that go on with what was typed, as they are written, each with its number."""
        small = self.typed.casefold()
        found = [(value, number) for value, number in known if small in str(value).casefold()]
        for value, number in sorted(found, key=lambda one: not str(one[0]).casefold().startswith(small)):
            yield as_literal(value) if isinstance(value, str) else str(value), number


def place_in(text: str, at: int, columns: Sequence[Column]) -> Place:
    """Return what may follow after the first `at` characters of a text, which may name these columns."""
    at = max(0, min(at, len(text)))
    if len(text) > LONGEST:
        return Place(at, at)
    tokens, rest = _tokens_before(text[:at])
    if tokens and not rest and tokens[-1].end == at and tokens[-1].kind in ("word", "number"):
        *tokens, last = tokens
        rest = last.text
    if rest and rest[0] not in QUOTES and not REST_OF_WORD.fullmatch(rest):
        return Place(at, at)
    walk = _Walk(columns)
    for token in tokens:
        walk.take(token)
    start, typed = at - len(rest), rest.lstrip(QUOTES)
    words = () if rest[:1] in ("'", '"') else walk.words
    is_value = walk.expected is Expected.VALUE and walk.column is not None
    return Place(start, _end(text, at, rest), typed, _going_on(words, typed), walk.column if is_value else None)


def _tokens_before(text: str) -> tuple[list[Token], str]:
    """Return the tokens of a text, and what is left at its end that is none, such as a text without its end."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None or found.lastgroup in (None, "comment"):
            return tokens, text[at:]
        if found.lastgroup != "blank":
            tokens.append(Token(str(found.lastgroup), found[0], at))
        at = found.end()
    return tokens, ""


def _end(text: str, at: int, rest: str) -> int:
    """Return where the word ends that goes on after the place."""
    going_on = REST_OF_TEXT.get(rest[:1])
    found = (going_on.match(text, at) if going_on else None) or (REST_OF_WORD.match(text, at) if rest else None)
    return found.end() if found else at


def _going_on(words: Iterable[Completion], typed: str) -> Sequence[Completion]:
    """Return the words that contain what was typed, those first that begin with it."""
    small = typed.casefold()
    found = [word for word in words if small in word.text.casefold()]
    return sorted(found, key=lambda word: not word.text.casefold().startswith(small))


class _Walk:
    """Goes through the tokens before a place, and knows what may follow."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.column: Column | None = None
        self.expected = Expected.CONDITION
        self.bounds = 0
        """Bounds of a BETWEEN that are still to come."""
        self.in_list = False

    @property
    def words(self) -> Sequence[Completion]:
        """The words that may follow."""
        if self.expected is Expected.CONDITION:
            return (*(Completion(one.name, one.kind.value) for one in self.columns if not one.refusal), NOT)
        if self.expected is Expected.OPERATOR and self.column:
            return OPERATORS[self.column.kind]
        if self.expected is Expected.VALUE:
            return TIMES if self.column and self.column.kind is Kind.TIME else ()
        return WORDS.get(self.expected, ())

    def take(self, token: Token) -> None:
        """Go on after a token."""
        word = token.word or token.text
        if word in JOINS and not (word == "AND" and self.bounds):
            self.column, self.expected, self.in_list = None, Expected.CONDITION, False
        elif token.is_sign("(") or token.is_sign(")") or token.is_sign(","):
            self.expected = self._after_sign(token.text)
        else:
            self.expected = self._after(token, word)

    def _after_sign(self, sign: str) -> Expected:
        if sign == "(" and self.expected is Expected.LIST:
            self.in_list = True
            return Expected.VALUE
        if self.expected in (Expected.JOIN, Expected.NEXT_IN_LIST):
            if sign == "," and self.in_list:
                return Expected.VALUE
            self.in_list = self.in_list and sign != ")"
            return Expected.JOIN if sign == ")" or self._goes_on() else Expected.NOTHING
        return self.expected if sign == "(" and self.expected is Expected.CONDITION else Expected.NOTHING

    def _after(self, token: Token, word: str) -> Expected:
        match self.expected:
            case Expected.CONDITION if word != "NOT":
                name = token.text.strip("`") if token.kind in ("word", "name") else ""
                self.column = column_named(name, self.columns)
                return Expected.OPERATOR if self.column and not self.column.refusal else Expected.NOTHING
            case Expected.OPERATOR if word != "NOT":
                return self._after_operator(word)
            case Expected.VALUE:
                self.bounds = max(0, self.bounds - 1)
                return self._after_value()
            case Expected.UPPER_BOUND if word == "AND":
                return Expected.VALUE
            case Expected.AFTER_IS if word != "NOT":
                return Expected.JOIN
            case Expected.JOIN | Expected.UPPER_BOUND if not self._goes_on():
                return Expected.NOTHING
            case expected:
                return expected

    def _after_operator(self, word: str) -> Expected:
        self.bounds = 2 if word == "BETWEEN" else 0
        if word in COMPARISONS or self.bounds:
            return Expected.VALUE
        return {"IN": Expected.LIST, "IS": Expected.AFTER_IS}.get(word, Expected.NOTHING)

    def _after_value(self) -> Expected:
        if self.bounds:
            return Expected.UPPER_BOUND
        return Expected.NEXT_IN_LIST if self.in_list else Expected.JOIN

    def _goes_on(self) -> bool:
        """Say whether a value may have more than one token, as NOW() - INTERVAL 2 HOUR has."""
        return self.column is not None and self.column.kind is Kind.TIME
