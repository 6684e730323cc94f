"""Interactions whose words are gone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("creators", "0008_append_only_consents")]

    operations = [
        migrations.CreateModel(
            name='InteractionStub',
            fields=[
                ('interaction', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stub', serialize=False, to='creators.interaction')),
                ('cause', models.CharField(choices=[('policy', 'Retention policy'), ('forgotten', 'Forgotten at request')], max_length=12)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('emptied_at', models.DateTimeField()),
            ],
        ),
    ]
