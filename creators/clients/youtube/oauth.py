"""Google's OAuth for YouTube: offline access and a forced consent, else no refresh token comes; PKCE on top."""

from typing import Any

from social_core.backends.google import GoogleOAuth2
from social_core.backends.oauth import BaseOAuth2PKCE

from creators.clients.oauth import PlatformBackend


class YouTubeBackend(PlatformBackend, BaseOAuth2PKCE[Any], GoogleOAuth2[Any]):
    platform = "youtube"
    credentials = "youtube"
    AUTHORIZATION_URL = "https://accounts.google.com/o/oauth2/v2/auth"
    ACCESS_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
    REVOKE_TOKEN_URL = "https://oauth2.googleapis.com/revoke"  # noqa: S105  same
    SCOPES = ("https://www.googleapis.com/auth/youtube.readonly",)
    OPTIONS = {"AUTH_EXTRA_ARGUMENTS": {"access_type": "offline", "prompt": "consent"}}

    def list_revoke_fields(self, token: str) -> dict[str, str]:
        return {"token": token}
