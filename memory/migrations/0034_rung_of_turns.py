"""How an answer came about stays with its turn."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("memory", "0034_predicted_returns"),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='conversationturn',
            name='rung',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
    ]
