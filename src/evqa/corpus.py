"""Files to articles: front matter, metadata found in the text, and offsets that stay true."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from evqa.errors import CorpusError, UnreadableArticle
from evqa.language.dates import written_date, written_dates
from evqa.language.sentences import lines
from evqa.records import PAGE_END, Article, Original
from evqa.sources import extracted, extraction, front_matter, json_records

SUFFIXES = (".md", ".txt", ".json", ".jsonl", *extraction.SUFFIXES)
WHOLE = "."  # the name of the corpus folder itself
EVERYTHING = frozenset({Path()})  # of the places below it
MAX_BYTES = 10_000_000
MAX_DOCUMENT_BYTES = 50_000_000
_HEAD_LINES = 12
_TAIL_LINES = 6
_LONGEST_DATE = 100

_NAME = r"[^\W\d_][\w.'’-]*(?: (?:[^\W\d_][\w.'’-]*)){0,4}(?<!\.)"
_BYLINE = re.compile(rf"(?:[Ww]ritten [Bb]y|[Bb]y|BY|[Aa]uthors?:|作者[:：])\s*({_NAME})$")
_LABELLED_SOURCE = re.compile(r"(?:Source|Via|Outlet|来源)\s*[:：]\s*(\S.{0,79})$", re.IGNORECASE)
_LABELLED_DATE = re.compile(
    r"(?:(?:First )?(?:Published|Posted)|Publication date|Date|发布时间|日期)"
    r"(?:\s+on)?\s*[:：]?\s*(.*)$",
    re.IGNORECASE,
)
# A file system may keep times as coarsely as in steps of two seconds.
_COARSEST_TIME_NS = 2_000_000_000
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
_METADATA = (_BYLINE, _LABELLED_SOURCE, _LABELLED_DATE)


@dataclass(frozen=True, slots=True)
class Look:
    """Size, time of change in ns and time of the entry's change of an article's files, or None."""

    states: tuple[tuple[int, int, int] | None, ...]

    def had_rested(self, now_ns: int) -> bool:
        """Whether a change after `now_ns` would show: none had been made in the same tick."""
        return all(one is None or one[1] < now_ns - _COARSEST_TIME_NS for one in self.states)

    def __str__(self) -> str:
        return " ".join("-" if one is None else "/".join(map(str, one)) for one in self.states)


def article_paths(corpus: Path, only: Iterable[Path] = EVERYTHING) -> dict[str, Path]:
    """The files of a corpus folder that hold articles, by article id, in order of id.

    A .jsonl file holds one in each line, `file.jsonl#1` and so on. Hidden files and folders, files
    of other kinds and the text stored beside a document are left out. `only` names the files and
    folders, by their paths below the corpus folder, that are looked at. Raises CorpusError where
    there is no corpus folder, or no article in it, and for a path that leads out of it.
    """
    files = {parts: path for place in only for parts, path in _files(corpus, place)}
    if not files:
        require_articles(corpus)
    return {
        article_id: path
        for parts, path in sorted(files.items())
        for article_id in _ids(path, _name_of(parts))
    }


def require_articles(corpus: Path) -> None:
    """Raise CorpusError where there is no such folder, or no article in it."""
    if not corpus.is_dir():
        raise CorpusError(
            f"There is no corpus folder {corpus}.",
            f"Make it and put articles in it ({', '.join(SUFFIXES)}), or name another with"
            " --corpus.",
        )
    if not any(True for _ in _files(corpus, Path())):
        raise CorpusError(
            f"The corpus folder {corpus} holds no articles.",
            f"Put files in it that end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.",
        )


def name_of(relative: Path) -> str:
    """The id of the file at this path below the corpus folder; printable whatever its bytes are.

    For the corpus folder itself it is WHOLE.
    """
    return _name_of(relative.parts) or WHOLE


def is_in(article_id: str, place: str) -> bool:
    """Whether an article is that of the file with this name, or in the folder with this name."""
    return place in (WHOLE, article_id) or article_id.startswith((f"{place}#", f"{place}/"))


def is_article_name(name: str) -> bool:
    """Whether a file's name ends like an article's."""
    return _suffix(name) in SUFFIXES and not extracted.is_name(name)


def check_size(article_id: str, suffix: str, size: int) -> None:
    """Raise UnreadableArticle where a file with this ending has more bytes than it may."""
    is_plain = suffix.lower() in (".md", ".txt", ".json")
    most = MAX_BYTES if is_plain else MAX_DOCUMENT_BYTES
    if size > most:
        raise UnreadableArticle(
            f"{article_id}: {size / 1e6:.0f} MB is more than the {most / 1e6:.0f} MB that"
            " one article may have.",
            "Split it.",
        )


def look(path: Path) -> Look | None:
    """What shows a change of a file, or of the text stored beside it, without reading them.

    None where there is no file. As in git's index, which trusts sizes and times too.
    """
    paths = [os.fspath(path)]
    if _suffix(paths[0]) in extraction.SUFFIXES:
        paths.append(paths[0] + extracted.ENDING)
    states = [_state(one) for one in paths]
    return None if states[0] is None else Look(tuple(states))


def read_bytes(path: Path, article_id: str, *, keep: bool = True) -> bytes:
    """The content that `parse_article` takes; raises UnreadableArticle where it can't be taken.

    For plain text it is the file's, for a line of a .jsonl file the line's, and for a document that
    of the text stored beside it, which is made where it is missing or was made of another content;
    with `keep=False` nothing is written.
    """
    content = file_bytes(path, article_id)
    if path.suffix.lower() in extraction.SUFFIXES:
        return extracted.of_document(article_id, path, content, keep=keep)
    return content


def file_bytes(path: Path, article_id: str) -> bytes:
    """The content of a file, or of a line in it; raises UnreadableArticle where it can't be read.

    A file that is no regular one, too large or a link out of the corpus folder is not read.
    """
    number = json_records.line_number(article_id)
    try:
        size, changed = _checked(path, article_id)
        if number is None:
            return path.read_bytes()
        lines = _lines(path, size, changed)
        return lines[number - 1] if number <= len(lines) else b""
    except OSError as error:
        raise UnreadableArticle(
            f"{article_id}: it cannot be read ({error.strerror or error}).",
            "Check its permissions.",
        ) from error


def parse_article(article_id: str, content: bytes) -> Article:
    """The article that a content holds.

    Front matter, or a JSON record, is believed; what it does not say is looked for in the first and
    last lines, and left empty where it does not stand there. Raises UnreadableArticle for content
    that is empty, binary or not UTF-8, and for broken front matter or JSON.
    """
    whole = front_matter.decode(article_id, content)
    if json_records.is_id(article_id):
        front, text, text_offset = *json_records.read(article_id, whole), 0
    else:
        front, text_offset = front_matter.read(extracted.name_for(article_id), whole)
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
        pages=_pages(article_id, front, text),
    )


def is_metadata(line: str) -> bool:
    """Whether a line only names the author, the outlet or the date of an article."""
    return any(pattern.match(line) for pattern in _METADATA)


def _files(corpus: Path, below: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    """The files with an article's name, none hidden: the parts below the corpus, and the path.

    They are in the folder `below`, or it is the one file. What links lead to is no part of it.
    """
    above = [corpus / folder for folder in below.parents][:-1]
    if below.is_absolute() or ".." in below.parts:
        raise CorpusError(
            f"{below} is no place in the corpus folder.", "Give its path below the corpus folder."
        )
    is_hidden = any(part.startswith(".") for part in below.parts)
    if is_hidden or any(_leads_elsewhere(folder) for folder in above if folder.exists()):
        return
    start = corpus / below
    if below.parts and not start.is_dir():
        if is_article_name(below.name) and os.path.lexists(start):
            yield below.parts, start
    elif not below.parts or not _leads_elsewhere(start):
        yield from _files_in(corpus, start)


def _files_in(corpus: Path, start: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Those below a folder, as the system gives them: the first one needs no whole listing."""
    folders = [start]
    while folders:
        folder = folders.pop()
        inside = folder.relative_to(corpus).parts
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    place = folder / entry.name
                    folders += [] if _leads_elsewhere(place) else [place]
                elif is_article_name(entry.name):
                    yield (*inside, entry.name), folder / entry.name


