"""The changelist: the columns of our list, newest first, fifty a page, with Django's count of them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from benchmarks.listing.plain_admin.models import Row


@admin.register(Row)
class RowAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # at run time it takes none
    """Rows of the jobs table."""

    list_display = ("status", "timestamp", "table_name", "key", "error_message", "user", "host", "connection_id")
    list_per_page = 50
    ordering = ("-timestamp",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Row]":
        """Return the rows of the lab's server."""
        return super().get_queryset(request).using("lab")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the benchmark filter by any column, without the menus of values that list_filter would read."""
        return True
