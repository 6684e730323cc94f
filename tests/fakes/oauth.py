"""An authorization server (RFC 6749, 7636, 7009) with the habits of each platform."""

import base64
import hashlib
import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.fakes.frame import Asked, Reply

CLIENT_ID, CLIENT_SECRET = "veri-fake-client", "veri-fake-client-secret"
Tell = Callable[[str], Reply]


@dataclass
class Grant:
    """What an account allowed; all tokens of a grant are its family."""

    account_id: str
    scopes: list[str]
    access: str = ""
    refresh: str = ""
    is_over: bool = False
    spent: set[str] = field(default_factory=set)


@dataclass
class Code:
    account_id: str
    scopes: list[str]
    redirect_uri: str
    challenge: str
    is_used: bool = False


@dataclass
class Issuer:
    """Rules: ``rotates`` gives a new refresh token each time; ``kills`` ends the family when a spent one comes again.

    The next person at the consent page is ``account_id``, and ``consent`` what that person does: ``grant``, ``cancel``,
    or a list of the scopes left ticked. ``tell`` writes errors as the platform does.
    """

    name: str
    account_id: str
    tell: Tell
    separator: str = " "
    key_name: str = "client_id"
    is_basic: bool = False
    needs_pkce: bool = False
    rotates: bool = True
    kills: bool = False
    expires_in: int = 7_200
    refresh_expires_in: int | None = None
    consent: str | list[str] = "grant"
    refreshed: int = 0
    codes: dict[str, Code] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    write_scopes: Callable[[list[str]], Any] = " ".join

    def authorize(self, asked: Asked) -> Reply:
        """Answer the consent page: the browser is sent back at once. ``fake_account`` and ``fake_consent`` choose."""
        query = asked.query
        if query.get(self.key_name) != CLIENT_ID or not query.get("redirect_uri") or not query.get("state"):
            return Reply(400, b"unknown client, or no redirect_uri or state")
        if self.needs_pkce and (query.get("code_challenge_method") != "S256" or not query.get("code_challenge")):
            return Reply(400, b"PKCE with S256 is required")
        consent = query.get("fake_consent") or self.consent
        told = {"state": query["state"]}
        if consent == "cancel":
            told |= {"error": "access_denied", "error_description": "The user denied you access"}
            return _send_back(query["redirect_uri"], told)
        wanted = [one for one in query.get("scope", "").split(self.separator) if one]
        scopes = wanted if consent == "grant" else [one for one in wanted if one in _split(consent)]
        code = f"{self.name}-code-{next(self.numbers)}"
        self.codes[code] = Code(
            account_id=query.get("fake_account") or self.account_id,
            scopes=scopes,
            redirect_uri=query["redirect_uri"],
            challenge=query.get("code_challenge", ""),
        )
        return _send_back(query["redirect_uri"], {**told, "code": code})

    def token(self, asked: Asked) -> Reply:
        with self.lock:
            form = asked.form
            named = asked.basic if self.is_basic else (form.get(self.key_name, ""), form.get("client_secret", ""))
            if named != (CLIENT_ID, CLIENT_SECRET):
                return self.tell("invalid_client")
            if form.get("grant_type") == "client_credentials":
                return self._write(Grant(account_id="", scopes=[]), is_app=True)
            if form.get("grant_type") == "authorization_code":
                return self._take_code(form)
            return self._take_refresh(form.get("refresh_token", ""))

    def _take_code(self, form: dict[str, str]) -> Reply:
        code = self.codes.get(form.get("code", ""))
        if code is None or code.redirect_uri != form.get("redirect_uri"):
            return self.tell("invalid_grant")
        if code.is_used or not _fits(code.challenge, form.get("code_verifier", "")):
            return self.tell("invalid_grant")
        code.is_used = True
        grant = Grant(account_id=code.account_id, scopes=code.scopes)
        self.grants.append(grant)
        return self._write(grant)

    def _take_refresh(self, word: str) -> Reply:
        grant = next((one for one in self.grants if word and (word == one.refresh or word in one.spent)), None)
        if grant is None or grant.is_over:
            return self.tell("invalid_grant")
        if word in grant.spent:
            grant.is_over = self.kills
            return self.tell("invalid_grant")
        self.refreshed += 1
        return self._write(grant)

    def _write(self, grant: Grant, *, is_app: bool = False) -> Reply:
        number = next(self.numbers)
        grant.access = f"{self.name}-access-{number}"
        body: dict[str, Any] = {
            "access_token": grant.access, "expires_in": self.expires_in, "token_type": "bearer",
        }  # fmt: skip
        if is_app:
            self.grants.append(grant)
            return Reply(200, body)
        if self.rotates or not grant.refresh:
            grant.spent |= {grant.refresh} if grant.refresh else set()
            grant.refresh = f"{self.name}-refresh-{number}"
            body["refresh_token"] = grant.refresh
        if self.refresh_expires_in:
            body["refresh_expires_in"] = self.refresh_expires_in
        return Reply(200, body | {"scope": self.write_scopes(grant.scopes)} | self.add_fields(grant))

    def add_fields(self, grant: Grant) -> dict[str, Any]:
        return {}

    def revoke(self, word: str) -> bool:
        """End the family of a token; return whether there was one."""
        with self.lock:
            for grant in self.grants:
                if word and word in {grant.access, grant.refresh}:
                    grant.is_over = True
                    return True
            return False

    def find(self, access: str) -> Grant | None:
        """Return the living grant of an access token."""
        return next((one for one in self.grants if access and one.access == access and not one.is_over), None)

    def end_access_tokens(self) -> None:
        """Let every access token run out; refresh tokens stay."""
        for grant in self.grants:
            grant.access = f"ended-{grant.access}"


def _fits(challenge: str, verifier: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return not challenge or challenge == digest


def _split(consent: str | Iterable[str]) -> list[str]:
    return consent.split(",") if isinstance(consent, str) else list(consent)


def _send_back(address: str, told: dict[str, str]) -> Reply:
    return Reply(302, b"", {"location": f"{address}?{urlencode(told)}"})