def _name_of(parts: Iterable[str]) -> str:
    return os.fsencode("/".join(parts)).decode("utf-8", "backslashreplace")


def _suffix(name: str) -> str:
    """The ending of a file's name in lower case; a Path for each of many files takes long."""
    return os.path.splitext(name)[1].lower()  # noqa: PTH122


def _ids(path: Path, name: str) -> list[str]:
    """The ids of the articles in a file: its name, or one for each line of a .jsonl file."""
    if _suffix(name) != ".jsonl":
        return [name]
    try:
        lines = _lines(path, *_checked(path, name))
    except (UnreadableArticle, OSError):
        return [name]
    return [f"{name}#{number}" for number, line in enumerate(lines, 1) if line.strip()] or [name]


@lru_cache(maxsize=1)
def _lines(path: Path, _size: int, _changed: int) -> list[bytes]:
    """The lines of a .jsonl file, read once for all the articles in it while it stays the same."""
    return path.read_bytes().split(b"\n")


def _checked(path: Path, article_id: str) -> tuple[int, int]:
    """A file's size and when it changed.

    Raises UnreadableArticle for one that must not be read, OSError for one that can't be.
    """
    state = path.stat()
    if not path.is_file():
        raise UnreadableArticle(f"{article_id}: it is no regular file.", "Replace it.")
    if not _is_inside(path, article_id):
        raise UnreadableArticle(
            f"{article_id}: it is a link out of its folder, which is not followed.",
            "Copy the file itself.",
        )
    check_size(article_id, path.suffix, state.st_size)
    return state.st_size, state.st_mtime_ns


