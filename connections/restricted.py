"""Which connections does a restriction select? Those that DataJoint's dj.kill lists for the same text."""

from django.db.models import F, Func, Q, TextField

from jobsite.lab.restricted import Fields, restricted_to
from jobsite.lab.server import INFORMATION_SCHEMA, Server
from jobsite.restrictions.columns import CONNECTIONS, Kind
from jobsite.restrictions.reading import Restriction

FIELDS = {"TIME": "time_s"}
"""The fields that are called otherwise than their column."""


class AsInInformationSchema(Func):
    """A text as information_schema has it, which dj.kill asks (DataJoint 0.14.10, admin.py).

    MySQL's newer list compares otherwise: capital letters, accents and blanks at the end of a text count there in
    another way.
    """

    template = "CONVERT(%(expressions)s USING utf8mb3) COLLATE utf8mb3_general_ci"
    output_field = TextField()


def selected_by(restriction: Restriction, server: Server) -> Q:
    """Return the condition that a restriction selects a connection, for a queryset of connections.processes."""
    fields: Fields = FIELDS
    if server.process_list != INFORMATION_SCHEMA:
        texts = (column.name for column in CONNECTIONS if column.kind is Kind.TEXT)
        fields = {**FIELDS, **{name: AsInInformationSchema(F(name.lower())) for name in texts}}
    return restricted_to(restriction, fields, converts_times=server.converts_times)
