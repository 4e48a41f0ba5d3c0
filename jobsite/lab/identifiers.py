"""How does the name of a schema, a table or a column stand in a statement? In backquotes, whatever is in it."""


def identifier(*names: str) -> str:
    """Return `a`.`b` as a person types it; a backtick in a name is doubled (MySQL manual, "Schema Object Names")."""
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def quoted(*names: str) -> str:
    """Return `a`.`b` for names found on the server, fit for `db_table` and for raw SQL with parameters.

    A percent sign is doubled, because the driver formats every statement that has parameters.
    """
    return identifier(*names).replace("%", "%%")
