"""The only place that reads the environment: every variable, validated at start, all problems reported together."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import environ

from veri.settings.costs import CostSettings, ModelSettings, read_costs, read_models
from veri.settings.decay import DecaySettings, read_decay
from veri.settings.intelligence import IntelligenceSettings, read_intelligence
from veri.settings.migration import MigrationLimits, read_limits
from veri.settings.payments import PaymentSettings, read_payments
from veri.settings.platforms import PlatformSettings, read_platforms
from veri.settings.rate_limits import read_rate_limits
from veri.settings.reader import EnvironmentReader

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_SECRET = "local-development-only-not-a-secret"  # noqa: S105  refused outside local and test
SHORTEST_SECRET = 32  # characters
LOCAL_ENCRYPTION_KEY = "bG9jYWwtZGV2ZWxvcG1lbnQtb25seS1rZXktMDAwMDA="
FLAG_NAMES = ("USE_MONGO", "READ_FROM_MONGO", "HYBRID_SEARCH", "MEMORY_DECAY", "COST_TRACKING")
SIGN_UP_MODES = ("open", "invite", "closed")
STAFF_TOTP_MODES = ("required", "optional")
STORE_SCHEMES = {
    "DATABASE_URL": ("postgres", "postgresql"),
    "REDIS_URL": ("redis", "rediss", "unix"),
    "MONGODB_URI": ("mongodb", "mongodb+srv"),
}
EMBEDDED_NAMES = {"DATABASE_URL": "postgres", "REDIS_URL": "redis", "MONGODB_URI": "mongo"}
DISCOVERY_WEIGHTS = {"semantic": 0.5, "popularity": 0.2, "recency": 0.1, "personalisation": 0.15, "diversity": 0.05}
COMMANDS_WITHOUT_STORES = frozenset(
    {"check", "collectstatic", "diffsettings", "embedded", "help", "makemigrations", "spectacular", "version"}
    | {"--help", "-h", "--version"}
)
_embedded_urls: dict[str, str] = {}
_roles: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything the environment says, typed. Amounts of money are US dollars a month."""

    profile: str
    debug: bool
    secret_key: str = field(repr=False)
    allowed_hosts: list[str]
    cors_origins: list[str]
    store_urls: dict[str, list[str]] = field(repr=False)
    store_url_files: dict[str, Path]
    embedded: list[str]
    var_dir: Path
    flags: dict[str, bool]
    flags_forced_off: list[str]
    migration: MigrationLimits
    decay: DecaySettings
    intelligence: IntelligenceSettings
    platforms: PlatformSettings
    payments: PaymentSettings
    encryption_keys: list[str] = field(repr=False)
    webhook_secret: str = field(repr=False)
    sentry_dsn: str = field(repr=False)
    redpanda_brokers: list[str]
    kafka_group_id: str
    kafka_topics: list[str]
    prometheus_endpoint: str
    budgets: dict[str, float]
    costs: CostSettings
    models: ModelSettings
    alert_threshold: float
    sign_up: str
    staff_totp: str
    account_links_url: str
    invites_per_creator: int
    alert_emails: list[str]
    alert_webhook_url: str
    email_url: str = field(repr=False)
    default_from_email: str
    health_token: str = field(repr=False)
    rate_limits: dict[str, str]
    discovery_weights: dict[str, float]
    log_level: str
    trusted_proxies: int
    failpoint: str
    variables: frozenset[str]  # the names of all that were read


