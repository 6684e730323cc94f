from veri.platform.http.admin.api_keys import ApiKeyAdmin as ApiKeyAdmin
from veri.platform.http.admin.idempotency import IdempotencyRecordAdmin as IdempotencyRecordAdmin
from veri.platform.http.admin.request_counts import RequestCountAdmin as RequestCountAdmin
