"""An admin sees the acts of others, and goes on with them or ends them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_admins(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the group admin the permission. Django itself makes permissions only after all migrations."""
    alias = schema_editor.connection.alias
    content_type = apps.get_model("contenttypes", "ContentType")
    kind, _ = content_type.objects.using(alias).get_or_create(app_label="activity", model="act")
    right, _ = (
        apps.get_model("auth", "Permission")
        .objects.using(alias)
        .get_or_create(content_type=kind, codename="change_act", defaults={"name": "Can change act"})
    )
    group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name="admin")
    group.permissions.add(right)


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("jobsite", "0001_groups"), ("activity", "0003_continuation")]

    operations = [migrations.RunPython(let_admins, migrations.RunPython.noop)]
