from django.urls import path

from veri.platform.ops.views import show_deep, show_live, show_ready

urlpatterns = [
    path("health", show_ready, name="health"),
    path("health/live", show_live, name="health-live"),
    path("health/ready", show_ready, name="health-ready"),
    path("health/deep", show_deep, name="health-deep"),
]
