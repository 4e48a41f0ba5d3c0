"""Which methods of DataJoint's populate has a lab overridden, which `manage.py populate` does not call?"""

from collections.abc import Iterator, Mapping

from jobs.worker.dj.compat import NOT_CALLED, Untyped


def warnings_of(tables: Mapping[str, Untyped]) -> Iterator[str]:
    """Yield a sentence for each such method of each table, by the name of the table."""
    for name, table in tables.items():
        for method in NOT_CALLED:
            owner = next(base for base in type(table).__mro__ if method in vars(base))
            if not _is_datajoint_s(vars(owner)[method]):
                written = f"{owner.__qualname__}.{method}"
                yield f"{name}: {written} is not called, because manage.py populate calls make itself."


def _is_datajoint_s(method: object) -> bool:
    """Say whether DataJoint has written it: a lab may put its own into DataJoint's classes as well."""
    return getattr(method, "__module__", "") == "datajoint.autopopulate" and not hasattr(method, "__wrapped__")
