"""What may be done to a job, for Django to make the permissions of; no table is changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="job",
            options={
                "default_permissions": ("view",),
                "managed": False,
                "permissions": (
                    ("clear_job", "Can clear jobs"),
                    ("ignore_job", "Can ignore jobs and un-ignore them"),
                    ("release_job", "Can release the reservations of workers that are gone"),
                ),
            },
        ),
    ]
