import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.errors import SourceError
from evqa.sources.addresses import canonical, is_public, is_url, resolved


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example/"),
        (" HTTPS://A.Example:443/B?c=1#d ", "https://a.example/B?c=1"),
        ("http://a.example:80/", "http://a.example/"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("https://a.example/?utm_source=x&fbclid=y&mc_cid=z&gclid=1", "https://a.example/"),
        ("https://a.example/?b=2&utm_medium=x&a=1&cid=7", "https://a.example/?b=2&a=1&cid=7"),
        ("https://a.example/x?id=5", "https://a.example/x?id=5"),
        ("https://a.example/ü", "https://a.example/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_has_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://",
            "http:///x",
            "https://a b.example/",
            "ftp://a.example/",
            "file:///etc/passwd",
        ),
        *("https://user:word@a.example/", "https://a.example:99999/", "https://[::1/", "a.example"),
        *("javascript:alert(1)", "https://a.example/\n/b", "http://\0"),
    ],
)
def test_what_is_no_address_of_a_page_is_told(url: str) -> None:
    with pytest.raises(SourceError, match=r"it is no (web )?address"):
        canonical(url)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        *(("https://a.example/x", True), ("HTTP://A", True), ("ftp://a", True), ("http:x", True)),
        *(("a.pdf", False), ("./http/x.md", False), ("C:\\a.md", False), ("a:b.md", False)),
    ],
)
def test_addresses_are_told_from_paths(source: str, expected: bool) -> None:
    assert is_url(source) == expected


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
    ],
)
def test_machines_of_a_private_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_machines_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1"])
def test_every_spelling_of_an_address_is_seen_through(host: str) -> None:
    assert resolved(host, 80) == ["127.0.0.1"]


def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceError, match=r"^nobody\.invalid: there is no such host"):
        resolved("nobody.invalid", 80)


@given(st.sampled_from(["http://", "https://", ""]), st.text())
def test_any_text_has_one_spelling_or_is_no_address(scheme: str, rest: str) -> None:
    try:
        page = canonical(scheme + rest)
    except SourceError:
        return
    assert canonical(page) == page
    assert re.match(r"https?://[a-z0-9\[]", page)
    assert "#" not in page
