"""An act knows the form that asked for it, so that no form is used twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("activity", "0001_initial")]

    operations = [
        migrations.AddField("act", "form", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "act", models.UniqueConstraint(fields=["username", "form"], name="activity_one_act_a_form")
        ),
    ]