def _is_inside(path: Path, article_id: str) -> bool:
    """Whether a file lies in the corpus folder that its id counts from, all links followed."""
    depth = len(PurePosixPath(article_id).parts)
    if not any(_leads_elsewhere(one) for one in (path, *path.parents[: depth - 1])):
        return True
    return path.resolve().is_relative_to(path.parents[depth - 1].resolve())


def _leads_elsewhere(path: Path) -> bool:
    """Whether a path is a link, or a junction of Windows."""
    state = os.lstat(path)
    return stat.S_ISLNK(state.st_mode) or bool(getattr(state, "st_reparse_tag", 0))


def _state(path: str) -> tuple[int, int, int] | None:
    """The size of a file and when its content and its entry changed; None where there is none."""
    try:
        state = os.stat(path)  # noqa: PTH116 - a Path would be made for each of many files
    except (OSError, ValueError):
        return None
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _string(front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    is_scalar = isinstance(value, str | int | float | date) and not isinstance(value, bool)
    plain = _NO_CHARACTER.sub("", str(value)) if is_scalar else ""
    return " ".join(plain.split())


def _date(article_id: str, front: dict[str, Any], key: str) -> date | None:
    value = front.get(key)
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    written = str(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
    found = written_date(written)
    if found is None and written.strip():
        holder = "record" if json_records.is_id(article_id) else "front matter"
        raise UnreadableArticle(
            f"{article_id}: its {holder} gives {written[:40]!r} as {key}, which is no date.",
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


def _pages(article_id: str, front: dict[str, Any], text: str) -> tuple[int, ...]:
    """Where a PDF's pages start; none where the text no longer has as many as the PDF."""
    starts = (0, *(mark.end() for mark in re.finditer(PAGE_END, text)))
    is_pdf = article_id.lower().endswith(".pdf")
    return starts if is_pdf and front.get("pages") == len(starts) else ()


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
    return len(line) <= _LONGEST_DATE and any(
        (day.start, day.end) == (0, len(line)) for day in written_dates(line)
    )


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
