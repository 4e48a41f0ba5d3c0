"""The words of a restriction, understood: which is a column, which a function, an operator, a value.

What stands for a value becomes a leaf: sqlglot is given a number in its place, and so no letter of a person's reaches
the tree of operators.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from jobsite.restrictions.columns import Column, column_named
from jobsite.restrictions.functions import FUNCTIONS, MOMENTS, UNITS, WITHOUT_PARENTHESES, Function
from jobsite.restrictions.lexing import CURVED, Token
from jobsite.restrictions.literals import MOST_DIGITS, number_in, text_in
from jobsite.restrictions.refusal import RestrictionError, shown, unknown
from jobsite.restrictions.terms import Constant, Interval, Moment, Named, Unit, Word

OPERATORS = frozenset({"AND", "OR", "XOR", "NOT", "LIKE", "ESCAPE", "IN", "BETWEEN", "IS"})
WORDS = {"NULL": None, "TRUE": True, "FALSE": False}

NOT_TAKEN = {
    **dict.fromkeys(("SELECT", "UNION", "EXISTS", "FROM", "WHERE"), "begins no condition: a restriction asks no table"),
    **dict.fromkeys(("REGEXP", "RLIKE"), 'is not taken: write LIKE, as in error_message LIKE "%CUDA%"'),
    **dict.fromkeys(("COLLATE", "BINARY", "CAST", "CONVERT"), "is not taken: a column is compared as it is stored"),
    **dict.fromkeys(("CASE", "IF"), "is not taken: write the conditions with AND and OR"),
    **dict.fromkeys(("ORDER", "GROUP", "LIMIT", "HAVING"), "is not taken: a restriction only says which rows"),
    **dict.fromkeys(("DIV", "MOD"), "is not taken: the signs of arithmetic are + - * and /"),
}
"""Words of SQL that no restriction has, and why."""

Leaf: TypeAlias = "Named | Constant | Word | Moment | Interval | Unit | Function"


class Piece(NamedTuple):
    """An operator or a sign with no leaf, or a leaf in the place of its tokens."""

    token: Token
    """The first of its tokens."""
    operator: str = ""
    leaf: "Leaf | None" = None

    @property
    def ends_value(self) -> bool:
        """Say whether a value may end with it."""
        return self.operator == ")" or (self.leaf is not None and not isinstance(self.leaf, Function))

    @property
    def begins_value(self) -> bool:
        """Say whether a value may begin with it, and nothing that goes on with one."""
        return self.operator == "(" or self.leaf is not None


class Leaves:
    """Understands the tokens of one restriction, one after another."""

    def __init__(self, tokens: Sequence[Token], columns: Sequence[Column]) -> None:
        """`columns` are those that may be named."""
        self.tokens, self.columns = tokens, columns
        self.at = 0

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces. Raises RestrictionError."""
        while self.at < len(self.tokens):
            token = self._take()
            if token.kind == "sign" or token.word in OPERATORS:
                yield Piece(token, operator=token.word or token.text)
            else:
                yield Piece(token, leaf=self._leaf(token))

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _leaf(self, token: Token) -> Leaf:
        if token.kind == "text":
            return Constant(text_in(token.text))
        if token.kind == "number":
            return Constant(_number(token))
        if token.kind == "name":
            return self._column(token, token.text[1:-1].replace("``", "`"))
        if token.word in WORDS:
            return Word(WORDS[token.word])
        if token.word == "INTERVAL":
            return self._interval(token)
        return self._named(token)

    def _named(self, token: Token) -> Leaf:
        """Return what a word names: a unit, a moment, a function where a parenthesis follows, or a column."""
        if self._is_unit_expected():
            return Unit(_unit(token))
        ahead = self._next()
        if ahead is not None and ahead.is_sign("("):
            return self._called(token, ahead)
        if token.word in WITHOUT_PARENTHESES:
            return Moment(MOMENTS[token.word])
        return self._column(token, token.text)

    def _is_unit_expected(self) -> bool:
        before = self.tokens[max(0, self.at - 3) : self.at - 1]
        if len(before) < 2 or not before[1].is_sign("("):
            return False
        function = FUNCTIONS.get(before[0].word)
        return function is not None and function.takes_unit

    def _called(self, token: Token, opening: Token) -> Leaf:
        word = token.word
        if word not in FUNCTIONS and word not in MOMENTS:
            raise _no_function(token, self.columns)
        if opening.position != token.end:
            raise RestrictionError(f"{word} has to stand right before its (, without a blank.", token.end)
        if word in FUNCTIONS:
            return FUNCTIONS[word]
        self._take()
        closing = self._next()
        if closing is None or not closing.is_sign(")"):
            raise RestrictionError(f"{word}() takes nothing in its parentheses.", opening.position)
        self._take()
        return Moment(MOMENTS[word])

    def _column(self, token: Token, name: str) -> Named:
        column = column_named(name, self.columns)
        if column is None:
            raise self._no_column(token, name)
        if column.refusal:
            raise RestrictionError(f"{shown(column.name)} {column.refusal}", token.position)
        return Named(column)

    def _no_column(self, token: Token, name: str) -> RestrictionError:
        word = token.word
        if any(mark in name for mark in CURVED):
            sentence = f"{shown(name.strip(CURVED))} stands in quotation marks that no server reads: write \" or '."
            return RestrictionError(sentence, token.position)
        if word in NOT_TAKEN:
            return RestrictionError(f"{shown(name)} {NOT_TAKEN[word]}.", token.position)
        if word in FUNCTIONS or word in MOMENTS:
            return RestrictionError(f"{word} is a function: write {word}( and ) after it.", token.end)
        # Where a value is expected, a text without its quotation marks stands there more often than a column.
        names = [column.name for column in self.columns if not column.refusal]
        otherwise = f'the columns are {", ".join(names)}, and a text stands in quotation marks, as in "error"'
        return unknown(name, token.position, "column here", names, otherwise)

    def _interval(self, token: Token) -> Interval:
        minus = self.at < len(self.tokens) and self.tokens[self.at].is_sign("-")
        ahead = self.tokens[self.at + minus : self.at + minus + 2]
        amount = _number(ahead[0]) if len(ahead) == 2 and ahead[0].kind == "number" else None
        if amount is None or isinstance(amount, float):
            sentence = "INTERVAL has a number and a unit after it, as in INTERVAL 2 HOUR."
            raise RestrictionError(sentence, token.position)
        self.at += minus + 2
        return Interval(-amount if minus else amount, _unit(ahead[1]))


def _number(token: Token) -> int | Decimal | float:
    value = number_in(token.text)
    if value is None:
        raise RestrictionError(
            f"{shown(token.text)} is too large or too long: numbers are exact up to {MOST_DIGITS} digits.",
            token.position,
        )
    return value


def _unit(token: Token) -> str:
    if token.word not in UNITS:
        raise unknown(token.text, token.position, "unit of time", UNITS, f"write one of {', '.join(UNITS)}")
    return token.word


def _no_function(token: Token, columns: Sequence[Column]) -> RestrictionError:
    if token.word in NOT_TAKEN:
        return RestrictionError(f"{shown(token.text)} {NOT_TAKEN[token.word]}.", token.position)
    if column_named(token.text, columns):
        return RestrictionError(f"An operator is missing between {shown(token.text)} and (.", token.end)
    known = [*FUNCTIONS, *MOMENTS]
    return unknown(token.text, token.position, "function of a restriction", known, f"write one of {', '.join(known)}")
