import gzip
import socket
from collections.abc import Iterator

import pytest
from making import PAGE
from webhost import Host, answer, serving

from evqa.errors import SourceError
from evqa.sources.fetching import AGENT, Fetched, Fetcher, Limits

HERE = ("127.0.0.1",)


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        host.answers["/a"] = answer(PAGE)
        yield host


def fetcher(most: int = 100_000, seconds: float = 20, redirects: int = 3) -> Fetcher:
    """A fetcher that may ask 127.0.0.1, and no other machine of this network."""
    return Fetcher(Limits(most, seconds, redirects), allows=HERE.__contains__)


def refused(url: str, by: Fetcher | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        (by or fetcher()).fetch(url)
    return caught.value.message


def test_a_page_is_fetched_as_it_is(host: Host) -> None:
    assert fetcher().fetch(host.url("/a#part")) == Fetched(host.url("/a"), ".html", PAGE.encode())
    assert host.paths() == ["/robots.txt", "/a"]
    headers = host.asked[1].lower()
    assert f"host: 127.0.0.1:{host.port}\r\n" in headers
    assert f"user-agent: {AGENT}\r\n".lower() in headers
    assert AGENT.startswith("evqa")


@pytest.mark.parametrize(
    ("kind", "path", "ending"),
    [
        ("text/html; charset=utf-8", "/a", ".html"),
        ("application/xhtml+xml", "/a", ".html"),
        ("application/pdf", "/a", ".pdf"),
        ("text/plain", "/a", ".txt"),
        ("application/json", "/a", ".json"),
        ("application/octet-stream", "/a.pdf", ".pdf"),
        ("", "/a.docx", ".docx"),
    ],
)
def test_the_type_gives_the_ending(host: Host, kind: str, path: str, ending: str) -> None:
    host.answers[path] = answer("It rains.", kind=kind)
    assert fetcher().fetch(host.url(path)).ending == ending


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/zip", "", "nonsense"])
def test_a_type_that_holds_no_article_is_told(host: Host, kind: str) -> None:
    host.answers["/x"] = answer("It rains.", kind=kind)
    assert refused(host.url("/x")) == (
        f"{host.url('/x')}: it is of the type {kind or 'unknown'}, which holds no article."
    )


def test_redirects_are_followed_to_the_page(host: Host) -> None:
    host.answers["/1"] = answer(status=301, Location="/2?utm_source=x")
    host.answers["/2"] = answer(status=302, Location=host.url("/a", "localhost") + "#there")
    here = Fetcher(allows=lambda _: True)
    assert here.fetch(host.url("/1")).url == host.url("/a", "localhost")


def test_a_redirect_to_another_machine_of_the_network_is_not_followed(host: Host) -> None:
    host.answers["/1"] = answer(status=302, Location=host.url("/a", "127.0.0.2"))
    assert refused(host.url("/1")) == (
        "127.0.0.2: it is the machine 127.0.0.2, which is not of the public internet."
    )
    assert host.paths() == ["/robots.txt", "/1"]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "[::1]"])
def test_this_machine_is_not_asked_by_itself(host: Host, name: str) -> None:
    assert "which is not of the public internet" in refused(host.url("/a", name), Fetcher())
    assert host.asked == []


def test_the_address_that_was_judged_is_the_one_that_is_asked(host: Host) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"]])
    asked: list[tuple[str, int]] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return next(answers)

    here = Fetcher(allows=HERE.__contains__, resolve=rebinding)
    assert here.fetch(host.url("/a", "a.example")).content == PAGE.encode()
    assert f"host: a.example:{host.port}\r\n" in host.asked[1].lower()
    assert asked == [("a.example", host.port)] * 2
    assert "it is the machine 127.0.0.2" in refused(host.url("/a", "a.example"), here)


def test_one_private_address_among_public_ones_is_enough(host: Host) -> None:
    here = Fetcher(allows=HERE.__contains__, resolve=lambda *_: ["127.0.0.1", "10.0.0.1"])
    assert "it is the machine 10.0.0.1" in refused(host.url("/a", "a.example"), here)


def test_the_next_address_is_tried_where_one_does_not_answer(host: Host) -> None:
    here = Fetcher(allows=lambda _: True, resolve=lambda *_: ["127.0.0.1", "127.0.0.1"])
    here.resolve = lambda *_: ["127.0.0.9", "127.0.0.1"]
    assert here.fetch(host.url("/a", "a.example")).content == PAGE.encode()


@pytest.mark.parametrize("target", ["/loop", "file:///etc/passwd", "https://", "gopher://a/"])
def test_a_redirect_that_leads_nowhere_is_told(host: Host, target: str) -> None:
    host.answers["/loop"] = answer(status=302, Location=target)
    assert refused(host.url("/loop"))


def test_too_many_redirects_are_told(host: Host) -> None:
    host.answers["/loop"] = answer(status=302, Location="/loop")
    assert refused(host.url("/loop")) == f"{host.url('/loop')}: it redirects too often."
    assert host.paths() == ["/robots.txt", *["/loop"] * 4]


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (403, "Forbidden")])
def test_an_answer_that_is_no_page_is_told(host: Host, status: int, phrase: str) -> None:
    host.answers["/x"] = answer("It rains.", status)
    assert refused(host.url("/x")) == f"{host.url('/x')}: it answers {status} {phrase}."


