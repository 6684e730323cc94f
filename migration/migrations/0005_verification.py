from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('migration', '0004_capture_hardening'),
    ]

    operations = []
