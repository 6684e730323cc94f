"""Additive operations applied together leave the very tables that one by one leave."""

import subprocess
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration

from tests.databases import INITIAL, own_database
from veri.platform.connections.migrations import AdditiveMigration
from veri.platform.ops.backup.postgres import get_program

pytestmark = [pytest.mark.storm, pytest.mark.timeout(300)]  # one by one takes too long for every run


def dump(name: str) -> list[str]:
    connection.ensure_connection()
    binary = get_program(name="pg_dump", server_version=connection.connection.info.server_version)
    host = settings.DATABASES["default"]
    address = f"postgresql://{host['USER']}@{host['HOST']}:{host['PORT']}/{name}"
    command = [binary, "--schema-only", f"--exclude-schema={INITIAL}", address]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return [line for line in printed.splitlines() if line and not line.startswith(("--", "\\"))]


@pytest.mark.django_db(transaction=True)
def test_additive_migrations_make_the_same_tables_as_djangos_own():
    given = connection.settings_dict["NAME"]
    with own_database("one_by_one"):
        with patch.object(AdditiveMigration, "apply", Migration.apply):
            call_command("migrate", verbosity=0)
        connection.close()
        expected = dump(connection.settings_dict["NAME"])
        assert sum(line.startswith("CREATE TABLE") for line in expected) > 150
        assert dump(given) == expected
