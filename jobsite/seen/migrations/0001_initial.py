"""When each group of errors was there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SeenGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("server", models.CharField(max_length=254)),
                ("fingerprint", models.CharField(max_length=32)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("back_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("server", "fingerprint"), name="seen_one_group_a_server")
                ],
            },
        ),
    ]
