"""What an interaction itself said, where the memory that rests on it has other words."""

from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("memory", "0009_fill_memory_standing")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='memoryevidence',
            name='text',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='memoryevidence',
            name='value',
            field=models.CharField(blank=True, db_default='', default='', max_length=500),
        ),
    ]
