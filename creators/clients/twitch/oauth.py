"""Twitch's OAuth: id and secret in the body, scopes as a list, a refresh token that may change."""

from social_core.backends.twitch import TwitchOAuth2

from creators.clients.errors import TokenRejected
from creators.clients.oauth import UNAUTHORIZED, PlatformBackend
from creators.clients.transport import call

ID_ADDRESS = "https://id.twitch.tv/oauth2"


class TwitchBackend(PlatformBackend, TwitchOAuth2):  # type: ignore[type-arg]  # generic in what pipelines return
    platform = "twitch"
    credentials = "twitch"
    ACCESS_TOKEN_URL = f"{ID_ADDRESS}/token"
    REVOKE_TOKEN_URL = f"{ID_ADDRESS}/revoke"
    SCOPES = ("user:read:email", "moderator:read:followers", "channel:read:subscriptions", "bits:read")

    def list_revoke_fields(self, token: str) -> dict[str, str]:
        return {"token": token, "client_id": self.get_key_and_secret()[0]}


def validate_token(token: str) -> None:
    """Ask whether a token still holds, as Twitch demands every hour.

    Raises:
        TokenRejected: it does not.
        PlatformError: it could not be asked.
    """
    answer = call(
        platform="twitch", method="GET", url=f"{ID_ADDRESS}/validate", headers={"Authorization": f"OAuth {token}"}
    )
    if answer.status == UNAUTHORIZED:
        raise TokenRejected(platform="twitch")
    TwitchBackend.build().check(answer)
