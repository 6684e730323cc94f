"""Settings shared by every profile; the profile modules override only what differs."""

from typing import Any

import django_stubs_ext

from veri.platform.connections.postgres import build_database_settings
from veri.settings import env as _env
from veri.settings.admin_theme import *  # noqa: F403  one integration per file
from veri.settings.celery import *  # noqa: F403  same
from veri.settings.security import *  # noqa: F403  same

django_stubs_ext.monkeypatch()  # lets annotations name what generic views and forms hold

ENVIRONMENT = _env.load_environment()
BASE_DIR = _env.BASE_DIR
PROFILE = ENVIRONMENT.profile
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
VAR_DIR = ENVIRONMENT.var_dir
EMBEDDED_ROOT = VAR_DIR
EMBEDDED_STORES = ENVIRONMENT.embedded

INSTALLED_APPS = [
    "veri.console.apps.ConsoleConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "veri.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "corsheaders",
    "axes",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_structlog",
    "django.contrib.postgres",
    "veri.platform.events",
    "veri.platform.ops",
    "veri.platform.http",
    "veri.platform.observability",
    "migration",
    "creators",
    "billing",
    "memory",
]

MIDDLEWARE = [
    "veri.platform.observability.middleware.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "veri.platform.http.middleware.SecurityHeadersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "veri.platform.http.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "veri.platform.http.middleware.HalfSignedInMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "veri.platform.http.middleware.ProblemMiddleware",
    "veri.platform.http.middleware.RateLimitMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "veri.urls"
WSGI_APPLICATION = "veri.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- stores
DATABASE_URLS = ENVIRONMENT.store_urls["DATABASE_URL"]
REDIS_URLS = ENVIRONMENT.store_urls["REDIS_URL"]
MONGODB_URIS = ENVIRONMENT.store_urls["MONGODB_URI"]
MONGODB_NAME = ""
STORE_URL_FILES = ENVIRONMENT.store_url_files
STORE_TIMEOUTS = {"connect": 1.5, "read": 5.0, "redis": 1.0}
DATABASES = {"default": build_database_settings(urls=DATABASE_URLS, pool=_env.is_web())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CELERY_BROKER_URL = ";".join(REDIS_URLS)
CACHES = {"default": {"BACKEND": "veri.platform.cache.backend.ResilientRedisCache", "KEY_PREFIX": "veri"}}

# --- flags: the environment gives the default, the database the stored value, FLAGS_FORCED_OFF wins over both
FLAG_DEFAULTS = ENVIRONMENT.flags
FLAGS_FORCED_OFF = ENVIRONMENT.flags_forced_off

# --- migration: windows and thresholds
MIGRATION = ENVIRONMENT.migration
FAILPOINT = ENVIRONMENT.failpoint

# --- decay: when memories fade, and for how long raw interactions are kept
DECAY = ENVIRONMENT.decay

# --- event log: a crashed worker's delivery is free again after this; the task's own time limit is shorter
EVENT_LEASE_SECONDS = 60

# --- outside vendors
CLAUDE_API_KEY = ENVIRONMENT.intelligence.claude_api_key
CLAUDE_BASE_URL = ENVIRONMENT.intelligence.claude_base_url
CLAUDE_MODEL = ENVIRONMENT.intelligence.claude_model
VOYAGE_API_KEY = ENVIRONMENT.intelligence.voyage_api_key
VOYAGE_BASE_URL = ENVIRONMENT.intelligence.voyage_base_url
VOYAGE_MODEL = ENVIRONMENT.intelligence.voyage_model
MEMORY_PROCESSORS = ENVIRONMENT.intelligence.memory_processors
MEMORY_SESSION_PAUSE = ENVIRONMENT.intelligence.memory_session_pause
OLLAMA_BASE_URL = ENVIRONMENT.intelligence.ollama_base_url
OLLAMA_MODEL = ENVIRONMENT.intelligence.ollama_model
WHISPER_MODEL_DIR = ENVIRONMENT.intelligence.whisper_model_dir
WHISPER_MEDIA_DIR = ENVIRONMENT.intelligence.whisper_media_dir or VAR_DIR / "media"
EMBEDDING_PROVIDER = ENVIRONMENT.intelligence.embedding_provider
MINILM_PATH = ENVIRONMENT.intelligence.minilm_path
VECTOR_INDEX_MINIMUM = ENVIRONMENT.intelligence.vector_index_minimum
VECTOR_INDEX_LIMIT = ENVIRONMENT.intelligence.vector_index_limit
MONGODB_VECTOR_SEARCH = ENVIRONMENT.intelligence.mongodb_vector_search
OPENAI_API_KEY = ENVIRONMENT.intelligence.openai_api_key
MODELS = ENVIRONMENT.models

# --- money: budgets in US dollars a month
MONTHLY_BUDGETS = ENVIRONMENT.budgets
COSTS = ENVIRONMENT.costs
ALERT_THRESHOLD = ENVIRONMENT.alert_threshold

# --- payments: the provider new payments go through; base addresses are for tests and the demo
PAYMENT_PROVIDER = ENVIRONMENT.payments.provider
PLATFORM_FEE_BASIS_POINTS = ENVIRONMENT.payments.platform_fee_basis_points
MERCADO_PAGO_ACCESS_TOKEN = ENVIRONMENT.payments.mercado_pago_access_token
MERCADO_PAGO_WEBHOOK_SECRET = ENVIRONMENT.payments.mercado_pago_webhook_secret
MERCADO_PAGO_BASE_URL = ENVIRONMENT.payments.mercado_pago_base_url
MERCADO_PAGO_USER_ID = ENVIRONMENT.payments.mercado_pago_user_id
STRIPE_API_KEY = ENVIRONMENT.payments.stripe_api_key
STRIPE_WEBHOOK_SECRET = ENVIRONMENT.payments.stripe_webhook_secret
STRIPE_BASE_URL = ENVIRONMENT.payments.stripe_base_url
INVOICE_ISSUER = ENVIRONMENT.payments.invoice_issuer
INVOICE_SELLER_NAME, INVOICE_SELLER_TAX_ID, INVOICE_SELLER_ADDRESS = ENVIRONMENT.payments.invoice_seller

# --- discovery: what each component of a creator's rank counts; YouTube's figures only once its terms allow it
DISCOVERY_WEIGHTS = ENVIRONMENT.discovery_weights
YOUTUBE_DERIVED_ACCEPTED = ENVIRONMENT.platforms.youtube_derived_accepted

# --- accounts: who may sign up, whether staff need a second factor, where links in mails point
SIGN_UP = ENVIRONMENT.sign_up
STAFF_TOTP = ENVIRONMENT.staff_totp
ACCOUNT_LINKS_URL = ENVIRONMENT.account_links_url
INVITES_PER_CREATOR = ENVIRONMENT.invites_per_creator

# --- notices
ALERT_EMAILS = ENVIRONMENT.alert_emails
ALERT_WEBHOOK_URL = ENVIRONMENT.alert_webhook_url
WEBHOOK_SECRET = ENVIRONMENT.webhook_secret
DEFAULT_FROM_EMAIL = ENVIRONMENT.default_from_email
EMAIL_TIMEOUT = 5
vars().update(_env.parse_email_url(ENVIRONMENT.email_url))

# --- language, time, files
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = ["veri.console.locale_formats"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
BACKUP_DIR = VAR_DIR / "backups"
ARCHIVE_DIR = VAR_DIR / "archives"
EXPORT_DIR = VAR_DIR / "exports"

# --- HTTP
AUTH_USER_MODEL = "creators.User"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "veri.platform.http.authentication.TokenAuthentication",
        "veri.platform.http.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["veri.platform.http.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "veri.platform.http.schema.ProblemAutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["veri.platform.http.throttles.ScopeThrottle"],
    "DEFAULT_PAGINATION_CLASS": "veri.platform.http.pagination.CursorPagination",
    "EXCEPTION_HANDLER": "veri.platform.http.problems.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_VERSIONING_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,  # the Accept header alone decides
}
RATE_LIMITS = ENVIRONMENT.rate_limits
RATE_LIMIT_EXEMPT_PREFIXES = ("/webhooks", "/health", "/metrics", "/static")
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
REST_KNOX = {"TOKEN_LIMIT_PER_USER": 20, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Veri API",
    "DESCRIPTION": "Creator memory with evidence: ingest what happens, ask, and get cited answers.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "MemoryStateEnum": "memory.enums.MemoryState",
        "ConnectionStateEnum": "creators.enums.ConnectionState",
        "StageEnum": "migration.enums.Stage",
        "AccountRoleEnum": "creators.enums.AccountRole",
        "BrandRoleEnum": "creators.enums.BrandRole",
        "CreatorRoleEnum": "creators.enums.CreatorRole",
        "HandleStateEnum": "creators.enums.HandleState",
        "PrivacyKindEnum": "creators.enums.PrivacyKind",
        "PrivacyStateEnum": "creators.enums.PrivacyState",
        "CreatorStageEnum": "creators.enums.CreatorStage",
        "NextStepEnum": "creators.enums.NextStep",
        "PurposeEnum": "creators.enums.ConsentPurpose",
        "AccountKindEnum": "billing.payment_enums.AccountKind",
        "CauseKindEnum": "billing.payment_enums.CauseKind",
        "IntentStateEnum": "billing.payment_enums.IntentState",
        "InvoiceKindEnum": "billing.payment_enums.InvoiceKind",
        "PaymentProviderEnum": "billing.payment_enums.Provider",
        "PaymentPurposeEnum": "billing.payment_enums.PaymentPurpose",
        "PayoutStateEnum": "billing.payment_enums.PayoutState",
        "SubscriptionStateEnum": "billing.payment_enums.SubscriptionState",
        "PlatformEnum": "creators.enums.Platform",
        "MemoryTypeEnum": "memory.enums.MemoryType",
        "CitationKindEnum": "memory.enums.TargetKind",
        "SearchKindEnum": "memory.enums.SearchKind",
        "ContentKindEnum": "creators.enums.ContentKind",
        "CategoryEnum": "creators.categories.CATEGORY_CHOICES",
        "RecommendationKindEnum": "memory.enums.RecommendationKind",
        "ActionEnum": "memory.enums.FeedbackAction",
        "CampaignKindEnum": "billing.campaign_enums.CampaignKind",
        "CampaignStateEnum": "billing.campaign_enums.CampaignState",
        "CollaborationStateEnum": "billing.campaign_enums.CollaborationState",
        "CampaignActionEnum": "billing.campaign_enums.Action",
        "CampaignMoveEnum": "billing.campaign_enums.CAMPAIGN_MOVES",
        "CollaborationMoveEnum": "billing.campaign_enums.COLLABORATION_MOVES",
        "OfferStateEnum": "billing.campaign_enums.OfferState",
        "DeliverableStateEnum": "billing.campaign_enums.DeliverableState",
        "DeliverableFormatEnum": "billing.campaign_enums.DeliverableFormat",
        "DisputeStateEnum": "billing.campaign_enums.DisputeState",
        "ContractEventKindEnum": "billing.campaign_enums.ContractEventKind",
        "SideEnum": "billing.campaign_enums.Side",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "AUTHENTICATION_WHITELIST": [
        "veri.platform.http.authentication.TokenAuthentication",
        "veri.platform.http.authentication.ApiKeyAuthentication",
    ],
}
HEALTH_TOKEN = ENVIRONMENT.health_token

# --- observability
LOG_LEVEL = ENVIRONMENT.log_level
LOGGING_CONFIG = None
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
SENTRY_DSN = ENVIRONMENT.sentry_dsn
METRICS_DIR = _env.prepare_metrics_dir(var_dir=VAR_DIR)
PROMETHEUS_ENDPOINT = ENVIRONMENT.prometheus_endpoint
REDPANDA_BROKERS = ENVIRONMENT.redpanda_brokers
KAFKA_GROUP_ID = ENVIRONMENT.kafka_group_id
KAFKA_TOPICS = ENVIRONMENT.kafka_topics
PLATFORM_CREDENTIALS = ENVIRONMENT.platforms.credentials
PLATFORM_GATEWAY_URL = ENVIRONMENT.platforms.gateway_url
TWITTER_BEARER_TOKEN = ENVIRONMENT.platforms.twitter_bearer_token
TWITTER_CONSUMER_SECRET = ENVIRONMENT.platforms.twitter_consumer_secret
X_MONTHLY_BUDGET = ENVIRONMENT.platforms.x_monthly_budget
PUBLIC_URL = ENVIRONMENT.platforms.public_url
CONNECT_RETURN_URLS = ENVIRONMENT.platforms.connect_return_urls
ENCRYPTION_KEYS = ENVIRONMENT.encryption_keys
