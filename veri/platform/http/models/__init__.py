from veri.platform.http.models.api_key import ApiKey as ApiKey
from veri.platform.http.models.idempotency import IdempotencyRecord as IdempotencyRecord
