"""The accounts of people, as a Django app of its own."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """What a person has set for themselves, and when they were here, in the site's own database."""

    name = "jobsite.accounts"
    default_auto_field = "django.db.models.BigAutoField"
