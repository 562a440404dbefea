"""Web pages and mails to their text, without menus, and what they say of themselves."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser
from typing import Any

from evqa.errors import UnreadableArticle
from evqa.records import Extracted

# A line of a mail that is at least this long was broken for its width, not to end a paragraph.
_WRAPPED_CHARACTERS = 50
_ITEM = re.compile(r"[-*•>|]|\d{1,3}[.)]\s")


def from_html(article_id: str, content: bytes | str) -> Extracted:
    """The main text of a web page with its title, author, outlet, date and language.

    trafilatura tells the story from menus, comments and adverts. Raises UnreadableArticle where
    there is no text.
    """
    import trafilatura
    from trafilatura.settings import Document

    page = content.encode() if isinstance(content, str) else content.removeprefix(BOM_UTF8)
    if not re.search(rb"<(?:html|body)\b", page, re.I):
        page = b"<html><head></head><body>%s</body></html>" % page
    tree = trafilatura.load_html(page)
    found, language = None, ""
    if tree is not None:
        language = _language(tree)
        found = trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    if not isinstance(found, Document) or not (found.text and found.text.strip()):
        raise UnreadableArticle(
            f"{article_id}: no article's text was found on this page.",
            "Save it from a browser once it is loaded, or put its text in a .txt file.",
        )
    return Extracted(
        text=_spaced(found.text),
        title=found.title or "",
        source=found.sitename or "",
        author=found.author or "",
        published=date.fromisoformat(found.date) if found.date else None,
        url=_web_address(found.url),
        language=language,
    )


def from_mail(article_id: str, content: bytes) -> Extracted:
    """A mail's text with its subject, sender and date; raises UnreadableArticle where it has none.

    Text that was broken into lines for its width is joined to paragraphs again.
    """
    mail = BytesParser(policy=policy.default).parsebytes(content)
    body = mail.get_body(("plain", "html"))
    written = _content(body)
    if body is None or not written.strip():
        raise UnreadableArticle(f"{article_id}: this mail holds no text.", "Remove it.")
    senders = getattr(mail["from"], "addresses", ())
    sent = getattr(mail["date"], "datetime", None)
    if body.get_content_subtype() == "html":
        text = from_html(article_id, written).text
    else:
        text = "\n\n".join(_paragraphs(written))
    return Extracted(
        text=text,
        title=str(mail["subject"] or ""),
        author=senders[0].display_name or senders[0].addr_spec if senders else "",
        published=sent.date() if sent else None,
    )


def from_web_archive(article_id: str, content: bytes) -> Extracted:
    """The main text of a page that a browser saved as .mhtml.

    Raises UnreadableArticle where it holds no page, or a page without text.
    """
    archive = BytesParser(policy=policy.default).parsebytes(content)
    page = archive.get_body(("html",))
    if page is None:
        raise UnreadableArticle(f"{article_id}: it is no saved web page.", "Save the page anew.")
    extracted = from_html(article_id, _content(page))
    saved_from = archive["snapshot-content-location"] or page["content-location"]
    return replace(extracted, url=extracted.url or _web_address(saved_from))


def _content(part: MIMEPart | None) -> str:
    """A mail's part as text; UTF-8 where it does not name its encoding."""
    if part is None:
        return ""
    if part.get_content_charset() is None:
        return bytes(part.get_payload(decode=True)).decode("utf-8", "replace")
    return str(part.get_content())


def _language(tree: Any) -> str:
    """The page's own word for its language, without the region: `en` for `en-GB`."""
    named = tree.get("lang") or ""
    code = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", named)
    return code.group().lower() if code else ""


def _web_address(url: object) -> str:
    address = str(url or "").strip()
    return address if re.match(r"https?://[^\s/]", address) else ""


def _spaced(text: str) -> str:
    """Text of one paragraph a line with an empty line before each but the items of a list."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return "".join(
        line if position == 0 else f"\n{line}" if _ITEM.match(line) else f"\n\n{line}"
        for position, line in enumerate(lines)
    )


def _paragraphs(text: str) -> Iterator[str]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        joined = ""
        for position, line in enumerate(lines):
            goes_on = len(lines[position - 1]) >= _WRAPPED_CHARACTERS and not _ITEM.match(line)
            joined += line if position == 0 else f"{' ' if goes_on else chr(10)}{line}"
        if joined:
            yield joined
