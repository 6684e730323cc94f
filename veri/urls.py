"""Every address Veri answers."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("veri.platform.http.urls")),
    path("api/v1/", include("migration.urls")),
    path("api/v1/", include("creators.urls")),
    path("api/v1/", include("billing.urls")),
    path("api/v1/", include("memory.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("creators.public_urls")),
    path("", include("billing.public_urls")),
    path("", include("veri.platform.ops.urls")),
    path("", include("veri.platform.observability.urls")),
]

handler400 = "veri.platform.http.error_views.handle_bad_request"
handler403 = "veri.platform.http.error_views.handle_permission_denied"
handler404 = "veri.platform.http.error_views.handle_not_found"
handler500 = "veri.platform.http.error_views.handle_server_error"
