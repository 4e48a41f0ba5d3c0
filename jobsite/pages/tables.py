"""The base of every listing: a django-tables2 table whose rows the server filters, sorts and pages."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import django_tables2 as tables
from django.core.paginator import EmptyPage, PageNotAnInteger
from django_tables2.data import TableData

PER_PAGE = 50


def column(header: str, names: str = "", **options: Any) -> tables.Column:
    """Return a column by its header; the cells below stand in `rows_template`, in the same classes."""
    return tables.Column(verbose_name=header, attrs={"th": {"class": names}} if names else {}, **options)


class ListingData(TableData):  # type: ignore[misc]  # django-tables2 is published without types
    """Rows read one page at a time, in an order the listing already chose."""

    def __init__(self, count: int, read: Callable[[int, int], Sequence[Any]]) -> None:
        """`count` rows in all; `read(start, stop)` returns some of them."""
        super().__init__(data=())
        self.count, self.read = count, read

    def __len__(self) -> int:
        """Return how many rows there are in all."""
        return self.count

    def __getitem__(self, key: slice) -> Sequence[Any]:
        """Read a page."""
        return self.read(key.start or 0, self.count if key.stop is None else key.stop)

    def __iter__(self) -> Any:
        """Read every row."""
        return iter(self.read(0, self.count))

    def order_by(self, aliases: Sequence[str]) -> None:
        """Nothing to do: sorting is the listing's, over all pages; here it would sort one page."""


class ListingTable(tables.Table):  # type: ignore[misc]  # django-tables2 is published without types
    """A listing: sorted by the `sort` of the URL, paged by its `page`. Its rows are selected by their first column.

    Its columns say what stands above them. The rows of a page are drawn by one template: one for each cell took most
    of the time that a page took.
    """

    rows_template: ClassVar[str]
    selection = column("", "selection", orderable=False)

    class Meta:
        template_name = "tables/table.html"
        order_by_field = "sort"
        page_field = "page"

    def __init__(self, *args: Any, selectable: bool = False, **kwargs: Any) -> None:
        """Leave the checkboxes out, unless the person may do something with the selected rows."""
        super().__init__(*args, exclude=() if selectable else ("selection",), **kwargs)
        self.selectable = selectable

    @property
    def records(self) -> list[Any]:
        """What the rows of the page show."""
        return [row.record for row in self.paginated_rows]

    def at_page(self, number: object) -> "ListingTable":
        """Show page `number`; the first when it is no number, the last when it is past the end. Return the table."""
        try:
            self.paginate(page=number, per_page=PER_PAGE)
        except PageNotAnInteger:
            self.paginate(page=1, per_page=PER_PAGE)
        except EmptyPage:
            self.paginate(page=self.paginator.num_pages, per_page=PER_PAGE)
        return self
