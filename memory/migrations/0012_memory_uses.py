"""When and how often memories are cited: a small table that is not captured."""

import django.db.models.deletion
from django.db import migrations, models



class Migration(migrations.Migration):

    dependencies = [("memory", "0011_signal_details")]

    operations = [
        migrations.CreateModel(
            name='MemoryUse',
            fields=[
                ('memory', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='memory.memory')),
                ('last_cited_at', models.DateTimeField()),
                ('times_cited', models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
