from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("measured/<str:name>", lambda request, name: HttpResponse("ok")),
    path("", include("veri.platform.observability.urls")),
]
