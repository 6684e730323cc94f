"""The Celery application. Start with ``celery -A veri.celery worker``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veri.settings.local")

from veri.settings.env import start_embedded_stores

start_embedded_stores(command="celery")
app = Celery("veri")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
