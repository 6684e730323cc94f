"""What the creators app contributes to ``/metrics``."""

from datetime import timedelta

from django.utils import timezone

from creators.models import Creator, Interaction
from veri.platform.observability.registry import register_gauge

ACTIVE_WITHIN = timedelta(days=30)


def _count_active() -> int:
    recent = Interaction.objects.filter(received_at__gte=timezone.now() - ACTIVE_WITHIN)
    return Creator.objects.filter(pk__in=recent.values("creator")).count()


def register_metrics() -> None:
    register_gauge(name="veri_active_creators_total", read=_count_active)
