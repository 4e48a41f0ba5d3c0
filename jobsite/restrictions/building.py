"""The tree of a restriction as terms, where it means the same to sqlglot and to both families of servers.

Their grammar (MySQL's sql_yacc.yy): an expression is OR, XOR, AND and NOT of predicates; what a predicate compares, and
each value of an IN, is taken here to be no looser than a sum. A tree that is so, with a node for each parenthesis of
the text, is the tree of the servers too, because their grammar has one tree for each text. All else is refused.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from jobsite.restrictions.columns import Kind
from jobsite.restrictions.comparing import UnlikeError, compared
from jobsite.restrictions.leaves import Piece
from jobsite.restrictions.parsing import number_in, unreadable
from jobsite.restrictions.refusal import RestrictionError
from jobsite.restrictions.terms import WORDS, Applied, Constant, Interval, Level, Term, Unit, Word
from jobsite.restrictions.values import LEAVES, Node, ValueBuilder

JOINED = {exp.Or: ("OR", Level.OR), exp.Xor: ("XOR", Level.XOR), exp.And: ("AND", Level.AND)}
COMPARED = {
    exp.EQ: "=",
    exp.NullSafeEQ: "<=>",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
NEGATED = {
    "{} IN (": "{} NOT IN (",
    "{} BETWEEN ": "{} NOT BETWEEN ",
    **{f"{{}} IS {word}": f"{{}} IS NOT {word}" for word in WORDS.values()},
}
"""What has a NOT of its own. sqlglot does not tell it from one before the value, and it selects the same rows."""
AFTER_ESCAPE = 'ESCAPE has one letter in quotation marks after it, as in ESCAPE "|".'
AFTER_IS = "IS has NULL, TRUE or FALSE after it, or NOT and one of these."


class Builder(ValueBuilder):
    """Builds the terms of one restriction."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """As ValueBuilder."""
        super().__init__(pieces)
        self.builders = {
            **self.builders,
            **dict.fromkeys(JOINED, self._joined),
            **dict.fromkeys(COMPARED, self._comparison),
            exp.Not: self._not,
            exp.Like: self._like,
            exp.Escape: self._escape,
            exp.In: self._in,
            exp.Between: self._between,
            exp.Is: self._is,
        }

    def restriction(self, tree: Node) -> Term:
        """Return the condition that the whole tree is. Raises RestrictionError."""
        if not self._is_whole(tree):
            raise unreadable(self.pieces[0])
        return self._condition(tree, Level.OR)

    def _is_whole(self, tree: Node) -> bool:
        """Say whether all leaves and parentheses of the text are in the tree: sqlglot leaves some out, or adds some."""
        nodes = list(tree.walk())
        leaves = [number_in(node.name) for node in nodes if isinstance(node, LEAVES)]
        opened = sum(piece.operator == "(" for piece in self.pieces)
        return sum(isinstance(node, (exp.Paren, exp.In, exp.Anonymous)) for node in nodes) == opened and (
            Counter(leaves) == Counter(number for number, piece in enumerate(self.pieces) if piece.leaf is not None)
        )

    def _condition(self, node: Node, least: Level) -> Term:
        part = self.part(node, least)
        if part.kind not in (Kind.CONDITION, Kind.NULL) or isinstance(part, (Interval, Unit)):
            raise self.refused(node, "is a value and no condition: compare it, as in pid > 1000.")
        return part

    def _joined(self, node: exp.Connector) -> Term:
        """Return an AND, OR or XOR of all that the same word joins: such chains are too long to go down one by one."""
        word, level = JOINED[type(node)]
        rest: Node = node
        nodes: list[Node] = []
        while type(rest) is type(node):
            nodes.append(rest.expression)
            rest = rest.this
        parts = tuple(self._condition(one, Level(level + 1)) for one in (rest, *reversed(nodes)))
        return Applied(f" {word} ".join(["{}"] * len(parts)), parts, Kind.CONDITION, level)

    def _not(self, node: exp.Not) -> Term:
        condition = self._condition(node.this, Level.NOT)
        for without, negated in NEGATED.items():
            if isinstance(condition, Applied) and condition.pattern.startswith(without):
                return replace(condition, pattern=condition.pattern.replace(without, negated, 1))
        return Applied("NOT {}", (condition,), Kind.CONDITION, Level.NOT)

    def _comparison(self, node: exp.Binary) -> Term:
        return self._predicate(f"{{}} {COMPARED[type(node)]} {{}}", [node.this, node.expression])

    def _between(self, node: exp.Between) -> Term:
        return self._predicate("{} BETWEEN {} AND {}", [node.this, node.args["low"], node.args["high"]])

    def _in(self, node: exp.In) -> Term:
        values = ", ".join(["{}"] * len(node.expressions))
        return self._predicate(f"{{}} IN ({values})", [node.this, *node.expressions])

    def _predicate(self, pattern: str, nodes: Sequence[Node]) -> Term:
        try:
            parts = compared([self.value(node) for node in nodes])
        except UnlikeError as error:
            raise self.refused(nodes[error.number], str(error)) from None
        return Applied(pattern, parts, Kind.CONDITION, Level.PREDICATE)

    def _like(self, node: exp.Like) -> Term:
        parts = self.exact(node.this), self.exact(node.expression, Level.WHOLE)
        pattern = "{} NOT LIKE {}" if node.args.get("negate") else "{} LIKE {}"
        return Applied(pattern, parts, Kind.CONDITION, Level.PREDICATE)

    def _escape(self, node: exp.Escape) -> Term:
        like, escape = self.part(node.this, Level.PREDICATE), self.value(node.expression, Level.WHOLE)
        if not isinstance(like, Applied) or not isinstance(node.this, exp.Like):
            raise unreadable(self.first(node.expression))
        if not isinstance(escape, Constant) or not isinstance(escape.value, str) or len(escape.value) != 1:
            raise RestrictionError(AFTER_ESCAPE, self.first(node.expression).token.position)
        return replace(like, pattern=f"{like.pattern} ESCAPE {{}}", parts=(*like.parts, escape))

    def _is(self, node: exp.Is) -> Term:
        word = self.value(node.expression, Level.WHOLE)
        if not isinstance(word, Word) or isinstance(node.expression, exp.Paren):
            raise RestrictionError(AFTER_IS, self.first(node.expression).token.position)
        return self._predicate(f"{{}} IS {WORDS[word.value]}", [node.this])
