"""The demo's client of Veri's own API."""

from typing import Any

import httpx

BATCH = 100


class ApiFailed(Exception):
    """Raised when the API answers with another status than expected; shows the answer."""


class Api:
    """One signed-in caller."""

    def __init__(self, *, address: str, username: str, password: str) -> None:
        self.password = password
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=30)
        answer = self.post("/auth/token", {"username": username, "password": password}, status=None)
        self._http.headers["Authorization"] = f"Token {answer['token']}"

    def close(self) -> None:
        self._http.close()

    def create_creator(self, *, handle: str, display_name: str) -> None:
        self.post("/creators", {"handle": handle, "display_name": display_name}, status=httpx.codes.CREATED)

    def record(self, items: list[dict[str, Any]]) -> int:
        """Ingest items in batches of 100; return how many were created.

        Raises:
            ApiFailed: when any item was refused.
        """
        created = 0
        for start in range(0, len(items), BATCH):
            answer = self.post("/interactions", {"interactions": items[start : start + BATCH]})
            if answer["rejected"]:
                raise ApiFailed(f"refused: {[one for one in answer['results'] if one['status'] == 'rejected'][:3]}")
            created += answer["created"]
        return created

    def ask(self, *, creator: str, question: str) -> dict[str, Any]:
        return self.post("/assistant/chat", {"creator": creator, "question": question})

    def get(self, path: str) -> dict[str, Any]:
        return self._read(self._http.get(path), httpx.codes.OK)

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._read(self._http.put(path, json=body), httpx.codes.OK)

    def post(self, path: str, body: dict[str, Any], *, status: int | None = httpx.codes.OK) -> dict[str, Any]:
        return self._read(self._http.post(path, json=body), status)

    def _read(self, response: httpx.Response, status: int | None) -> dict[str, Any]:
        expected = response.is_success if status is None else response.status_code == status
        if not expected:
            raise ApiFailed(f"{response.request.url.path} answered {response.status_code}: {response.text[:500]}")
        answer: dict[str, Any] = response.json()
        return answer
