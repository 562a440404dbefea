"""Files and web pages from elsewhere into the corpus folder, and from there into the index."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from evqa import corpus
from evqa.errors import CorpusError, SourceError, UnreadableArticle
from evqa.indexing import Progress, update_index
from evqa.records import Article, Extracted, Failure, IndexReport
from evqa.settings import Settings
from evqa.shingles import are_nearly_same, shingles
from evqa.sources import extracted, front_matter
from evqa.sources.addresses import canonical, is_url
from evqa.sources.extraction import SUFFIXES, extract
from evqa.sources.fetching import Fetcher
from evqa.store import Store

WEB = "web"
_NAME_BYTES = 120
_CANDIDATES = 20
_WORDS_LOOKED_UP = 60


@dataclass(frozen=True, slots=True)
class Added:
    """A file that is in the corpus now: where it came from, and its place below the corpus folder.

    `change` is `added`, `updated` where it took an earlier copy's place, or `unchanged` where the
    same content was there. `same_story_as` holds the ids of other articles that print nearly the
    same text.
    """

    source: str
    file: str
    change: str = "added"
    same_story_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddReport:
    """What was added, what could not be, and what the index's update did; None if none was due."""

    added: tuple[Added, ...]
    failed: tuple[Failure, ...]
    index: IndexReport | None

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types."""
        return {
            "added": [asdict(added) for added in self.added],
            "failed": [asdict(failure) for failure in self.failed],
            "index": self.index and self.index.to_dict(),
        }


def add(
    settings: Settings,
    sources: Sequence[str],
    *,
    fetcher: Fetcher | None = None,
    progress: Progress | None = None,
) -> AddReport:
    """Take files, folders and addresses into the corpus, and bring the index up to date.

    A file is copied to the top of the corpus folder, a folder with its own name, a page to
    `web/<host>/`. What can't be taken is told, by its source, and does not stop the others. Of the
    corpus only what was named is looked at, as `update_index` has it. Raises CorpusError where the
    corpus folder can't be written, IndexStoreError as `update_index` does.
    """
    fetcher = fetcher or Fetcher()
    added: list[Added] = []
    failed: list[Failure] = []
    for source, take in _takers(settings.corpus, sources, fetcher):
        try:
            with _writing(settings.corpus):
                added.append(take())
        except (SourceError, UnreadableArticle) as error:
            failed.append(Failure(source, str(error)))
    if not added:
        return AddReport((), tuple(failed), None)
    only = places(settings.corpus, added)
    report = update_index(settings, only=only, progress=progress)
    return AddReport(
        tuple(_with_same_stories(settings, added, report)), (*failed, *report.failed), report
    )


def put(folder: Path, name: str, content: bytes) -> Added:
    """Take a file of this name and content into the corpus folder, but not into the index yet.

    Raises SourceError or UnreadableArticle where it can't be taken, CorpusError where the folder
    can't be written.
    """
    with _writing(folder):
        return _put(folder, name, Path(name), lambda: content)


def put_page(folder: Path, url: str, fetcher: Fetcher) -> Added:
    """Fetch a page into the corpus folder, but not into the index yet; raises as `put` does."""
    with _writing(folder):
        return _take_page(folder, url, fetcher)


def places(folder: Path, added: Iterable[Added]) -> Set[Path]:
    """Where below the corpus folder to look for what was added, and for what it replaced."""
    found = set()
    for one in added:
        place = Path(one.file)
        if not (folder / place).exists():  # a name that its bytes were not text for
            return corpus.EVERYTHING
        found.add(place.parent if one.change == "updated" else place)
    return found


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorpusError(
            f"The corpus folder {folder} cannot be written ({error.strerror or error}).",
            "Name another with --corpus.",
        ) from error


def _takers(
    folder: Path, sources: Sequence[str], fetcher: Fetcher
) -> Iterator[tuple[str, Callable[[], Added]]]:
    """Each source with what takes it in; a folder's articles are sources of their own.

    A link is followed where it was named itself, but not out of a folder that was.
    """
    for source in sources:
        path = Path(source)
        if is_url(source):
            yield source, partial(_take_page, folder, source, fetcher)
        elif os.path.isdir(source):  # noqa: PTH112 - no name makes it raise
            for inner in sorted(path.rglob("*")):
                relative = inner.relative_to(path)
                hidden = any(part.startswith(".") for part in relative.parts)
                if corpus.is_article_name(inner.name) and not hidden and not inner.is_dir():
                    read = partial(corpus.file_bytes, inner, corpus.name_of(relative))
                    target = Path(path.resolve().name, relative)
                    yield str(inner), partial(_take_file, folder, inner, target, read)
        else:
            name = Path(path.name)
            read = partial(corpus.file_bytes, path.resolve(), corpus.name_of(name))
            yield source, partial(_take_file, folder, path, name, read)


def _take_file(folder: Path, path: Path, target: Path, read: Callable[[], bytes]) -> Added:
    """Copy a file into the corpus, unless it lies there already."""
    if path.resolve().is_relative_to(folder.resolve()):
        inside = path.resolve().relative_to(folder.resolve())
        return Added(str(path), corpus.name_of(inside), "unchanged")
    return _put(folder, str(path), target, read)


def _put(folder: Path, source: str, target: Path, read: Callable[[], bytes]) -> Added:
    """Put what is read from a source at its place below the corpus folder."""
    if not corpus.is_article_name(target.name):
        raise SourceError(
            f"{source}: files of this kind cannot be read.", f"Add {', '.join(corpus.SUFFIXES)}."
        )
    name = corpus.name_of(target)
    content = read()
    place = folder / target
    if place.exists():
        if place.read_bytes() == content:
            return Added(source, name, "unchanged")
        raise SourceError(
            f"{source}: {place} is there already, with another content.",
            "Rename the new one, or remove the old one.",
        )
    if target.suffix.lower() == ".jsonl":  # of which the index's update tells each bad line
        corpus.check_size(name, ".jsonl", len(content))
        _save(place, content)
    else:
        _save(place, content, _read(name, content))
    return Added(source, name)


def _take_page(folder: Path, url: str, fetcher: Fetcher) -> Added:
    """Fetch a page into the corpus, over the copy of it that is there if there is one.

    Plain text is saved as .md, which can name where it is from.
    """
    page = fetcher.fetch(url)
    name = f"page{page.ending}"
    try:
        found = _read(name, page.content)
    except UnreadableArticle as error:
        raise SourceError(url + error.message.removeprefix(name), error.hint) from error
    home = _home(folder, page.url)
    known = _known_page(home, page.url)
    if known and page.ending in SUFFIXES and known.read_bytes() == page.content:
        return Added(url, known.relative_to(folder).as_posix(), "unchanged")
    suffix = ".md" if page.ending == ".txt" else page.ending
    slug = _slug(found.title) or _slug(PurePosixPath(unquote(urlsplit(page.url).path)).stem)
    place = known if known and known.suffix == suffix else _free(home / f"{slug or 'page'}{suffix}")
    day = datetime.now(UTC).date()
    if suffix == ".json":
        record = {**json.loads(page.content), "url": page.url, "fetched": day.isoformat()}
        _save(place, json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))
    elif suffix == ".md":
        stated = {name: value for name, value in asdict(found).items() if name != "text"}
        front = {**stated, "url": page.url, "fetched": day}
        _save(place, front_matter.write(front, found.text).encode())
    else:
        _save(place, page.content, found, url=page.url, fetched=day)
    if known and known != place:
        known.unlink()
        known.with_name(known.name + extracted.ENDING).unlink(missing_ok=True)
    return Added(url, place.relative_to(folder).as_posix(), "updated" if known else "added")


def _read(name: str, content: bytes) -> Extracted:
    """What a file of this name and content holds; raises UnreadableArticle where no article."""
    suffix = PurePosixPath(name).suffix.lower()
    corpus.check_size(name, suffix, len(content))
    if suffix in SUFFIXES:
        return extract(name, content)
    article = corpus.parse_article(name, content)
    return Extracted(
        article.text,
        article.title,
        article.source,
        article.author,
        article.published,
        article.url,
        article.language,
    )


def _save(
    place: Path,
    content: bytes,
    found: Extracted | None = None,
    *,
    url: str = "",
    fetched: date | None = None,
) -> None:
    """Write a file, and for a document the text that was found in it beside it, first."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if found and place.suffix.lower() in SUFFIXES:
        name = corpus.name_of(Path(place.name))
        beside = extracted.as_file(found, name, content, url=url, fetched=fetched)
        with suppress(OSError):  # as of a name too long: an article does without
            extracted.write(place.with_name(place.name + extracted.ENDING), beside)
    extracted.write(place, content)