class EnvironmentInvalid(Exception):
    """Raised with every problem found; the text names variables and never their values."""

    def __init__(self, *, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("The environment is not usable:\n" + "\n".join(f"  - {problem}" for problem in problems))


def get_profile() -> str:
    """Return ``local``, ``test``, ``staging`` or ``production``: the last part of DJANGO_SETTINGS_MODULE."""
    return os.environ.get("DJANGO_SETTINGS_MODULE", "veri.settings.local").rsplit(".", 1)[-1]


def load_environment() -> Environment:
    """Read and validate this process's environment; print all problems and exit with 2 when it is not usable."""
    profile = get_profile()
    if profile == "local":
        environ.Env.read_env(BASE_DIR / ".env", overwrite=False)
    try:
        return read_environment(profile=profile, source=dict(os.environ))
    except EnvironmentInvalid as invalid:
        sys.stderr.write(f"{invalid}\n")
        sys.exit(2)


def start_embedded_stores(*, command: str) -> None:
    """Start the embedded stores whose variables are unset, in the local and test profiles only.

    The first call of a process decides what it is; later ones do nothing.
    """
    if _roles:
        return
    _roles.append(command)
    profile = get_profile()
    if profile not in {"local", "test"} or command in COMMANDS_WITHOUT_STORES:
        return
    if profile == "local":
        environ.Env.read_env(BASE_DIR / ".env", overwrite=False)
    wanted = [store for name, store in EMBEDDED_NAMES.items() if not os.environ.get(name)]
    if wanted:
        _embedded_urls.update(_start_stores(profile=profile, wanted=wanted))


def _start_stores(*, profile: str, wanted: list[str]) -> dict[str, str]:
    from veri.platform import embedded  # not needed where real stores are given

    root = get_var_dir(profile=profile, source=dict(os.environ))
    try:
        return embedded.ensure_started(root=root, names=wanted, durable=profile != "test")
    except embedded.EmbeddedStartFailed as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(2)


def get_var_dir(*, profile: str, source: dict[str, str]) -> Path:
    """Return the folder for data, logs and reports; tests have their own."""
    root = Path(source.get("VERI_VAR_DIR") or BASE_DIR / "var")
    return root / "test" if profile == "test" else root


def read_environment(*, profile: str, source: dict[str, str]) -> Environment:
    """Return the typed environment.

    Raises:
        EnvironmentInvalid: with all problems at once.
    """
    reader = EnvironmentReader(source=source)
    environment = _read(reader, profile=profile, source=source)
    problems = reader.problems + _find_unsafe(environment)
    if problems:
        raise EnvironmentInvalid(problems=problems)
    return environment


def _read(reader: EnvironmentReader, *, profile: str, source: dict[str, str]) -> Environment:
    developing = profile in {"local", "test"}
    files = {name: reader.file(f"{name}_FILE") for name in STORE_SCHEMES}
    return Environment(
        profile=profile,
        debug=reader.boolean("DEBUG", default=False),
        secret_key=reader.text("SECRET_KEY", LOCAL_SECRET if developing else ""),
        allowed_hosts=reader.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver" if developing else ""),
        cors_origins=reader.words("CORS_ALLOWED_ORIGINS"),
        store_urls=_read_store_urls(reader, files),
        store_url_files={name: path for name, path in files.items() if path},
        embedded=[EMBEDDED_NAMES[name] for name in STORE_SCHEMES if not source.get(name) and not files[name]],
        var_dir=get_var_dir(profile=profile, source=source),
        flags={name: reader.boolean(name, default=name == "COST_TRACKING") for name in FLAG_NAMES},
        flags_forced_off=_read_forced_off(reader),
        migration=read_limits(reader),
        decay=read_decay(reader),
        intelligence=read_intelligence(reader),
        platforms=read_platforms(reader, developing=developing),
        payments=read_payments(reader),
        encryption_keys=reader.keys("ENCRYPTION_KEY") or ([LOCAL_ENCRYPTION_KEY] if developing else []),
        webhook_secret=reader.text("WEBHOOK_SECRET", LOCAL_SECRET if developing else ""),
        sentry_dsn=reader.url("SENTRY_DSN", schemes=("https", "http")),
        redpanda_brokers=reader.words("REDPANDA_BROKERS"),
        kafka_group_id=reader.text("KAFKA_GROUP_ID", "veri"),
        kafka_topics=reader.words("KAFKA_TOPICS"),
        prometheus_endpoint=reader.url("PROMETHEUS_ENDPOINT", schemes=("https", "http")),
        budgets={
            "claude": reader.number("CLAUDE_BUDGET", 500),
            "openai": reader.number("OPENAI_BUDGET", 300),
            "voyage": reader.number("VOYAGE_BUDGET", 50),
            "mongo": reader.number("MONGO_BUDGET", 450),
            "postgres": reader.number("POSTGRES_BUDGET", 100),
            "x": reader.number("X_MONTHLY_BUDGET", 100),
            "mail": reader.number("MAIL_BUDGET", 50),
        },
        costs=read_costs(reader),
        models=read_models(reader),
        alert_threshold=reader.number("ALERT_THRESHOLD", 0.8, low=0.01, high=1.0),
        sign_up=reader.choice("SIGN_UP", SIGN_UP_MODES, default="invite"),
        staff_totp=reader.choice("STAFF_TOTP", STAFF_TOTP_MODES, default="optional" if developing else "required"),
        account_links_url=reader.base_url("ACCOUNT_LINKS_URL"),
        invites_per_creator=reader.whole("INVITES_PER_CREATOR", 5, high=1000),
        alert_emails=reader.words("ALERT_EMAILS"),
        alert_webhook_url=reader.url("ALERT_WEBHOOK_URL", schemes=("https", "http")),
        email_url=reader.url("EMAIL_URL", schemes=("smtp", "smtp+tls", "smtp+ssl")),
        default_from_email=reader.text("DEFAULT_FROM_EMAIL", "veri@localhost"),
        health_token=reader.text("HEALTH_TOKEN"),
        rate_limits=read_rate_limits(reader),
        discovery_weights={
            name: reader.number(f"DISCOVERY_WEIGHT_{name.upper()}", default, high=1.0)
            for name, default in DISCOVERY_WEIGHTS.items()
        },
        log_level=_read_log_level(reader),
        trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, high=10),
        failpoint=_read_failpoint(reader),
        variables=frozenset(reader.names),  # last
    )


