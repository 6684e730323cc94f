"""How much a memory matters, how long it keeps, and whether somebody holds on to it."""

from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("memory", "0007_corpus_sizes")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='memory',
            name='importance',
            field=models.FloatField(db_default=0.5, default=0.5),
        ),
        migrations.AddField(
            model_name='memory',
            name='is_pinned',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='memory',
            name='stability_days',
            field=models.FloatField(db_default=90.0, default=90.0),
        ),
        migrations.AlterField(
            model_name='memory',
            name='state',
            field=models.CharField(choices=[('active', 'Active'), ('superseded', 'Superseded'), ('dormant', 'Dormant'), ('archived', 'Archived')], default='active', max_length=16),
        ),
    ]
