import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rest_framework.views import APIView

from veri.settings.env import EnvironmentInvalid, parse_email_url, read_environment

ROOT = Path(__file__).resolve().parents[2]
READ_ELSEWHERE = {"BIND", "DJANGO_SETTINGS_MODULE", "VERI_VAR_DIR", "WEB_CONCURRENCY"}  # before any settings are
PRODUCTION = {
    "SECRET_KEY": "s" * 40,
    "WEBHOOK_SECRET": "w" * 40,
    "ENCRYPTION_KEY": "Y2hlY2stY2hlY2stY2hlY2stY2hlY2stY2hlY2stMDA=",
    "ALLOWED_HOSTS": "veri.example",
    "DATABASE_URL": "postgres://veri:hunter2secret@db.example/veri",
    "REDIS_URL": "redis://:hunter2secret@cache.example/0",
    "MONGODB_URI": "mongodb://u:hunter2secret@docs1.example,docs2.example/veri",
}


def run_check(settings: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        check=False,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": f"veri.settings.{settings}", **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_local_needs_nothing():
    environment = read_environment(profile="local", source={})

    assert environment.embedded == ["postgres", "redis", "mongo"]
    assert environment.flags == {
        "USE_MONGO": False,
        "READ_FROM_MONGO": False,
        "HYBRID_SEARCH": False,
        "MEMORY_DECAY": False,
        "COST_TRACKING": True,
    }
    assert environment.budgets["claude"] == 500
    assert environment.alert_threshold == 0.8


def test_production_starts_when_everything_is_given():
    environment = read_environment(profile="production", source=PRODUCTION)

    assert environment.embedded == []
    assert environment.store_urls["MONGODB_URI"] == [PRODUCTION["MONGODB_URI"]]


def test_all_problems_are_reported_together_without_traceback_or_secrets():
    variables = {
        **PRODUCTION,
        "DEBUG": "true",
        "SECRET_KEY": "short-secret-value",
        "ENCRYPTION_KEY": "",
        "CLAUDE_BUDGET": "lots-of-money",
        "ALERT_THRESHOLD": "7",
        "USE_MONGO": "perhaps",
        "FLAGS_FORCED_OFF": "FLY",
        "RATE_LIMIT_AUTH": "often",
        "REDIS_URL": "http://hunter2secret@cache.example",
    }
    del variables["DATABASE_URL"]

    done = run_check("production", variables)

    assert done.returncode == 2
    for named in (
        *("DEBUG", "SECRET_KEY", "ENCRYPTION_KEY", "CLAUDE_BUDGET", "ALERT_THRESHOLD", "USE_MONGO"),
        *("FLAGS_FORCED_OFF", "RATE_LIMIT_AUTH", "REDIS_URL", "DATABASE_URL"),
    ):
        assert f"- {named}" in done.stderr
    assert "Traceback" not in done.stderr
    for value in ("hunter2secret", "short-secret-value", "lots-of-money"):
        assert value not in done.stderr + done.stdout


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_refuses_to_start_without(missing):
    with pytest.raises(EnvironmentInvalid) as refusal:
        read_environment(profile="production", source={name: v for name, v in PRODUCTION.items() if name != missing})

    assert [missing in problem for problem in refusal.value.problems] == [True]


def test_local_defaults_are_refused_in_production():
    local = read_environment(profile="local", source={})
    source = {
        **PRODUCTION,
        "SECRET_KEY": local.secret_key,
        "WEBHOOK_SECRET": local.webhook_secret,
        "ENCRYPTION_KEY": local.encryption_keys[0],
        "ALLOWED_HOSTS": "*",
    }

    with pytest.raises(EnvironmentInvalid) as refusal:
        read_environment(profile="staging", source=source)

    assert len(refusal.value.problems) == 4


@pytest.mark.parametrize(
    "variables", [{"PLATFORM_GATEWAY_URL": "https://fakes.example"}, {"PUBLIC_URL": "http://veri.example"}]
)
def test_production_speaks_to_platforms_themselves_and_by_https(variables):
    with pytest.raises(EnvironmentInvalid, match=next(iter(variables))):
        read_environment(profile="production", source=PRODUCTION | variables)


def test_store_addresses_are_a_failover_list():
    source = {**PRODUCTION, "REDIS_URL": "redis://a.example/0,redis://b.example/0"}

    environment = read_environment(profile="production", source=source)

    assert environment.store_urls["REDIS_URL"] == ["redis://a.example/0", "redis://b.example/0"]


def test_secrets_do_not_show_in_the_environments_repr():
    shown = repr(read_environment(profile="production", source={**PRODUCTION, "CLAUDE_API_KEY": "sk-hunter2secret"}))

    assert "hunter2secret" not in shown
    assert PRODUCTION["SECRET_KEY"] not in shown


def test_example_file_names_exactly_what_is_read():
    example = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read_environment(profile="local", source={}).variables ^ example == READ_ELSEWHERE


def test_every_limit_a_view_names_is_read():
    import veri.urls  # noqa: F401  loads every view

    scopes = {one.throttle_scope for one in list_subclasses(APIView) if hasattr(one, "throttle_scope")}
    written = {f"RATE_LIMIT_{scope.upper()}": "7/11" for scope in scopes}

    limits = read_environment(profile="local", source=written).rate_limits

    assert {scope: limits.get(scope) for scope in scopes} == dict.fromkeys(scopes, "7/11")
    assert {"auth", "assistant", "handles", "sync"} <= scopes


def list_subclasses(kind):
    return [one for child in kind.__subclasses__() for one in (child, *list_subclasses(child))]


def test_example_file_is_a_usable_local_environment():
    lines = re.findall(r"^([A-Z][A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert read_environment(profile="local", source=dict(lines)).profile == "local"


def test_email_address_sets_djangos_backend():
    settings = parse_email_url("smtp+tls://user:pass@mail.example:587")

    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
