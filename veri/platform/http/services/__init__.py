from veri.platform.http.services.api_keys import CreatedApiKey as CreatedApiKey
from veri.platform.http.services.api_keys import create_api_key as create_api_key
from veri.platform.http.services.api_keys import record_api_key_use as record_api_key_use
from veri.platform.http.services.api_keys import revoke_api_key as revoke_api_key
from veri.platform.http.services.api_keys import rotate_api_key as rotate_api_key
