"""Who may clear jobs ignores and releases them too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RIGHTS = {
    "ignore_job": "Can ignore jobs and un-ignore them",
    "release_job": "Can release the reservations of workers that are gone",
}


def let_operators(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give every group and person that may clear the permissions. Django itself makes these after all migrations."""
    alias = schema_editor.connection.alias
    content_type = apps.get_model("contenttypes", "ContentType")
    permission = apps.get_model("auth", "Permission")
    kind, _ = content_type.objects.using(alias).get_or_create(app_label="jobs", model="job")
    rights = [
        permission.objects.using(alias).get_or_create(content_type=kind, codename=name, defaults={"name": words})[0]
        for name, words in RIGHTS.items()
    ]
    clear = permission.objects.using(alias).filter(content_type=kind, codename="clear_job")
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(permissions__in=clear):
        group.permissions.add(*rights)
    for user in apps.get_model("auth", "User").objects.using(alias).filter(user_permissions__in=clear):
        user.user_permissions.add(*rights)


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("jobsite", "0002_admins_and_acts"), ("jobs", "0002_ignore_and_release")]

    operations = [migrations.RunPython(let_operators, migrations.RunPython.noop)]
