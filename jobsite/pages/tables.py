"""The base of every listing: a django-tables2 table of one page, whose rows the listing has filtered and sorted."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django_tables2.data import TableListData


def classes(names: str) -> dict[str, dict[str, str]]:
    """Return the attributes that put a column's cells, its header among them, into classes of the stylesheet."""
    return {"td": {"class": names}, "th": {"class": names}} if names else {}


class CellColumn(tables.TemplateColumn):  # type: ignore[misc]  # django-tables2 is published without types
    """A column drawn by a template; a cell with nothing in it is empty, so that cards can leave it out."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Return what the template drew, without the white space of its lines."""
        return SafeString(super().render(*args, **kwargs).strip())


def cell(template_name: str, names: str = "", **options: Any) -> CellColumn:
    """Return a column whose cells are drawn by a template, in classes of the stylesheet."""
    return CellColumn(template_name=template_name, attrs=classes(names), **options)


def checkboxes(template_name: str) -> CellColumn:
    """Return the column of checkboxes by which a person selects rows."""
    return cell(template_name, "selection", orderable=False, verbose_name="")


class ListedRows(TableListData):  # type: ignore[misc]  # django-tables2 is published without types
    """The rows of a page, in an order the listing already chose."""

    def order_by(self, aliases: Sequence[str]) -> None:
        """Nothing to do: sorting is the listing's, over all pages; here it would sort one page."""


class ListingTable(tables.Table):  # type: ignore[misc]  # django-tables2 is published without types
    """A page of a listing, sorted by the `sort` of the URL. Its rows are selected by their first column."""

    class Meta:
        template_name = "tables/table.html"
        order_by_field = "sort"

    def __init__(self, rows: Sequence[Any], *args: Any, selectable: bool = False, **kwargs: Any) -> None:
        """Leave the checkboxes out, unless the person may do something with the selected rows."""
        super().__init__(ListedRows(list(rows)), *args, exclude=() if selectable else ("selection",), **kwargs)
