"""An act that takes longer than one request goes on with the next."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("activity", "0002_one_act_a_form")]

    operations = [
        migrations.CreateModel(
            name="Continuation",
            fields=[
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="continuation",
                        serialize=False,
                        to="activity.act",
                    ),
                ),
                ("form", models.TextField()),
                ("total", models.PositiveBigIntegerField()),
                ("slices", models.PositiveIntegerField(default=1)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("stopped_by", models.CharField(blank=True, max_length=254)),
                ("outcome", models.JSONField(default=dict)),
                ("position", models.JSONField(default=list)),
                ("counted", models.PositiveBigIntegerField(default=0)),
            ],
        ),
    ]
