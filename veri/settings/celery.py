"""Celery: queues per concern, late acknowledgement, limits; the schedule lives in the database."""

from datetime import timedelta

from kombu import Queue  # type: ignore[attr-defined]  # kombu exports it lazily

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "global_keyprefix": "veri-celery:",
    # Without these a publish to a broker that is away blocks its web request for six seconds before it fails.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False  # the event log is the retry: a publish that fails must fail at once
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [
    Queue(name)  # type: ignore[no-untyped-call]  # kombu has no annotations
    for name in ("default", "events", "creators", "memory", "migration", "billing", "ops")
]
# A task's queue is the first word of its name; what has no queue of its own goes to ops.
CELERY_TASK_ROUTES = {
    **{f"{name}.*": {"queue": name} for name in ("events", "creators", "memory", "migration", "billing", "ops")},
    "http.*": {"queue": "ops"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Installed into the database by `manage.py install_schedule`; staff may change or disable entries there.
# Each name has its task, period and queue.
DEFAULT_SCHEDULE: dict[str, tuple[str, timedelta, str]] = {
    "events: deliver what was lost": ("events.sweep_deliveries", timedelta(seconds=10), "events"),
    "events: remove old events": ("events.remove_expired_events", timedelta(hours=24), "events"),
    "migration: check parity": ("migration.check_parity", timedelta(hours=24), "migration"),
    "migration: reconcile": ("migration.reconcile", timedelta(hours=6), "migration"),
    "migration: compare fingerprints": ("migration.continue_fast_pass", timedelta(minutes=1), "migration"),
    "migration: watch": ("migration.watch", timedelta(seconds=15), "ops"),
    "migration: advance rollouts": ("migration.advance_rollouts", timedelta(minutes=1), "ops"),
    "migration: remove old measures": ("migration.remove_old_measures", timedelta(hours=24), "migration"),
    "migration: heartbeats": ("migration.send_heartbeats", timedelta(seconds=60), "migration"),
    "migration: go on with backfills": ("migration.sweep_backfills", timedelta(seconds=60), "migration"),
    "billing: expire reservations": ("billing.expire_reservations", timedelta(seconds=60), "billing"),
    "billing: advance campaigns": ("billing.advance_campaigns", timedelta(seconds=60), "billing"),
    "billing: poll payments": ("billing.poll_payments", timedelta(hours=1), "billing"),
    "billing: send refunds": ("billing.send_refunds", timedelta(minutes=1), "billing"),
    "billing: advance subscriptions": ("billing.advance_subscriptions", timedelta(minutes=5), "billing"),
    "billing: check the ledger": ("billing.check_ledger", timedelta(hours=24), "billing"),
    "billing: expire pending transfers": ("billing.expire_pending", timedelta(minutes=1), "billing"),
    "billing: sum usage by day": ("billing.roll_usage", timedelta(seconds=60), "billing"),
    "billing: meter storage": ("billing.meter_storage", timedelta(hours=6), "billing"),
    "billing: meter X and mails": ("billing.meter_outside", timedelta(minutes=10), "billing"),
    "billing: compare with providers": ("billing.compare_providers", timedelta(hours=24), "billing"),
    "billing: watch budgets": ("billing.watch_budgets", timedelta(seconds=60), "billing"),
    "creators: read connections that are due": ("creators.synchronise_due", timedelta(minutes=1), "creators"),
    "creators: keep webhook subscriptions": ("creators.keep_subscriptions", timedelta(minutes=5), "creators"),
    "creators: compare webhook subscriptions": ("creators.repair_subscriptions", timedelta(hours=6), "creators"),
    "creators: validate tokens": ("creators.validate_tokens", timedelta(minutes=5), "creators"),
    "creators: remove old platform data": ("creators.remove_old_platform_data", timedelta(hours=6), "creators"),
    "creators: remove old analytics": ("creators.remove_old_analytics", timedelta(hours=1), "creators"),
    "memory: embed what waits": ("memory.store_waiting_vectors", timedelta(minutes=5), "memory"),
    "memory: go on with a change of provider": ("memory.continue_reembedding", timedelta(seconds=60), "memory"),
    "memory: indexes of many vectors": ("memory.align_vector_indexes", timedelta(hours=1), "memory"),
    "memory: realign with the evidence": ("memory.realign", timedelta(minutes=10), "memory"),
    "memory: embed content that waits": ("memory.index_waiting_content", timedelta(minutes=5), "memory"),
    "memory: refresh creator summaries": ("memory.refresh_summaries", timedelta(minutes=15), "memory"),
    "memory: remove old recommendations": ("memory.remove_expired_recommendations", timedelta(hours=1), "memory"),
    "memory: read closed sessions": ("memory.process_sessions", timedelta(minutes=5), "memory"),
    "memory: let memories fade": ("memory.decay", timedelta(hours=24), "memory"),
    "memory: go on with decay": ("memory.continue_decay", timedelta(minutes=1), "memory"),
    "memory: empty old interactions": ("memory.empty_expired_interactions", timedelta(hours=1), "memory"),
    "memory: forget what is asked": ("memory.process_forget_requests", timedelta(minutes=1), "memory"),
    "memory: remove abandoned evaluations": ("memory.remove_abandoned_evaluations", timedelta(hours=1), "memory"),
    "memory: consolidate observations": ("memory.consolidate", timedelta(hours=24), "memory"),
    "memory: fit the model of returns": ("memory.fit_returns", timedelta(hours=24), "memory"),
    "memory: learn weights": ("memory.learn_weights", timedelta(hours=24), "memory"),
    "creators: recompute scores": ("creators.recompute_scores", timedelta(minutes=15), "creators"),
    "creators: thin old scores": ("creators.thin_scores", timedelta(hours=24), "creators"),
    "creators: rebuild boards": ("creators.rebuild_boards", timedelta(minutes=10), "creators"),
    "creators: close seasons": ("creators.close_seasons", timedelta(minutes=10), "creators"),
    "creators: award achievements": ("creators.award_achievements", timedelta(minutes=15), "creators"),
    "creators: go on with privacy requests": ("creators.process_privacy_requests", timedelta(minutes=1), "creators"),
    "creators: remove what expired": ("creators.remove_expired", timedelta(hours=1), "creators"),
    "creators: mend what is explored": ("creators.refresh_explored", timedelta(hours=24), "creators"),
    "ops: deliver notices": ("ops.deliver_notifications", timedelta(seconds=30), "ops"),
    "ops: beat heartbeat": ("ops.record_beat_heartbeat", timedelta(seconds=30), "ops"),
    "http: count users' requests": ("http.flush_request_counts", timedelta(seconds=60), "ops"),
    "http: remove old idempotency keys": ("http.remove_expired_idempotency_keys", timedelta(hours=24), "ops"),
}
