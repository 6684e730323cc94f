from veri.platform.http.models.api_key import ApiKey as ApiKey
from veri.platform.http.models.idempotency import IdempotencyRecord as IdempotencyRecord
from veri.platform.http.models.request_count import RequestCount as RequestCount
