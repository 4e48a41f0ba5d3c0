"""What may a person read of the statements that run? Who may kill reads all but the secrets, others no literals."""

from collections.abc import Sequence

from connections.models import Connection
from jobsite.masking.statements import masked_statement, without_literals


def as_shown(statement: str | None, may_kill: bool) -> str:
    """Return a statement as a person who may kill, or only look, may read it; '' where none runs."""
    show = masked_statement if may_kill else without_literals
    return show(statement or "")


def annotate_statements(rows: Sequence[Connection], may_kill: bool) -> Sequence[Connection]:
    """Give each connection the `statement` as it is shown; return them."""
    for row in rows:
        row.statement = as_shown(row.info, may_kill)
    return rows
