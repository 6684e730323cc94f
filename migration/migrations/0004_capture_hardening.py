from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('migration', '0003_stage_machine'),
    ]

    operations = []
