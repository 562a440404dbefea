"""Web pages from the network, within limits: whom is asked, for how long, and for how much."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Any

import httpcore
import httpx
from protego import Protego

from evqa.errors import SourceError
from evqa.sources.addresses import canonical, is_public, resolved
from evqa.sources.connections import GuardedTransport

ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/json": ".json",
    "text/plain": ".txt",
}
_MOST_ROBOTS = 500_000  # bytes, as RFC 9309 asks for at least
_PIECE = 65_536


def _agent() -> str:
    try:
        return f"evqa/{version('evqa')}"
    except PackageNotFoundError:  # it runs from its source
        return "evqa"


AGENT = _agent()


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one page may take, its redirects included; `most` counts unpacked bytes."""

    most: int = 50_000_000
    seconds: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: from where in the end, its content, and the ending of its file."""

    url: str
    ending: str
    content: bytes


@dataclass(slots=True)
class Fetcher:
    """Fetches pages over http and https; a host's robots.txt is asked once.

    `allows` judges an IP address, at every redirect anew, and the connection goes to the address
    that was judged. `resolve` gives the addresses of a host and port.
    """

    limits: Limits = field(default_factory=Limits)
    allows: Callable[[str], bool] = is_public
    resolve: Callable[[str, int], list[str]] = resolved
    _robots: dict[str, Protego] = field(default_factory=dict)

    def fetch(self, url: str) -> Fetched:
        """The page at an address, as its host sends it to anybody.

        Raises SourceError where it is no address, where the host can't be reached, must not be or
        does not answer with an article, and where the answer goes beyond the limits.
        """
        deadline = time.monotonic() + self.limits.seconds
        with self._translated(url), self._client(deadline) as client:

            def permitted(page: str) -> bool:
                return self._robots_of(client, page).can_fetch(page, AGENT.partition("/")[0])

            with self._answer(client, url, permitted) as (page, response):
                if not response.is_success:
                    raise SourceError(
                        f"{url}: it answers {response.status_code} {response.reason_phrase}.",
                        "Check the address, or save the page from a browser and add the file.",
                    )
                ending = _ending(url, page, response)
                content = b"".join(_body(url, response, self.limits.most))
                return Fetched(page, ending, _in_utf_8(content, ending, response))

    @contextmanager
    def _answer(
        self, client: httpx.Client, url: str, permitted: Callable[[str], bool]
    ) -> Iterator[tuple[str, httpx.Response]]:
        """The address at the end of the redirects and what it answers, not yet read."""
        page = canonical(url)
        for _ in range(self.limits.redirects + 1):
            if not permitted(page):
                raise SourceError(
                    f"{url}: robots.txt asks programs not to fetch {page}.",
                    "Save the page from a browser and add the file.",
                )
            with client.stream("GET", page) as response:
                if not response.has_redirect_location:
                    yield page, response
                    return
                page = canonical(str(response.url.join(response.headers["location"])))
        raise SourceError(f"{url}: it redirects too often.", "Check the address.")

    def _robots_of(self, client: httpx.Client, page: str) -> Protego:
        """What a page's host asks of programs: all may be fetched where it has no such file.

        Nothing may where it fails to answer (RFC 9309, 2.3.1).
        """
        address = str(httpx.URL(page).copy_with(raw_path=b"/robots.txt"))
        if address not in self._robots:
            with self._answer(client, address, lambda _: True) as (_, response):
                rules = b""
                if response.is_server_error:
                    rules = b"User-agent: *\nDisallow: /"
                elif response.is_success:
                    for piece in _body(address, response, self.limits.most):
                        rules += piece
                        if len(rules) > _MOST_ROBOTS:
                            break
            self._robots[address] = Protego.parse(rules.decode("utf-8", "replace"))
        return self._robots[address]

    def _client(self, deadline: float) -> httpx.Client:
        return httpx.Client(
            transport=GuardedTransport(self.resolve, self.allows, deadline),
            headers={
                "User-Agent": AGENT,
                "Accept": ", ".join(ENDINGS),
                "Accept-Encoding": "gzip",
            },
            timeout=self.limits.seconds,
            trust_env=False,
        )

    @contextmanager
    def _translated(self, url: str) -> Iterator[None]:
        """Turn the errors of httpx and what it stands on into evqa's."""
        try:
            yield
        except httpcore.TimeoutException as error:
            raise SourceError(
                f"{url}: it took more than {self.limits.seconds:g} s.", "Try again later."
            ) from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpx.HTTPError,
            httpx.InvalidURL,
            zlib.error,
        ) as error:
            raise SourceError(
                f"{url}: it cannot be fetched ({error or type(error).__name__}).",
                "Try again later, or save the page from a browser and add the file.",
            ) from error


def _ending(url: str, page: str, response: httpx.Response) -> str:
    """The ending for a file of the answer's type; where the type says nothing, the address's."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("", "application/octet-stream", "binary/octet-stream"):
        ending = PurePosixPath(httpx.URL(page).path).suffix.lower()
        if ending in ENDINGS.values():
            return ending
    if kind not in ENDINGS:
        raise SourceError(
            f"{url}: it is of the type {kind or 'unknown'}, which holds no article.",
            "Add a web page, PDF, .docx, plain text or JSON.",
        )
    return ENDINGS[kind]


def _body(url: str, response: httpx.Response, most: int) -> Iterator[bytes]:
    """The content, unpacked piece by piece.

    Raises SourceError where it is more than `most` bytes or breaks off.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise SourceError(f"{url}: it is packed as {encoding}, which was not asked for.")
    gzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    size = 0
    for chunk in response.iter_raw(_PIECE):
        for piece in _unpacked(gzip, chunk) if gzip else (chunk,):
            size += len(piece)
            if size > most:
                raise SourceError(
                    f"{url}: it is more than the {most / 1e6:g} MB that one article may have.",
                    "Add a part of it as a file.",
                )
            yield piece
    if gzip and not gzip.eof:
        raise SourceError(f"{url}: it breaks off.", "Try again later.")


def _unpacked(gzip: Any, chunk: bytes) -> Iterator[bytes]:
    while chunk:
        yield gzip.decompress(chunk, _PIECE)
        chunk = gzip.unconsumed_tail


def _in_utf_8(content: bytes, ending: str, response: httpx.Response) -> bytes:
    """Text in UTF-8 where the answer names another encoding, which no file could name."""
    charset = response.charset_encoding
    if charset is None or ending not in (".html", ".txt", ".json"):
        return content
    try:
        return content.decode(charset).encode()
    except (LookupError, UnicodeError):
        return content
