"""What Django has to know of the lab's tables to make permissions; no table is made."""

from django.db import migrations, models

import jobsite.lab.columns


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("user", jobsite.lab.columns.LabText()),
                ("host", jobsite.lab.columns.LabText()),
                ("db", jobsite.lab.columns.LabText(null=True)),
                ("command", jobsite.lab.columns.LabText()),
                ("time_s", models.BigIntegerField(db_column="time", null=True)),
                ("state", jobsite.lab.columns.LabText(null=True)),
                ("info", jobsite.lab.columns.LabText(null=True)),
            ],
            options={
                "db_table": "`information_schema`.`processlist`",
                "permissions": (("kill_connection", "Can kill connections and their statements"),),
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
