"""Each creator's corpus counted once, by triggers, instead of with every question."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION memory_count_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO memory_corpussize (creator_id, documents, terms)
    SELECT creator_id, count(*), sum(length) FROM changed GROUP BY creator_id ORDER BY creator_id
    ON CONFLICT (creator_id) DO UPDATE
    SET documents = memory_corpussize.documents + excluded.documents, terms = memory_corpussize.terms + excluded.terms;
  ELSE
    UPDATE memory_corpussize SET documents = documents - gone.count, terms = terms - gone.sum
    FROM (SELECT creator_id, count(*), sum(length) FROM changed GROUP BY creator_id) gone
    WHERE memory_corpussize.creator_id = gone.creator_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER memory_count_indexed_insert AFTER INSERT ON memory_indexeddocument
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_count_indexed();
CREATE TRIGGER memory_count_indexed_delete AFTER DELETE ON memory_indexeddocument
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_count_indexed();
INSERT INTO memory_corpussize (creator_id, documents, terms)
SELECT creator_id, count(*), sum(length) FROM memory_indexeddocument GROUP BY creator_id;
"""
REVERSE = """
DROP TRIGGER memory_count_indexed_insert ON memory_indexeddocument;
DROP TRIGGER memory_count_indexed_delete ON memory_indexeddocument;
DROP FUNCTION memory_count_indexed();
"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0006_fill_utterances"), ("creators", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CorpusSize",
            fields=[
                (
                    "creator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="creators.creator",
                    ),
                ),
                ("documents", models.BigIntegerField()),
                ("terms", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(sql=TRIGGERS, reverse_sql=REVERSE),
    ]
