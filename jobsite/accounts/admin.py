"""Who is which database user, for whoever looks after the people of the site."""

from typing import TYPE_CHECKING

from django.contrib import admin

from jobsite.accounts.models import DatabaseUser

if TYPE_CHECKING:
    DatabaseUserModelAdmin = admin.ModelAdmin[DatabaseUser]
else:  # generic for the type checker alone
    DatabaseUserModelAdmin = admin.ModelAdmin


@admin.register(DatabaseUser)
class DatabaseUserAdmin(DatabaseUserModelAdmin):
    """The links of all people."""

    list_display = ("name", "person")
    search_fields = ("name", "person__username")
