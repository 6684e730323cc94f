"""A language model that answers every request of the Messages API after a fixed time; a process of its own."""

import asyncio
import re
import sys

SECONDS = 0.3
_ID = re.compile(rb"\[(memory|interaction):([0-9]+)\]")
_BODY = (
    b'{"id":"msg_1","type":"message","role":"assistant","model":"stub","content":[{"type":"text","text":"That is'
    b' what is known [%s]."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":900,'
    b'"cache_creation_input_tokens":0,"cache_read_input_tokens":300,"output_tokens":40}}'
)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_stub\r\ncontent-length: %d\r\n\r\n"


class _Connection(asyncio.Protocol):
    """Reads requests with a content-length, one after the other, and cites the first evidence of each."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(re.search(rb"content-length: *([0-9]+)", head.lower())[1])  # type: ignore[index]  # the SDK sends it
        if len(rest) >= length:
            self._received = rest[length:]
            asyncio.get_running_loop().call_later(SECONDS, self._answer, rest[:length])

    def _answer(self, request: bytes) -> None:
        cited = _ID.search(request)
        body = _BODY % (cited[0][1:-1] if cited else b"memory:1")
        if isinstance(self._transport, asyncio.Transport) and not self._transport.is_closing():
            self._transport.write(_HEAD % len(body) + body)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
