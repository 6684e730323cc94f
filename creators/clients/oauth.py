"""social-core's backends over our transport: they know each platform's parameters, we keep the state and the tokens."""

from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from social_core.backends.oauth import BaseOAuth2
from social_core.storage import BaseStorage
from social_core.strategy import BaseStrategy

from creators.clients.errors import BadAnswer, CallRefused, GrantRejected, PlatformUnavailable, RateLimited
from creators.clients.records import TokenGrant
from creators.clients.transport import Answer, call

SERVER_ERROR = 500
TOO_MANY = 429
UNAUTHORIZED = 401
LONGEST_TOKEN = 8_000
LONGEST_LIFETIME = 10 * 365 * 86_400
# RFC 6749, section 5.2, and what platforms say instead.
_DEAD_GRANTS = frozenset({"invalid_grant", "access_denied", "invalid_token", "invalid_refresh_token"})


class _Nonces:
    """social-core's guard against a state used twice; ours is the conditional update of the ticket's row."""

    @staticmethod
    def use(*_args: object) -> bool:
        return True

    @staticmethod
    def consume(*_args: object) -> bool:
        return True


class _Storage(BaseStorage):
    nonce = _Nonces  # type: ignore[assignment]  # the two methods backends call


class TicketStrategy(BaseStrategy[Any]):
    """Settings from ours, and a session that is a dictionary the ticket keeps. No users, no pipeline, no rows."""

    def __init__(
        self, *, session: dict[str, Any], data: Mapping[str, str], options: Mapping[str, Any], redirect_uri: str
    ) -> None:
        self.session = session
        self._data = dict(data)
        self._options = options
        self._redirect_uri = redirect_uri
        super().__init__(storage=_Storage)

    def setting(self, name: str, default: Any = None, backend: Any = None) -> Any:
        return self._options.get(name, default)

    def request_data(self, merge: bool = True) -> dict[str, str]:  # noqa: FBT001, FBT002  the base's signature
        return self._data

    def absolute_uri(self, path: str | None = None) -> str:
        return self._redirect_uri

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.session.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.session[name] = value

    def session_pop(self, name: str) -> Any:
        return self.session.pop(name, None)


