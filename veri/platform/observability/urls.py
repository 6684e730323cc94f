from django.urls import path

from veri.platform.observability.views import show_metrics

urlpatterns = [path("metrics", show_metrics, name="metrics")]
