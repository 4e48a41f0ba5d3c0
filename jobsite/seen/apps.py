"""What the site has seen of the lab's errors, as a Django app of its own."""

from django.apps import AppConfig


class SeenConfig(AppConfig):
    """When each group of errors was there, in the site's own database."""

    name = "jobsite.seen"
    default_auto_field = "django.db.models.BigAutoField"
