"""The outcome of an act that took more than one request may have been shown to nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("activity", "0003_continuation")]

    operations = [
        migrations.AddField(model_name="act", name="is_untold", field=models.BooleanField(default=False)),
    ]
