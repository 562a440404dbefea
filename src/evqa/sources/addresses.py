"""Web addresses: one spelling for each page, and which machines may be asked for it."""

from __future__ import annotations

import ipaddress
import re
import socket

from evqa.errors import SourceError

_TRACKING = re.compile(
    r"(?:utm|mtm|pk|hsa|itm|vero|oly)_\w+|(?:fb|g|dc|tw|y|ys|tt)clid"
    r"|(?:msclk|gbra|wbra|igsh|li_fat_)id|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|igsh|xtor|wt_mc|s_cid|cmpid|ref_src|ref_url|smid|spm|at_medium"
    r"|at_campaign",
    re.I,
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_url(source: str) -> bool:
    """Whether this is meant as an address and not as a path."""
    return bool(re.match(r"[a-z][a-z0-9+.-]*:(?=//)|https?:", source, re.I))


def canonical(url: str) -> str:
    """The address without what does not change the page: fragment, tracking, default port.

    Raises SourceError for what is no address of a web page.
    """
    import httpx

    try:
        parts = httpx.URL(url.strip())
        kept = [
            part
            for part in parts.query.decode("ascii").split("&")
            if part and not _TRACKING.fullmatch(part.partition("=")[0])
        ]
        path = parts.raw_path.partition(b"?")[0] or b"/"
        query = f"?{'&'.join(kept)}" if kept else ""
        page = parts.copy_with(fragment=None, raw_path=path + query.encode("ascii"))
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{url}: it is no web address ({error}).", "Correct it.") from error
    is_host = re.fullmatch(rb"[a-z0-9._:-]+", page.raw_host)
    is_port = page.port is None or 0 < page.port < 2**16
    if page.scheme not in ("http", "https") or not is_host or not is_port or page.userinfo:
        raise SourceError(
            f"{url}: it is no address of a web page.",
            "Give one like https://example.org/article, without a user name.",
        )
    return str(page)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and of a single machine."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """The IP addresses of a host; raises SourceError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            f"{host}: there is no such host, or no network ({error}).", "Check the address."
        ) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
