"""What was retrieved for an answer stays with its turn."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("memory", "0028_evaluation_runs")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='conversationturn',
            name='retrieved',
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
