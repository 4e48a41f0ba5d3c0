"""What Django has to know of the lab's tables to make permissions; no table is made."""

from django.db import migrations, models

import jobsite.lab.columns


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "table_name", "key_hash", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("table_name", jobsite.lab.columns.LabText()),
                ("key_hash", jobsite.lab.columns.LabText()),
                ("status", jobsite.lab.columns.LabText()),
                ("key_blob", jobsite.lab.columns.LabBlob(db_column="key", null=True)),
                ("error_message", jobsite.lab.columns.LabText()),
                ("error_stack", jobsite.lab.columns.LabBlob(null=True)),
                ("user", jobsite.lab.columns.LabText()),
                ("host", jobsite.lab.columns.LabText()),
                ("pid", models.PositiveIntegerField()),
                ("connection_id", models.PositiveBigIntegerField()),
                ("timestamp", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "`~jobs`",
                "permissions": (("clear_job", "Can clear jobs"),),
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
