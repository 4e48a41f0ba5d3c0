"""The base of every listing: a django-tables2 table of one page, whose rows the listing has filtered and sorted."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_tables2 as tables
from django_tables2.data import TableListData


def column(header: str, names: str = "", **options: Any) -> tables.Column:
    """Return a column by its header; the cells below stand in `rows_template`, in the same classes."""
    return tables.Column(verbose_name=header, attrs={"th": {"class": names}} if names else {}, **options)


class ListedRows(TableListData):  # type: ignore[misc]  # django-tables2 is published without types
    """The rows of a page, in an order the listing already chose."""

    def order_by(self, aliases: Sequence[str]) -> None:
        """Nothing to do: sorting is the listing's, over all pages; here it would sort one page."""


class ListingTable(tables.Table):  # type: ignore[misc]  # django-tables2 is published without types
    """A page of a listing, sorted by the `sort` of the URL. Its rows are selected by their first column.

    Its columns say what stands above them. The rows are drawn by one template: one for each cell took most of the time
    that a page took.
    """

    rows_template: ClassVar[str]
    selection = column("", "selection", orderable=False)

    class Meta:
        template_name = "tables/table.html"
        order_by_field = "sort"

    def __init__(self, rows: Sequence[Any], *args: Any, selectable: bool = False, **kwargs: Any) -> None:
        """Leave the checkboxes out, unless the person may do something with the selected rows."""
        super().__init__(ListedRows(list(rows)), *args, exclude=() if selectable else ("selection",), **kwargs)
        self.selectable = selectable

    @property
    def records(self) -> list[Any]:
        """What the rows of the page show."""
        return [row.record for row in self.rows]
