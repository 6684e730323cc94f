"""The WSGI entry point; gunicorn serves it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veri.settings.local")

from veri.settings.env import start_embedded_stores

start_embedded_stores(command="web")
import veri.celery  # noqa: E402, F401  tasks that a request enqueues need the configured application

application = get_wsgi_application()
