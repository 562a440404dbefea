"""Files to articles: front matter, metadata found in the text, and offsets that stay true."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from evqa.dates import written_date, written_dates
from evqa.errors import CorpusError, UnreadableArticle
from evqa.records import Article, Original
from evqa.sentences import lines

SUFFIXES = (".md", ".txt")
MAX_BYTES = 10_000_000
_HEAD_LINES = 12
_TAIL_LINES = 6

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)
_NAME = r"[^\W\d_][\w.'’-]*(?: (?:[^\W\d_][\w.'’-]*)){0,4}(?<!\.)"
_BYLINE = re.compile(rf"(?:[Ww]ritten [Bb]y|[Bb]y|BY|[Aa]uthors?:|作者[:：])\s*({_NAME})$")
_LABELLED_SOURCE = re.compile(r"(?:Source|Via|Outlet|来源)\s*[:：]\s*(\S.{0,79})$", re.IGNORECASE)
_LABELLED_DATE = re.compile(
    r"(?:(?:First )?(?:Published|Posted)|Publication date|Date|发布时间|日期)"
    r"(?:\s+on)?\s*[:：]?\s*(.*)$",
    re.IGNORECASE,
)
_METADATA = (_BYLINE, _LABELLED_SOURCE, _LABELLED_DATE)


def article_paths(corpus: Path) -> dict[str, Path]:
    """The files of a corpus folder that hold articles, by article id, in order of id.

    Hidden files and folders and files of other kinds are left out. Raises CorpusError where there
    is no such folder, or no article in it.
    """
    if not corpus.is_dir():
        raise CorpusError(
            f"There is no corpus folder {corpus}.",
            "Make it and put .md or .txt articles in it, or name another with --corpus.",
        )
    paths = {
        path.relative_to(corpus).as_posix(): path
        for path in sorted(corpus.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(corpus).parts)
        and not path.is_dir()
    }
    if not paths:
        raise CorpusError(
            f"The corpus folder {corpus} holds no articles.",
            f"Put files ending in {' or '.join(SUFFIXES)} in it.",
        )
    return paths


def read_bytes(path: Path, article_id: str) -> bytes:
    """The content of an article's file; raises UnreadableArticle where it can't be taken."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableArticle(
                f"{article_id}: {size / 1e6:.0f} MB is more than the {MAX_BYTES / 1e6:.0f} MB that"
                " one article may have.",
                "Split it.",
            )
        if not path.is_file():
            raise UnreadableArticle(f"{article_id}: it is no regular file.", "Replace it.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{article_id}: it cannot be read ({error.strerror or error}).",
            "Check its permissions.",
        ) from error


def parse_article(article_id: str, content: bytes) -> Article:
    """The article that a file's content holds.

    Front matter is believed; what it does not say is looked for in the first and last lines, and
    left empty where it does not stand there. Raises UnreadableArticle for content that is empty,
    binary or not UTF-8, and for broken front matter.
    """
    whole = _decode(article_id, content)
    front, text_offset = _front_matter(article_id, whole)
    text = whole[text_offset:]
    if not text.strip():
        raise UnreadableArticle(
            f"{article_id}: it is empty.", "Write something in it or remove it."
        )
    found = _metadata_in(text)
    return Article(
        id=article_id,
        title=_string(front, "title") or found["title"],
        text=text,
        source=_string(front, "source") or found["source"],
        url=_string(front, "url"),
        author=_string(front, "author") or found["author"],
        published=_date(article_id, front, "published") or written_date(found["published"]),
        language=_string(front, "language") or _script_language(text),
        sha256=hashlib.sha256(content).hexdigest(),
        text_offset=text_offset,
        reports_on=_original(article_id, front),
    )


def is_metadata(line: str) -> bool:
    """Whether a line only names the author, the outlet or the date of an article."""
    return any(pattern.match(line) for pattern in _METADATA)


