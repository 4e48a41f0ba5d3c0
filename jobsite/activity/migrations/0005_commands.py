"""After an act the record keeps the commands that compute again what it was done to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs on the site's own database only: the router refuses the lab's."""

    dependencies = [("activity", "0004_untold")]

    operations = [
        migrations.AddField(model_name="act", name="commands", field=models.TextField(blank=True, default="")),
    ]
