"""X's OAuth: PKCE, HTTP Basic on every call of the token endpoint, refresh tokens for a single use."""

from typing import Any

from social_core.backends.twitter_oauth2 import TwitterOAuth2

from creators.clients.oauth import PlatformBackend

TOKEN_ADDRESS = "https://api.x.com/2/oauth2"  # noqa: S105  an address


class XBackend(PlatformBackend, TwitterOAuth2[Any]):
    platform = "x"
    credentials = "twitter"
    AUTHORIZATION_URL = "https://x.com/i/oauth2/authorize"
    ACCESS_TOKEN_URL = f"{TOKEN_ADDRESS}/token"
    REVOKE_TOKEN_URL = f"{TOKEN_ADDRESS}/revoke"
    SCOPES = ("users.read", "tweet.read", "follows.read", "like.read", "offline.access")
    PKCE_DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    PKCE_DEFAULT_CODE_VERIFIER_LENGTH = 64

    def refresh_token_auth(self) -> Any:
        """Confidential clients name themselves by HTTP Basic when refreshing too; social-core puts them in the body."""
        return self.get_key_and_secret()

    def refresh_token_params(self, token: str, *args: Any, **kwargs: Any) -> dict[str, str]:
        return {"grant_type": "refresh_token", "refresh_token": token}

    def list_revoke_fields(self, token: str) -> dict[str, str]:
        return {"token": token}