class PlatformBackend(BaseOAuth2[Any]):
    """Mix in before a social-core backend: our transport, our errors, and a typed grant."""

    platform = ""
    credentials = ""  # the name of its pair in PLATFORM_CREDENTIALS
    SCOPES: tuple[str, ...] = ()
    OPTIONS: Mapping[str, Any] = {}

    @classmethod
    def build(
        cls, *, session: dict[str, Any] | None = None, data: Mapping[str, str] | None = None, redirect_uri: str = ""
    ) -> "PlatformBackend":
        """Return a backend for one step of one flow; ``session`` is changed in place."""
        key, secret = settings.PLATFORM_CREDENTIALS[cls.credentials]
        options = {"KEY": key, "SECRET": secret, "SCOPE": list(cls.SCOPES), "IGNORE_DEFAULT_SCOPE": True, **cls.OPTIONS}
        strategy = TicketStrategy(
            session={} if session is None else session, data=data or {}, options=options, redirect_uri=redirect_uri
        )
        return cls(strategy)

    def request(self, url: str, *, method: str = "GET", **sent: Any) -> Any:
        """Call through our transport; whatever is no success becomes one of our errors."""
        answer = call(
            platform=self.platform,
            method=method,
            url=url,
            headers=sent.get("headers"),
            params=sent.get("params"),
            form=sent.get("data"),
            json=sent.get("json"),
            auth=sent.get("auth"),
        )
        self.check(answer)
        return answer

    def check(self, answer: Answer) -> None:
        """Raise what a token endpoint's answer means; TikTok and others tell errors with status 200 as well."""
        body = answer.try_json()
        error = body.get("error")
        if answer.is_ok and not error:
            return
        if answer.status >= SERVER_ERROR:
            raise PlatformUnavailable(platform=self.platform, detail=f"status {answer.status}")
        if answer.status == TOO_MANY:
            raise RateLimited(platform=self.platform)
        self._refuse(answer, body)

    def _refuse(self, answer: Answer, body: dict[str, Any]) -> NoReturn:
        error = body.get("error")
        if not body:
            raise BadAnswer(platform=self.platform, detail=f"no JSON, status {answer.status}")
        # Twitch says {"status": 400, "message": "Invalid refresh token"}.
        said = str(body.get("message", "")).lower()
        if error in _DEAD_GRANTS or "invalid refresh token" in said or "invalid authorization code" in said:
            raise GrantRejected(platform=self.platform, detail=f"status {answer.status}")
        if answer.status == UNAUTHORIZED and error != "invalid_client":
            raise GrantRejected(platform=self.platform, detail="status 401")
        raise CallRefused(platform=self.platform, detail=f"status {answer.status}")

    def start_address(self) -> str:
        """Return where the browser goes to; the state is in ``strategy.session`` afterwards."""
        return str(self.auth_url())

    def exchange(self) -> TokenGrant:
        """Trade the code of ``data`` for tokens; the state must be one of the session.

        Raises:
            PlatformError: of its kinds.
            SocialAuthBaseException: the state or the verifier is missing or another.
        """
        state = self.validate_state()
        answer = self.request_access_token(
            self.access_token_url(),
            data=self.auth_complete_params(state),  # type: ignore[no-untyped-call]  # social-core annotates a part
            headers=self.auth_headers(),
            auth=self.auth_complete_credentials(),  # type: ignore[no-untyped-call]  # same
            method=self.ACCESS_TOKEN_METHOD,
        )
        return self.read_grant(answer)

    def refresh(self, refresh_token: str) -> TokenGrant:
        """Trade a refresh token for new tokens.

        Raises:
            PlatformError: of its kinds; ``GrantRejected`` when the creator has to connect again.
        """
        answer = self.request(
            self.refresh_token_url(),  # type: ignore[no-untyped-call]  # same
            method="POST",
            headers=self.auth_headers(),
            data=self.refresh_token_params(refresh_token),
            auth=self.refresh_token_auth(),
        )
        return self.read_grant(answer.json())

    def revoke(self, token: str) -> None:
        """Ask the platform to end a token; one it does not know any more counts as ended.

        Raises:
            PlatformUnavailable: it could not be asked; also another ``PlatformError``.
        """
        answer = call(
            platform=self.platform,
            method="POST",
            url=self.REVOKE_TOKEN_URL,
            headers=dict(self.auth_headers()),  # type: ignore[arg-type]  # text, ours
            form=self.list_revoke_fields(token),
            auth=self.refresh_token_auth(),  # type: ignore[arg-type]  # a pair, ours
        )
        if answer.status in {200, 400, 401}:
            return
        self.check(answer)

    def list_revoke_fields(self, token: str) -> dict[str, str]:
        key, secret = self.get_key_and_secret()
        return {"token": token, "client_id": key, "client_secret": secret}

    def read_grant(self, body: dict[str, Any]) -> TokenGrant:
        """Return a token endpoint's answer, typed.

        Raises:
            BadAnswer: no usable access token.
        """
        access, refresh = body.get("access_token"), body.get("refresh_token")
        if not isinstance(access, str) or not 0 < len(access) <= LONGEST_TOKEN:
            raise BadAnswer(platform=self.platform, detail="no access token")
        return TokenGrant(
            access=access,
            refresh=refresh if isinstance(refresh, str) and len(refresh) <= LONGEST_TOKEN else "",
            expires_in=_read_lifetime(body.get("expires_in")),
            refresh_expires_in=_read_lifetime(body.get("refresh_expires_in")),
            scopes=_read_scopes(body.get("scope")),
        )


def _read_lifetime(value: object) -> int | None:
    """Return seconds; platforms write them as numbers and as texts."""
    try:
        seconds = int(str(value))
    except ValueError:
        return None
    return min(seconds, LONGEST_LIFETIME) if seconds > 0 else None


def _read_scopes(value: object) -> frozenset[str] | None:
    """Return granted scopes from a list, or a text separated by spaces or commas."""
    if isinstance(value, str):
        return frozenset(value.replace(",", " ").split())
    return frozenset(str(one) for one in value) if isinstance(value, list) else None
