from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from veri.platform.connections import redis as connection_module
from veri.platform.http import rate_limits
from veri.platform.http.clients import get_client_ip, get_client_network
from veri.platform.http.rate_limits import Limit, build_limit, consume

LIMITS = {"anonymous": "3/900", "auth": "2/900", "assistant": "2/60", "spike": "100/1", "plan": "4/900"}


@pytest.fixture
def limits(settings):
    settings.RATE_LIMITS = dict(LIMITS)
    return settings.RATE_LIMITS


@pytest.fixture
def redis_away(settings):
    rate_limits._local.clear()
    connection_module.close()
    settings.REDIS_URLS = ["redis://127.0.0.1:1/0"]
    yield
    connection_module.close()


def test_anonymous_limit_counts_down_then_refuses(client, limits):
    seen = [client.get("/api/v1/open") for _ in range(4)]

    assert [response.status_code for response in seen] == [200, 200, 200, 429]
    assert seen[0]["RateLimit-Policy"] == '"anonymous";q=3;w=900'
    assert [response["RateLimit"].split(";")[1] for response in seen] == ["r=2", "r=1", "r=0", "r=0"]
    assert 890 <= int(seen[3]["Retry-After"]) <= 900
    assert seen[3].json()["type"] == "/problems/rate-limited"
    assert seen[3].json()["violated-policies"] == ["anonymous"]


def test_declared_scope_adds_its_limit_and_refusal_spares_the_other(client, limits):
    seen = [client.get("/api/v1/limited") for _ in range(4)]

    assert [response.status_code for response in seen] == [200, 200, 429, 429]
    assert seen[0]["RateLimit-Policy"] == '"anonymous";q=3;w=900, "assistant";q=2;w=60'
    assert seen[3]["RateLimit"].startswith('"anonymous";r=1;')
    assert seen[2].json()["violated-policies"] == ["assistant"]


def test_signed_in_client_has_the_plan_limit(client, limits, user):
    client.force_login(user)

    seen = [client.get("/api/v1/open").status_code for _ in range(5)]

    assert seen == [200, 200, 200, 200, 429]


def test_spike_guard_refuses_before_the_view(client, limits):
    limits["spike"] = "2/1"

    seen = [client.get("/api/v1/nothing") for _ in range(3)]

    assert [response.status_code for response in seen] == [404, 404, 429]
    assert seen[2].json()["violated-policies"] == ["spike"]
    assert seen[2]["Retry-After"] == "1"


def test_refused_credentials_count_as_anonymous(client, limits, db):
    seen = [client.get("/api/v1/open", headers={"Authorization": "Api-Key a.b"}).status_code for _ in range(4)]

    assert seen == [401, 401, 401, 429]


def test_exempt_paths_have_no_limit(client, limits):
    limits["spike"] = "1/60"

    seen = [client.get("/health/open") for _ in range(5)]

    assert {response.status_code for response in seen} == {200}
    assert not seen[0].has_header("RateLimit")


def test_limit_without_redis_is_kept_by_the_process(client, limits, redis_away):
    seen = [client.get("/api/v1/open").status_code for _ in range(4)]

    assert seen == [200, 200, 200, 429]


def test_concurrent_requests_never_exceed_the_limit():
    limit = Limit(scope="test", client="concurrent", count=25, seconds=60)

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _: consume(limits=[limit])[0].allowed, range(100)))

    assert sum(allowed) == 25


def test_window_ends():
    limit = Limit(scope="test", client="window", count=1, seconds=1)
    assert [consume(limits=[limit])[0].allowed for _ in range(2)] == [True, False]

    connection_module.get_redis().pexpire(limit.key, 1)
    deadline = 100
    while connection_module.get_redis().exists(limit.key) and deadline:
        deadline -= 1

    assert consume(limits=[limit])[0].allowed


def test_build_limit_of_own_rate():
    limit = build_limit(scope="plan", client="x", rate="7/30")

    assert (limit.count, limit.seconds) == (7, 30)


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "1.2.3.4", "127.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
    ],
)
def test_client_address_believes_trusted_hops_only(settings, hops, forwarded, expected):
    settings.TRUSTED_PROXIES = hops

    assert get_client_ip(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_ipv6_clients_share_their_network():
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3:4:5:6")

    assert get_client_network(request) == "2001:db8:1:2::"
