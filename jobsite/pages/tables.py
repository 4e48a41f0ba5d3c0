"""The base of every listing: a django-tables2 table of one page, whose rows the listing has filtered and sorted."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django_tables2.data import TableListData

MOST_DRAWN = 32
"""Pages of rows that a process keeps as they were drawn: some 70 kB each."""
_drawn: OrderedDict[Hashable, SafeString] = OrderedDict()


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
    drawn_for: Hashable | None = None
    """All that the rows show, where others in the same zone may be shown the same; None where it is one person's."""
    selection = column("", "selection", orderable=False)

    class Meta:
        template_name = "tables/table.html"
        order_by_field = "sort"

    def __init__(self, rows: Sequence[Any], *args: Any, selectable: bool = False, **kwargs: Any) -> None:
        """Leave the checkboxes out, unless the person may do something with the selected rows."""
        super().__init__(ListedRows(list(rows)), *args, exclude=() if selectable else ("selection",), **kwargs)
        self.selectable = selectable

    @property
    def drawn_rows(self) -> SafeString:
        """The rows of the page as HTML; drawn once for all in a zone who are shown the same."""
        if self.drawn_for is None:
            return self._draw_rows()
        key = (self.rows_template, self.drawn_for, get_current_timezone_name())
        if (drawn := _drawn.get(key)) is None:
            drawn = _drawn[key] = self._draw_rows()
            with suppress(KeyError):  # another thread has dropped it already
                while len(_drawn) > MOST_DRAWN:
                    _drawn.popitem(last=False)
        return drawn

    def _draw_rows(self) -> SafeString:
        return render_to_string(self.rows_template, {"table": self})

    @property
    def records(self) -> list[Any]:
        """What the rows of the page show."""
        return [row.record for row in self.rows]
