"""The operators of a restriction as a tree, by sqlglot.

sqlglot takes more than the servers do, and passes over some of what they refuse: so what it is given has been read by
ours (leaves.py), and what it gives back is looked at node by node (building.py).
"""

import re
from collections.abc import Sequence

from sqlglot import ErrorLevel, ParseError, Token, TokenType, exp
from sqlglot.dialects.mysql import MySQL

from jobsite.restrictions.functions import Function
from jobsite.restrictions.leaves import Piece
from jobsite.restrictions.refusal import RestrictionError, shown
from jobsite.restrictions.terms import Constant, Named

DEEPEST = 10
"""Parentheses in parentheses: sqlglot takes some forty calls of Python's thousand for each."""
MOST_SUMS = 100
"""Signs of arithmetic."""

TYPES = {
    "AND": TokenType.AND,
    "&&": TokenType.DAMP,
    "OR": TokenType.OR,
    "||": TokenType.DPIPE,
    "XOR": TokenType.XOR,
    "NOT": TokenType.NOT,
    "LIKE": TokenType.LIKE,
    "ESCAPE": TokenType.ESCAPE,
    "IN": TokenType.IN,
    "BETWEEN": TokenType.BETWEEN,
    "IS": TokenType.IS,
    "=": TokenType.EQ,
    "<=>": TokenType.NULLSAFE_EQ,
    "<>": TokenType.NEQ,
    "!=": TokenType.NEQ,
    "<": TokenType.LT,
    "<=": TokenType.LTE,
    ">": TokenType.GT,
    ">=": TokenType.GTE,
    "(": TokenType.L_PAREN,
    ")": TokenType.R_PAREN,
    ",": TokenType.COMMA,
    "+": TokenType.PLUS,
    "-": TokenType.DASH,
    "*": TokenType.STAR,
    "/": TokenType.SLASH,
}
PREDICATES = frozenset({"LIKE", "IN", "BETWEEN", "IS", "=", "<=>", "<>", "!=", "<", "<=", ">", ">="})
JOINS = frozenset({"AND", "&&", "OR", "||", "XOR", ","})
SUMS = frozenset("+-*/")
NEGATED = frozenset({"IN", "LIKE", "BETWEEN"})
"""What has its NOT before it."""
AFTER_VALUE = frozenset(TYPES) - {"NOT", "(", "-"}
"""What stands after a value only. sqlglot passes over a plus before one, also where the servers refuse it."""

CHAIN = (
    "would compare what a comparison before it gives: write AND between two comparisons, "
    "or parentheses around one, as in (pid > 5) = TRUE."
)

NAMED = "leaf{}"
"""What stands for a column or a function, by its number."""
NUMBER = re.compile(r"(?:leaf)?([0-9]+)", re.ASCII)


def tree_of(pieces: Sequence[Piece], end: int) -> exp.Expr:
    """Return the tree; `end` is the position after the text. Raises RestrictionError."""
    _check_order(pieces, end)
    _check_depth(pieces)
    _check_repeats(pieces)
    _check_chains(pieces)
    tokens = [_token(number, piece) for number, piece in enumerate(pieces)]
    parser = MySQL().parser(error_level=ErrorLevel.IMMEDIATE)
    try:
        (tree,) = parser.parse_into(exp.Condition, tokens)
    except ParseError as error:
        # Each of our tokens bears its number as its column.
        found = pieces[int(error.errors[0].get("col") or 0)]
        raise unreadable(found) from None
    if tree is None:
        raise unreadable(pieces[0])
    return tree


def number_in(name: str) -> int | None:
    """Return the number of the piece for which a name in the tree stands; None where sqlglot has made up the name."""
    found = NUMBER.fullmatch(name)
    return int(found[1]) if found else None


def unreadable(piece: Piece) -> RestrictionError:
    """Return the refusal of what stands where the grammar has no place for it."""
    sentence = f'{shown(piece.token.text)} cannot stand here: a restriction is like status = "error" AND pid > 1000.'
    return RestrictionError(sentence, piece.token.position)


def _token(number: int, piece: Piece) -> Token:
    if isinstance(piece.leaf, (Named, Function)):
        kind, text = TokenType.VAR, NAMED.format(number)
    elif piece.leaf is None:
        kind, text = TYPES[piece.operator], piece.operator
    else:
        is_text = isinstance(piece.leaf, Constant) and isinstance(piece.leaf.value, str)
        kind, text = TokenType.STRING if is_text else TokenType.NUMBER, str(number)
    return Token(kind, text, line=1, col=number)


def _check_order(pieces: Sequence[Piece], end: int) -> None:
    """Refuse what has a value where an operator should be, or the other way round: by far most mistakes."""
    after_value = after_not = False
    for before, piece in zip((None, *pieces), pieces, strict=False):
        if before is not None and after_value and piece.begins_value:
            words = f"{shown(before.token.text)} and {shown(piece.token.text)}"
            raise RestrictionError(f"An operator such as = or AND is missing between {words}.", piece.token.position)
        if after_not and piece.operator not in NEGATED:
            raise unreadable(piece)
        if not after_value and not after_not and piece.operator in AFTER_VALUE:
            raise RestrictionError(f"A value is missing before {shown(piece.token.text)}.", piece.token.position)
        after_value, after_not = piece.ends_value, after_value and piece.operator == "NOT"
    if not pieces:
        raise RestrictionError('A restriction is a condition, as in status = "error".', 0)
    if not after_value:
        raise RestrictionError(f"A value is missing after {shown(pieces[-1].token.text)}.", end)


def _check_depth(pieces: Sequence[Piece]) -> None:
    """Refuse what would take sqlglot too many calls in one another."""
    opened: list[Piece] = []
    for piece in pieces:
        if piece.operator == "(":
            opened.append(piece)
        elif piece.operator == ")":
            if not opened:
                raise RestrictionError("This ) closes nothing.", piece.token.position)
            opened.pop()
        if len(opened) > DEEPEST:
            raise RestrictionError(f"Parentheses may stand {DEEPEST} deep in one another.", piece.token.position)
    if opened:
        raise RestrictionError("This ( is not closed: put ) after what it groups.", opened[-1].token.position)
    sums = [piece for piece in pieces if piece.operator in SUMS]
    if len(sums) > MOST_SUMS:
        raise RestrictionError(f"A restriction has room for {MOST_SUMS} signs of arithmetic.", sums[-1].token.position)


def _check_repeats(pieces: Sequence[Piece]) -> None:
    """Refuse a NOT or a sign before a value that has one already: `a - -5` has one of each kind."""
    for before, sign, again in zip((None, *pieces), pieces, pieces[1:], strict=False):
        is_unary = before is None or not before.ends_value
        if is_unary and sign.operator in ("NOT", "-") and again.operator == sign.operator:
            raise RestrictionError(f"{shown(again.token.text)} is one sign too many.", again.token.position)


def _check_chains(pieces: Sequence[Piece]) -> None:
    """Refuse a comparison of a comparison without parentheses, as a = b = c: it hardly means what it says."""
    # For each parenthesis that is open: the comparison that has begun in it.
    begun = [""]
    for piece in pieces:
        if piece.operator == "(":
            begun.append("")
        elif piece.operator == ")":
            begun.pop()
        elif piece.operator == "AND" and begun[-1] == "BETWEEN":
            begun[-1] = "BETWEEN AND"
        elif piece.operator in JOINS:
            begun[-1] = ""
        elif piece.operator in PREDICATES:
            if begun[-1]:
                raise RestrictionError(f"{shown(piece.token.text)} {CHAIN}", piece.token.position)
            begun[-1] = piece.operator