def _read_store_urls(reader: EnvironmentReader, files: dict[str, Path | None]) -> dict[str, list[str]]:
    """Return each store's addresses: the variable's, else its file's, else the embedded server's."""
    found = {}
    for name, schemes in STORE_SCHEMES.items():
        given = reader.urls(name, schemes=schemes)
        path = files[name]
        if not given and path and path.is_file():
            given = [path.read_text().strip()]
        found[name] = given or [_embedded_urls.get(name, f"{schemes[0]}://127.0.0.1:1/veri")]
        if name == "DATABASE_URL" and not urlsplit(found[name][0]).path.strip("/"):
            reader.problems.append("DATABASE_URL must name a database, like postgres://host/veri")
    return found


def _read_forced_off(reader: EnvironmentReader) -> list[str]:
    names = reader.words("FLAGS_FORCED_OFF")
    unknown = sorted(set(names) - set(FLAG_NAMES))
    if unknown:
        reader.problems.append(f"FLAGS_FORCED_OFF names unknown flags; known are {', '.join(FLAG_NAMES)}")
    return names


def _read_failpoint(reader: EnvironmentReader) -> str:
    """Return where this process is to kill itself, written ``name`` or ``name:turn``; tests of crashes set it."""
    value = reader.text("VERI_FAILPOINT")
    _, colon, turn = value.partition(":")
    if colon and not turn.isdigit():
        reader.problems.append("VERI_FAILPOINT must be written name:turn, like relay.after_write:3")
    return value


def _read_log_level(reader: EnvironmentReader) -> str:
    level = reader.text("LOG_LEVEL", "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        reader.problems.append("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR")
    return level


def _find_unsafe(environment: Environment) -> list[str]:
    """Return what staging and production must not run with."""
    if environment.profile in {"local", "test"}:
        return []
    checks = {
        "DEBUG must be off": environment.debug,
        "SECRET_KEY must be set to a secret of at least 32 characters": _is_weak(environment.secret_key),
        "WEBHOOK_SECRET must be set to a secret of at least 32 characters": _is_weak(environment.webhook_secret),
        "ENCRYPTION_KEY must hold at least one key": not environment.encryption_keys,
        "ENCRYPTION_KEY must not hold the local default": LOCAL_ENCRYPTION_KEY in environment.encryption_keys,
        "VERI_FAILPOINT must not be set: it kills processes": bool(environment.failpoint),
        "PLATFORM_GATEWAY_URL must not be set: tokens would go there": bool(environment.platforms.gateway_url),
        "MERCADO_PAGO_BASE_URL and STRIPE_BASE_URL must not be set: money would be asked there": bool(
            environment.payments.mercado_pago_base_url or environment.payments.stripe_base_url
        ),
        "ALLOWED_HOSTS must name the hosts served": not environment.allowed_hosts or "*" in environment.allowed_hosts,
        f"{_missing_stores(environment)} must be set: embedded stores are for local and test only": bool(
            environment.embedded
        ),
    }
    return [problem for problem, found in checks.items() if found]


def _missing_stores(environment: Environment) -> str:
    return ", ".join(name for name, store in EMBEDDED_NAMES.items() if store in environment.embedded)


def is_web() -> bool:
    """Return whether this process serves requests: only then are database connections pooled."""
    return "web" in _roles


def get_test_run() -> tuple[int, str]:
    """Return the number of this test run, and pytest-xdist's name of this process: ``gw0``, or ``main``."""
    return int(os.environ.get("VERI_TEST_RUN", "0")), os.environ.get("PYTEST_XDIST_WORKER", "main")


def prepare_metrics_dir(*, var_dir: Path) -> Path:
    """Name the folder where all processes keep their metrics; must run before prometheus_client is imported."""
    folder = var_dir / "metrics"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def parse_email_url(url: str) -> dict[str, object]:
    """Return Django's e-mail settings for ``smtp[+tls|+ssl]://user:password@host:port``; unset, mails are printed."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    return dict(environ.Env.email_url_config(url))


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or secret == LOCAL_SECRET
