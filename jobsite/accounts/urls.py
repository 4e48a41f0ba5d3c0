"""The addresses of a person's own account."""

from django.urls import path

from jobsite.accounts.views.account import account
from jobsite.accounts.views.database_users import link_database_users
from jobsite.accounts.views.saved_filters import delete_filter, rename_filter, save_filter
from jobsite.accounts.views.time_zone import set_time_zone

app_name = "accounts"

urlpatterns = [
    path("", account, name="account"),
    path("database-users/", link_database_users, name="link_database_users"),
    path("time-zone/", set_time_zone, name="set_time_zone"),
    path("filters/", save_filter, name="save_filter"),
    path("filters/<int:number>/", rename_filter, name="rename_filter"),
    path("filters/<int:number>/delete/", delete_filter, name="delete_filter"),
]