def test_a_page_that_robots_may_not_fetch_is_not_fetched(host: Host) -> None:
    rules = "User-agent: evqa\nDisallow: /*.private$\n\nUser-agent: *\nDisallow: /"
    host.answers["/robots.txt"] = answer(rules, kind="text/plain")
    host.answers["/1"] = answer(status=302, Location="/x.private")
    here = fetcher()
    assert here.fetch(host.url("/a")).ending == ".html"
    assert refused(host.url("/1"), here) == (
        f"{host.url('/1')}: robots.txt asks programs not to fetch {host.url('/x.private')}."
    )
    assert host.paths() == ["/robots.txt", "/a", "/1"]


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (401, True), (500, False), (503, False)]
)
def test_robots_that_cannot_be_read_forbid_only_where_the_host_fails(
    host: Host, status: int, allowed: bool
) -> None:
    host.answers["/robots.txt"] = answer("Disallow: /", status)
    if allowed:
        assert fetcher().fetch(host.url("/a")).ending == ".html"
    else:
        assert "robots.txt asks programs not to fetch" in refused(host.url("/a"))


def test_a_page_that_is_too_large_is_told(host: Host) -> None:
    host.answers["/x"] = answer(b"x" * 100_001)
    assert refused(host.url("/x")) == (
        f"{host.url('/x')}: it is more than the 0.1 MB that one article may have."
    )


def test_a_packed_page_is_unpacked(host: Host) -> None:
    host.answers["/x"] = answer(gzip.compress(PAGE.encode()), Content_Encoding="gzip")
    assert fetcher().fetch(host.url("/x")).content == PAGE.encode()


def test_a_bomb_is_not_unpacked(host: Host) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    host.answers["/x"] = answer(bomb, Content_Encoding="gzip")
    assert "it is more than the 0.1 MB" in refused(host.url("/x"))


@pytest.mark.parametrize(
    ("content", "encoding", "problem"),
    [
        (gzip.compress(b"It rains." * 100)[:-9], "gzip", "it breaks off."),
        (b"no gzip at all", "gzip", "it cannot be fetched (Error -3 while decompressing"),
        (b"x", "gzip, gzip", "it is packed as gzip, gzip, which was not asked for."),
        (b"x", "br", "it is packed as br, which was not asked for."),
    ],
)
def test_a_badly_packed_page_is_told(
    host: Host, content: bytes, encoding: str, problem: str
) -> None:
    host.answers["/x"] = answer(content, Content_Encoding=encoding)
    assert refused(host.url("/x")).startswith(f"{host.url('/x')}: {problem}")


@pytest.mark.parametrize("length", ["100", "-1", "much"])
def test_a_wrong_length_is_told(host: Host, length: str) -> None:
    host.answers["/x"] = answer("It rains.", Content_Length=length)
    assert refused(host.url("/x")).startswith(f"{host.url('/x')}: it cannot be fetched (")


@pytest.mark.parametrize("path", ["/robots.txt", "/x"])
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n", answer(Content_Length="9")])
def test_a_host_that_stalls_is_given_up(host: Host, path: str, head: bytes) -> None:
    def stall(connection: socket.socket) -> None:
        connection.sendall(head)
        host.closing.wait()

    host.answers[path] = stall
    assert refused(host.url("/x"), fetcher(seconds=0.5)) == (
        f"{host.url('/x')}: it took more than 0.5 s."
    )


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-A: ", answer(Content_Length="999999")])
def test_a_host_that_drips_is_given_up(host: Host, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not host.closing.wait(0.05):
            connection.sendall(b"x")

    host.answers["/x"] = drip
    assert "it took more than 0.5 s" in refused(host.url("/x"), fetcher(seconds=0.5))


@pytest.mark.parametrize(
    "reply", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x" * 200_000]
)
def test_what_is_no_http_is_told(host: Host, reply: bytes) -> None:
    host.answers["/x"] = reply
    assert refused(host.url("/x")).startswith(f"{host.url('/x')}: it cannot be fetched (")


def test_a_host_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "it cannot be fetched (" in refused(f"http://127.0.0.1:{port}/")
    assert "there is no such host" in refused("http://nobody.invalid/")


def test_https_without_a_certificate_is_told(host: Host) -> None:
    url = host.url("/a").replace("http:", "https:")
    assert refused(url).startswith(f"{url}: it cannot be fetched (")


def test_https_names_the_host_and_not_the_address(host: Host) -> None:
    here = Fetcher(allows=HERE.__contains__, resolve=lambda *_: ["127.0.0.1"])
    assert "it cannot be fetched (" in refused(f"https://name.example:{host.port}/a", here)
    assert "name.example" in host.asked[0]
    assert "127.0.0.1" not in host.asked[0]


def test_text_in_an_encoding_that_only_the_host_names_becomes_utf_8(host: Host) -> None:
    host.answers["/x"] = answer("Größe".encode("latin-1"), kind="text/plain; charset=iso-8859-1")
    assert fetcher().fetch(host.url("/x")).content == "Größe".encode()
    host.answers["/x"] = answer("Größe".encode("latin-1"), kind="text/plain; charset=nonsense")
    assert fetcher().fetch(host.url("/x")).content == "Größe".encode("latin-1")
