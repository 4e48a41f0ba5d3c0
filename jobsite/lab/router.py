"""Which database does a model live in? The lab's server or the site's own; and never a migration on the lab's."""

from django.db.models import Model

LAB_APPS = {"jobs", "connections"}


class LabRouter:
    """Keeps the two databases apart: the apps that look at the lab's server read `lab`, all else stays in `default`."""

    def db_for_read(self, model: type[Model], **hints: object) -> str:
        """Return the alias `model` is read from."""
        return "lab" if model._meta.app_label in LAB_APPS else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: object) -> bool:
        """Refuse a relation between the two."""
        return (one._meta.app_label in LAB_APPS) == (other._meta.app_label in LAB_APPS)

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """Refuse every migration on the lab's server: it belongs to the lab."""
        return db != "lab"
