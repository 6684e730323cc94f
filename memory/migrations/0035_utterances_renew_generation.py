"""What stands around a message ranks it: utterances too give the index a new number."""

from django.db import migrations

TRIGGERS = "".join(
    f"""
CREATE TRIGGER memory_renew_generation_{event.lower()} AFTER {event} ON memory_utterance
REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION memory_renew_generation();"""
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
REVERSE = "".join(
    f"\nDROP TRIGGER memory_renew_generation_{event} ON memory_utterance;" for event in ("insert", "update", "delete")
)


class Migration(migrations.Migration):
    dependencies = [("memory", "0034_rung_of_turns")]

    operations = [migrations.RunSQL(sql=TRIGGERS, reverse_sql=REVERSE)]
