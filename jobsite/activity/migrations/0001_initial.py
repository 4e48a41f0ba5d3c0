"""The record of acts: one row an act, and one a statement of it."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("username", models.CharField(max_length=254)),
                ("verb", models.CharField(max_length=32)),
                ("server", models.CharField(max_length=254)),
                ("meant", models.TextField()),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True)),
                ("stopped", models.TextField(blank=True)),
            ],
            options={"ordering": ["-began_at", "-pk"]},
        ),
        migrations.CreateModel(
            name="ActChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("schema", models.CharField(blank=True, max_length=254)),
                ("rows", models.JSONField()),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="activity.act"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
