"""Which payments pay something that was paid already."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0060_campaign_outcomes'),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='providerpayment',
            name='is_duplicate',
            field=models.BooleanField(default=False),
        ),
    ]
