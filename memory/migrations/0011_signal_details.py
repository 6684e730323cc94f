"""Statements of language models and transcripts are signals too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("memory", "0010_words_of_evidence")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='signal',
            name='detail',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='signal',
            name='extractor',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='signal',
            name='kind',
            field=models.CharField(choices=[('sentiment', 'Sentiment'), ('topic', 'Topic'), ('brand', 'Brand'), ('amount', 'Amount'), ('date', 'Date'), ('metric', 'Metric'), ('language', 'Language'), ('quality', 'Quality'), ('statement', 'Statement'), ('transcript', 'Transcript')], max_length=16),
        ),
    ]
