"""The text of a document, stored beside it: `report.pdf.extracted.md` for `report.pdf`.

A person may correct it; it is kept as long as the document stays what it was made of.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from pathlib import Path, PurePosixPath

from evqa.errors import UnreadableArticle
from evqa.records import Extracted
from evqa.sources import front_matter
from evqa.sources.extraction import SUFFIXES, extract

_log = logging.getLogger(__name__)

ENDING = ".extracted.md"
# Why a document can't be read, by its id and sha256: who watches a corpus reads it many times.
_refused: dict[tuple[str, str], tuple[str, str]] = {}


def is_name(name: str) -> bool:
    """Whether a file's name is that of a text stored beside a document."""
    return name.lower().endswith(ENDING)


def name_for(article_id: str) -> str:
    """The file that holds an article's text: the one beside it, or its own."""
    is_document = PurePosixPath(article_id).suffix.lower() in SUFFIXES
    return article_id + ENDING if is_document else article_id


def of_document(article_id: str, path: Path, content: bytes, *, keep: bool) -> bytes:
    """The content of the file that holds a document's text, which is made where it is out of date.

    Where `keep` is false, or the folder can't be written, it is only returned. What was fetched
    keeps its address. Raises UnreadableArticle where the document can't be read.
    """
    beside = path.with_name(path.name + ENDING)
    name = article_id + ENDING
    stored = _stored(beside, name)
    front, _ = front_matter.read(name, front_matter.decode(name, stored))
    sha256 = hashlib.sha256(content).hexdigest()
    if front.get("sha256") == sha256:
        return stored
    if (article_id, sha256) in _refused:
        raise UnreadableArticle(*_refused[article_id, sha256])
    try:
        found = extract(article_id, content)
    except UnreadableArticle as error:
        _refused[article_id, sha256] = (error.message, error.hint)
        raise
    made = as_file(
        found,
        PurePosixPath(article_id).name,
        content,
        url=str(front.get("url", "")) if front.get("fetched") else "",
        fetched=front.get("fetched"),
    )
    if keep:
        try:
            write(beside, made)
        except OSError as error:
            _log.info("%s is not stored: %s", name, error)
    return made


def as_file(
    found: Extracted, original: str, content: bytes, *, url: str = "", fetched: object = None
) -> bytes:
    """The content of the file that stores what was read out of a document.

    `fetched` is the day on which it was, if it was, from `url`.
    """
    front = {
        "title": found.title,
        "source": found.source,
        "author": found.author,
        "published": found.published,
        "url": url or found.url,
        "language": found.language,
        "fetched": fetched,
        "extracted_from": original,
        "sha256": hashlib.sha256(content).hexdigest(),
        "pages": found.pages,
    }
    return front_matter.write(front, found.text).encode()


def write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; a link is replaced, not followed. Raises OSError."""
    part = path.with_name(f".evqa-{os.urandom(8).hex()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _stored(beside: Path, name: str) -> bytes:
    """What is stored beside a document, empty where nothing is."""
    try:
        return beside.read_bytes() if beside.is_file() and not beside.is_symlink() else b""
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return b""
        raise UnreadableArticle(
            f"{name}: it cannot be read ({error.strerror or error}).", "Check its permissions."
        ) from error
