"""The values in the tree of a restriction as terms: constants, columns, functions and sums."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlglot import exp

from jobsite.restrictions.columns import Kind
from jobsite.restrictions.comparing import UnlikeError, check_alike, is_time_like
from jobsite.restrictions.functions import Function
from jobsite.restrictions.leaves import Piece
from jobsite.restrictions.parsing import number_in, unreadable
from jobsite.restrictions.refusal import RestrictionError, shown
from jobsite.restrictions.terms import Applied, Constant, Interval, Level, Term, Unit

Node: TypeAlias = exp.Expr

LEAVES = (exp.Literal, exp.Identifier, exp.Anonymous)
"""What stands in the tree for a leaf or a function."""
SUMMED = {
    exp.Add: ("+", Level.SUM),
    exp.Sub: ("-", Level.SUM),
    exp.Mul: ("*", Level.PRODUCT),
    exp.Div: ("/", Level.PRODUCT),
}

NO_SUM = (
    "is no number: only an INTERVAL is added to a time or taken from it, and TIMESTAMPDIFF(SECOND, timestamp, NOW()) "
    "says how long ago something was."
)
ONLY_BESIDE_TIME = "An INTERVAL is added to a time or taken from one, as in NOW() - INTERVAL 2 HOUR."
ONLY_COMPARED = "can only be compared, because its spelling as a text differs: write it without e."


class ValueBuilder:
    """Builds the values of one restriction."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """`pieces` are what the numbers in the tree stand for."""
        self.pieces = pieces
        self.builders: Mapping[type[Node], Callable[[Any], Term]] = {
            **dict.fromkeys(SUMMED, self._sum),
            exp.Neg: self._negative,
            exp.Anonymous: self._call,
            exp.Paren: lambda node: self.term(node.this),
            exp.Literal: lambda node: self._leaf(node.name),
            exp.Column: lambda node: self._leaf(node.name),
        }

    def term(self, node: Node) -> Term:
        """Return what a node means. Raises RestrictionError."""
        build = self.builders.get(type(node))
        if build is None:
            raise unreadable(self.first(node))
        return build(node)

    def part(self, node: Node, least: Level) -> Term:
        """Return a part of a term, which has to bind as tightly as this where it stands in no parentheses."""
        part = self.term(node)
        if part.level < least and not isinstance(node, exp.Paren):
            raise unreadable(self.first(node))
        return part

    def value(self, node: Node, least: Level = Level.SUM) -> Term:
        """Return a part that is a value."""
        part = self.part(node, least)
        if isinstance(part, (Interval, Unit)):
            raise RestrictionError(ONLY_BESIDE_TIME, self.first(node).token.position)
        return part

    def exact(self, node: Node, least: Level = Level.SUM) -> Term:
        """Return a value that may be taken as a text: a number with an exponent has no one spelling."""
        value = self.value(node, least)
        if isinstance(value, Constant) and isinstance(value.value, float):
            raise self.refused(node, ONLY_COMPARED)
        return value

    def first(self, node: Node) -> Piece:
        """Return the first leaf or function of a node."""
        named = (one.name for one in node.walk() if isinstance(one, LEAVES))
        return self.pieces[min((number for number in map(number_in, named) if number is not None), default=0)]

    def refused(self, node: Node, why: str) -> RestrictionError:
        """Return the refusal of a node; `why` goes on after its first word."""
        token = self.first(node).token
        return RestrictionError(f"{shown(token.text)} {why}", token.position)

    def _sum(self, node: exp.Binary) -> Term:
        sign, level = SUMMED[type(node)]
        first, second = self.value(node.this, level), self.part(node.expression, Level(level + 1))
        pattern = f"{{}} {sign} {{}}"
        if isinstance(second, Interval) and level is Level.SUM and first.kind is Kind.TIME:
            return Applied(pattern, (first, second), Kind.TIME, level)
        if isinstance(second, (Interval, Unit)):
            raise RestrictionError(ONLY_BESIDE_TIME, self.first(node.expression).token.position)
        for part, at in ((first, node.this), (second, node.expression)):
            if part.kind is Kind.TIME:
                raise self.refused(at, NO_SUM)
        return Applied(pattern, (first, second), Kind.NUMBER, level)

    def _negative(self, node: exp.Neg) -> Term:
        number = self.value(node.this, Level.WHOLE)
        if not isinstance(number, Constant) or isinstance(number.value, str) or isinstance(node.this, exp.Paren):
            sentence = "A minus stands before a number, or between two values."
            raise RestrictionError(sentence, self.first(node.this).token.position)
        return Constant(-number.value)

    def _call(self, node: exp.Anonymous) -> Term:
        piece = self._piece(node.name)
        function = piece.leaf
        if not isinstance(function, Function):
            raise unreadable(piece)
        unit, nodes = self._unit(function, node.expressions)
        if not function.least <= len(nodes) <= function.most:
            raise RestrictionError(f"{function.name} takes {function.takes}.", piece.token.position)
        values = [self.exact(one) for one in nodes]
        for value, one in zip(values[: function.of_times], nodes, strict=False):
            if not is_time_like(value):
                raise self.refused(one, f"is no time, as {function.name} needs.")
        if function.kind is None:
            self._check_alike(values, nodes)
        pattern = f"{function.name}({', '.join(['{}'] * len([*unit, *values]))})"
        return Applied(pattern, (*unit, *values), function.kind or _kind_of(values))

    def _check_alike(self, values: Sequence[Term], nodes: Sequence[Node]) -> None:
        try:
            check_alike(values)
        except UnlikeError as error:
            raise self.refused(nodes[error.number], str(error)) from None

    def _unit(self, function: Function, nodes: Sequence[Node]) -> tuple[list[Term], Sequence[Node]]:
        """Return the unit of a function that takes one, and its other arguments."""
        if not function.takes_unit:
            return [], nodes
        unit = self.part(nodes[0], Level.WHOLE)
        if not isinstance(unit, Unit) or isinstance(nodes[0], exp.Paren):
            raise self.refused(nodes[0], f"is no unit of time, as {function.name} needs.")
        return [unit], nodes[1:]

    def _leaf(self, name: str) -> Term:
        piece = self._piece(name)
        if piece.leaf is None or isinstance(piece.leaf, Function):
            raise unreadable(piece)
        return piece.leaf

    def _piece(self, name: str) -> Piece:
        number = number_in(name)
        if number is None:
            raise unreadable(self.pieces[0])
        return self.pieces[number]


def _kind_of(values: Sequence[Term]) -> Kind:
    """Return what is one of these values, whichever that is: a time where one of them is."""
    kinds = {value.kind for value in values} - {Kind.NULL}
    return Kind.TIME if Kind.TIME in kinds else kinds.pop() if len(kinds) == 1 else Kind.TEXT