def _decode(article_id: str, content: bytes) -> str:
    if b"\0" in content:
        raise UnreadableArticle(f"{article_id}: it is a binary file.", "Save its text as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{article_id}: it is not UTF-8 (byte {error.start} is {content[error.start]:#04x}).",
            "Save it as UTF-8.",
        ) from error


def _front_matter(article_id: str, whole: str) -> tuple[dict[str, Any], int]:
    """The front matter's mapping, empty where there is none, and where the text begins."""
    match = _FRONT_MATTER.match(whole)
    if not match:
        if re.match(r"\ufeff?---[ \t]*\r?\n[\w-]+:", whole):
            raise UnreadableArticle(
                f"{article_id}: its front matter has no end.",
                "Close it with a line of three dashes.",
            )
        return {}, int(whole.startswith("\ufeff"))
    try:
        front = yaml.safe_load(match.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise UnreadableArticle(
            f"{article_id}: its front matter is broken{where} ({problem}).", "Mend or remove it."
        ) from error
    if front is None:
        front = {}
    if not isinstance(front, dict):
        raise UnreadableArticle(
            f"{article_id}: its front matter is no list of `name: value` lines.",
            "Mend or remove it.",
        )
    return front, match.end()


def _string(front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    is_scalar = isinstance(value, str | int | float | date) and not isinstance(value, bool)
    return " ".join(str(value).split()) if is_scalar else ""


def _date(article_id: str, front: dict[str, Any], key: str) -> date | None:
    value = front.get(key)
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    written = str(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    found = written_date(written)
    if found is None and written.strip():
        raise UnreadableArticle(
            f"{article_id}: its front matter gives {written[:40]!r} as {key}, which is no date.",
            "Write it as 2026-02-11, or leave it out.",
        )
    return found


def _original(article_id: str, front: dict[str, Any]) -> Original | None:
    value = front.get("reports_on")
    if not isinstance(value, dict):
        return None
    return Original(
        outlet=_string(value, "outlet"),
        title=_string(value, "title"),
        author=_string(value, "author"),
        published=_date(article_id, value, "published"),
    )


def _metadata_in(text: str) -> dict[str, str]:
    """Title, author, source and date as the first and last lines state them."""
    stripped = [text[start:end] for start, end in lines(text)]
    head, tail = stripped[:_HEAD_LINES], stripped[_HEAD_LINES:][-_TAIL_LINES:]
    found = {"title": _title(head[0]), "author": "", "source": "", "published": ""}
    for line in head + tail:
        for key, pattern in zip(("author", "source", "published"), _METADATA, strict=True):
            match = pattern.match(line)
            if match and not found[key] and _IS_VALUE[key](match.group(1)):
                found[key] = match.group(1).strip()
        if not found["published"] and _is_date_alone(line):
            found["published"] = line
    return found


def _is_date_alone(line: str) -> bool:
    return any((day.start, day.end) == (0, len(line)) for day in written_dates(line))


def _is_person(name: str) -> bool:
    """Whether a name is capitalised, or of a script that has no capitals."""
    return not name[:1].islower()


_IS_VALUE: dict[str, Callable[[str], bool]] = {
    "author": _is_person,
    "source": lambda value: bool(value.strip()),
    "published": lambda value: written_date(value) is not None,
}


def _title(first_line: str) -> str:
    """The first line where it is a headline: short, and no sentence that ends in a full stop."""
    line = first_line.lstrip("# ").rstrip("# ")
    if first_line.startswith("#"):
        return line[:200]
    is_headline = len(line) <= 200 and re.search(r"[^.。:：;；,，]$", line)
    return line if is_headline and re.search(r"\w", line) and not is_metadata(line) else ""


def _script_language(text: str) -> str:
    """`zh` for text mostly in Chinese characters; other languages are for front matter to say."""
    sample = text[:2000]
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    kana = len(re.findall(r"[\u3040-\u30ff]", sample))
    return "zh" if han > len(sample) / 4 and kana < han / 20 else ""
