"""Connections that reach only the machines they may, and end in time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore
import httpx

from evqa.errors import SourceError


class GuardedTransport(httpx.BaseTransport):
    """Connects to the very addresses that were judged: a host's name is resolved once for both.

    TLS and the Host header still name the host. `resolve` gives the IP addresses of a host and
    port, `allows` judges one, and at `deadline` (of time.monotonic) all waiting ends.
    """

    def __init__(
        self,
        resolve: Callable[[str, int], list[str]],
        allows: Callable[[str], bool],
        deadline: float,
    ) -> None:
        backend = _Backend(resolve, allows, deadline)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request; raises SourceError for a host that must not be asked."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(
        self,
        resolve: Callable[[str, int], list[str]],
        allows: Callable[[str], bool],
        deadline: float,
    ) -> None:
        self._resolve = resolve
        self._allows = allows
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolve(host, port)
        for address in addresses:
            if not self._allows(address):
                raise SourceError(
                    f"{host}: it is the machine {address}, which is not of the public internet.",
                    "If you mean it: evqa add --allow-private",
                )

        def connected(address: str) -> httpcore.NetworkStream:
            left = _left(self._deadline, timeout)
            stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            return _Timed(stream, self._deadline)

        for address in addresses[:-1]:
            try:
                return connected(address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return connected(addresses[-1])


class _Timed(httpcore.NetworkStream):
    """A connection on which all waiting ends at one moment, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return left if timeout is None else min(left, timeout)