def _home(folder: Path, url: str) -> Path:
    """The folder for the pages of an address's host."""
    return folder / WEB / re.sub(r"[^\w.-]", "-", urlsplit(url).hostname or "")


def _known_page(home: Path, url: str) -> Path | None:
    """The file below a host's folder that holds the page at this address."""
    if not home.is_dir():
        return None
    for article in _articles(home):
        if article.url and canonical(article.url) == url:
            return home / article.id
    return None


def _articles(home: Path) -> Iterator[Article]:
    try:
        paths = corpus.article_paths(home)
    except CorpusError:
        return
    for article_id, path in paths.items():
        try:
            content = corpus.read_bytes(path, article_id, keep=False)
            yield corpus.parse_article(article_id, content)
        except UnreadableArticle:
            continue


def _slug(title: str) -> str:
    """A file name of a title's words, in any script."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", title).lower())
    return "-".join(words).encode()[:_NAME_BYTES].decode("utf-8", "ignore").strip("-")


def _free(place: Path) -> Path:
    """The place, or the next one with a number, where nothing lies yet."""
    number, free = 1, place
    while free.exists():
        number += 1
        free = place.with_stem(f"{place.stem}-{number}")
    return free


def _with_same_stories(
    settings: Settings, added: Sequence[Added], report: IndexReport
) -> Iterator[Added]:
    """What was added, with the articles of the index that print nearly the same."""
    changed = (*report.added, *report.updated)
    with closing(Store(settings.index)) as store:
        lexical = store.lexical()
        for one in added:
            ids = [id_ for id_ in changed if id_ == one.file or id_.startswith(f"{one.file}#")]
            articles = [article for id_ in ids if (article := store.article(id_))]
            same: dict[str, None] = {}
            for article in articles:
                own = shingles(article.text)
                words = " ".join(article.text.split()[:_WORDS_LOOKED_UP])
                hits = [passage for passage, _ in lexical.search(words, _CANDIDATES)]
                for other_id in dict.fromkeys(one.article_id for one in store.passages(hits)):
                    other = store.article(other_id)
                    if (
                        other
                        and other_id != article.id
                        and are_nearly_same(own, shingles(other.text))
                    ):
                        same[other_id] = None
            yield replace(one, same_story_as=tuple(same))
