"""Content items in the console: looked at, exported to CSV and imported from it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from creators.errors import ContentFileRejected
from creators.models import ContentItem
from creators.services.content_files import COLUMNS, MAX_FILE_BYTES, MAX_ROWS, export_content, import_content
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

SHOWN_ERRORS = 50


class ContentFileForm(forms.Form):
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget, help_text="CSV, UTF-8, with a header line.")
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Kept in the audit trail.")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(f"At most {MAX_FILE_BYTES // 1024**2} MiB.")
        return file


@admin.register(ContentItem)
class ContentItemAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "creator",
        "platform",
        "kind",
        "shortened_title",
        "availability",
        "published_at",
        "metrics_at",
    )
    list_select_related = ("creator",)
    list_filter = ("platform", "kind", "availability")
    search_fields = ("=external_id", "=creator__handle")
    search_help_text = "A platform's id, or a handle."
    ordering = ("-id",)
    sortable_by = ()
    exclude = ("told_at",)
    raw_id_fields = ("interaction",)
    actions = ("export_selected",)
    actions_list = ("open_import",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContentItem]:
        rows: QuerySet[ContentItem] = super().get_queryset(request)
        match = request.resolver_match
        listing = bool(match and match.url_name and match.url_name.endswith("_changelist"))
        return rows.defer("transcript", "description") if listing and request.method == "GET" else rows

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may import; the rows themselves stay read-only."""
        return bool(request.user.has_perm("creators.change_contentitem"))

    def has_open_import_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_import_permission(request)

    @admin.display(description="Title")
    def shortened_title(self, item: ContentItem) -> str:
        return item.title[:80]

    @admin.action(description="Export to CSV", permissions=["view"])
    def export_selected(self, request: HttpRequest, queryset: QuerySet[ContentItem]) -> StreamingHttpResponse:
        items = queryset.select_related("creator").order_by("pk")[:MAX_ROWS]
        response = StreamingHttpResponse(export_content(items=items.iterator(chunk_size=200)), content_type="text/csv")
        response["Content-Disposition"] = 'attachment; filename="content.csv"'
        return response

    @action(description="Import from CSV", url_path="open-import", permissions=["open_import"])
    def open_import(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:creators_contentitem_import"))

    def get_urls(self) -> list[URLPattern]:
        page = path("import/", self.admin_site.admin_view(self.show_import), name="creators_contentitem_import")
        return [page, *super().get_urls()]

    def show_import(self, request: HttpRequest) -> HttpResponse:
        """Take a file: good rows are merged, refused ones are named; a file that cannot be read changes nothing."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ContentFileForm(request.POST or None, request.FILES or None)
        errors = []
        if request.method == "POST" and form.is_valid():
            user: Any = request.user
            try:
                done = import_content(
                    data=form.cleaned_data["file"].read(),
                    acting_user=user,
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except ContentFileRejected as refusal:
                form.add_error("file", str(refusal))
            else:
                counts = f"{done.created} created, {done.changed} changed, {len(done.errors)} refused."
                messages.add_message(request, messages.WARNING if done.errors else messages.SUCCESS, counts)
                if not done.errors:
                    return HttpResponseRedirect(reverse("admin:creators_contentitem_changelist"))
                errors = done.errors
        context = {
            **self.admin_site.each_context(request),
            "title": "Import content items",
            "form": form,
            "rows": errors[:SHOWN_ERRORS],
            "more": max(0, len(errors) - SHOWN_ERRORS),
            "columns": COLUMNS,
            "cancel_url": reverse("admin:creators_contentitem_changelist"),
        }
        return TemplateResponse(request, "admin/creators/import_content.html", context)
