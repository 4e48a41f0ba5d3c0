"""Who may: a viewer looks, an operator clears too, an admin kills too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOOK = [
    ("jobs", "job", "view_job", "Can view job"),
    ("connections", "connection", "view_connection", "Can view connection"),
]
CLEAR = ("jobs", "job", "clear_job", "Can clear jobs")
KILL = ("connections", "connection", "kill_connection", "Can kill connections and their statements")
GROUPS = {"viewer": LOOK, "operator": [*LOOK, CLEAR], "admin": [*LOOK, CLEAR, KILL]}


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the three groups. Django itself makes permissions only after all migrations, too late for this one."""
    alias = schema_editor.connection.alias
    group_model = apps.get_model("auth", "Group")
    content_type = apps.get_model("contenttypes", "ContentType")
    permission = apps.get_model("auth", "Permission")
    for name, rights in GROUPS.items():
        group, _ = group_model.objects.using(alias).get_or_create(name=name)
        for app, model, codename, words in rights:
            kind, _ = content_type.objects.using(alias).get_or_create(app_label=app, model=model)
            right, _ = permission.objects.using(alias).get_or_create(
                content_type=kind, codename=codename, defaults={"name": words}
            )
            group.permissions.add(right)


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [
        ("jobs", "0001_initial"),
        ("connections", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
