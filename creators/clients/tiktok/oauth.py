"""TikTok's OAuth (social-core has no backend): ``client_key``, scopes by commas, flat errors with status 200."""

from typing import Any

from social_core.backends.oauth import BaseOAuth2

from creators.clients.oauth import PlatformBackend

API = "https://open.tiktokapis.com/v2/oauth"


class TikTokBackend(PlatformBackend, BaseOAuth2[Any]):
    """A web client: TikTok takes no verifier from those (PKCE is for its mobile and desktop clients)."""

    name = "tiktok"
    platform = "tiktok"
    credentials = "tiktok"
    AUTHORIZATION_URL = "https://www.tiktok.com/v2/auth/authorize/"
    ACCESS_TOKEN_URL = f"{API}/token/"
    REVOKE_TOKEN_URL = f"{API}/revoke/"
    REDIRECT_STATE = False
    SCOPE_SEPARATOR = ","
    SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")

    def auth_params(self, state: str | None = None) -> dict[str, str]:
        return _name_key(super().auth_params(state))

    def auth_complete_params(self, state: Any = None) -> dict[str, str]:
        return _name_key(super().auth_complete_params(state))  # type: ignore[no-untyped-call]  # social-core annotates a part

    def refresh_token_params(self, token: str, *args: Any, **kwargs: Any) -> dict[str, str]:
        return _name_key(super().refresh_token_params(token, *args, **kwargs))

    def list_revoke_fields(self, token: str) -> dict[str, str]:
        return _name_key(super().list_revoke_fields(token))


def _name_key(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters with the client under TikTok's name."""
    return {"client_key" if name == "client_id" else name: value for name, value in params.items()}
