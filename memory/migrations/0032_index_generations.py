"""A number for each state of a creator's index: what a process keeps of it is good while the number stays."""

from django.db import migrations, models

TRIGGERS = """
CREATE SEQUENCE memory_index_generation;
UPDATE memory_corpussize SET generation = nextval('memory_index_generation');
CREATE FUNCTION memory_renew_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Postings come and go with their documents, whose own trigger keeps the rows; here they only get a new number.
  UPDATE memory_corpussize SET generation = nextval('memory_index_generation')
  FROM (SELECT DISTINCT creator_id FROM changed ORDER BY creator_id) touched
  WHERE memory_corpussize.creator_id = touched.creator_id;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO memory_corpussize (creator_id, documents, terms, generation)
    SELECT creator_id, 0, 0, nextval('memory_index_generation') FROM (
      SELECT DISTINCT creator_id FROM changed
      WHERE NOT EXISTS (SELECT FROM memory_corpussize size WHERE size.creator_id = changed.creator_id)
      ORDER BY creator_id) missing
    ON CONFLICT (creator_id) DO UPDATE SET generation = excluded.generation;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER memory_renew_generation_insert AFTER INSERT ON memory_posting
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_renew_generation();
CREATE TRIGGER memory_renew_generation_update AFTER UPDATE ON memory_posting
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_renew_generation();
CREATE TRIGGER memory_renew_generation_delete AFTER DELETE ON memory_posting
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_renew_generation();
"""
REVERSE = """
DROP TRIGGER memory_renew_generation_insert ON memory_posting;
DROP TRIGGER memory_renew_generation_update ON memory_posting;
DROP TRIGGER memory_renew_generation_delete ON memory_posting;
DROP FUNCTION memory_renew_generation();
DROP SEQUENCE memory_index_generation;
"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0031_retrieval_weights")]

    operations = [
        migrations.AddField(
            model_name="corpussize",
            name="generation",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.RunSQL(sql=TRIGGERS, reverse_sql=REVERSE),
    ]
