"""The record of acts, as a Django app of its own."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Who did what on the lab's server, in the site's own database."""

    name = "jobsite.activity"
    default_auto_field = "django.db.models.BigAutoField"
