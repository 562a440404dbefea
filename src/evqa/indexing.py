"""Bring the index up to date with the corpus: only what changed is read and embedded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evqa import corpus, models
from evqa.chunking import chunk, count_tokens
from evqa.embedding import Embedder
from evqa.errors import UnreadableArticle
from evqa.records import Article, Failure, IndexReport, IndexStatus
from evqa.sentences import Span
from evqa.settings import Settings
from evqa.store import BuiltBy, Store, writing

Progress = Callable[[int, int], None]

_PASSAGES_PER_CALL = 16


@dataclass(frozen=True, slots=True)
class _Chunked:
    article: Article
    passages: list[tuple[Span, int]]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What the corpus holds against what the index was made from."""

    added: list[_Chunked]
    updated: list[_Chunked]
    removed: list[str]
    unchanged: list[str]
    failed: list[Failure]


def built_by(settings: Settings, embedder: Embedder) -> BuiltBy:
    """What an index made with these settings and this embedder records of itself."""
    return BuiltBy(embedder.identity, embedder.dim, settings.chunk_tokens)


def update_index(
    settings: Settings, *, rebuild: bool = False, progress: Progress | None = None
) -> IndexReport:
    """Bring the index up to date with the corpus; `progress(done, total)` counts passages to embed.

    A file that can't be read is reported and does not stop the others; what the index already
    holds of it stays. `rebuild` makes the index anew. Raises CorpusError where there is no corpus,
    IndexStoreError where the index can't be written or was built by other settings; the last good
    index is then untouched.
    """
    began = time.perf_counter()
    paths = corpus.article_paths(settings.corpus)
    embedder = models.embedder(settings)
    with writing(settings.index, built_by(settings, embedder), rebuild=rebuild) as writer:
        changes = _changes(paths, writer.hashes(), settings.chunk_tokens)
        for article_id in changes.removed + [item.article.id for item in changes.updated]:
            writer.remove(article_id)
        tokens = 0
        for item, vectors in _embedded(changes.added + changes.updated, embedder, progress):
            writer.add(item.article, item.passages, vectors)
            tokens += sum(count for _, count in item.passages)
        passages = writer.finish()
    return IndexReport(
        added=tuple(item.article.id for item in changes.added),
        updated=tuple(item.article.id for item in changes.updated),
        removed=tuple(changes.removed),
        unchanged=tuple(changes.unchanged),
        failed=tuple(changes.failed),
        passages=passages,
        tokens_embedded=tokens,
        seconds=time.perf_counter() - began,
    )


def index_status(settings: Settings) -> IndexStatus:
    """What the index holds and what of the corpus is not in it yet.

    Raises IndexStoreError where there is no index that can be read, CorpusError where there is no
    corpus.
    """
    with closing(Store(settings.index)) as store:
        manifest, hashes = store.manifest, store.hashes()
    return IndexStatus(
        corpus=str(settings.corpus),
        index=str(settings.index),
        articles=len(hashes),
        passages=manifest.passages,
        bytes_on_disk=sum(p.stat().st_size for p in settings.index.rglob("*") if p.is_file()),
        embedding_model=manifest.built_by.embedding_model,
        generation=manifest.generation,
        built_at=manifest.built_at,
        stale=tuple(_stale(settings.corpus, hashes)),
    )


def _stale(corpus_folder: Path, indexed: dict[str, str]) -> list[str]:
    """The ids of articles that were added, edited or removed since the index was made."""
    paths = corpus.article_paths(corpus_folder)
    changed = [article_id for article_id in indexed if article_id not in paths]
    for article_id, path in paths.items():
        try:
            content = corpus.read_bytes(path, article_id)
        except UnreadableArticle:
            content = b""
        if hashlib.sha256(content).hexdigest() != indexed.get(article_id):
            changed.append(article_id)
    return sorted(changed)


def _changes(paths: dict[str, Path], indexed: dict[str, str], chunk_tokens: int) -> _Changes:
    changes = _Changes([], [], [id_ for id_ in indexed if id_ not in paths], [], [])
    for article_id, path in paths.items():
        try:
            content = corpus.read_bytes(path, article_id)
            if hashlib.sha256(content).hexdigest() == indexed.get(article_id):
                changes.unchanged.append(article_id)
                continue
            article = corpus.parse_article(article_id, content)
        except UnreadableArticle as error:
            changes.failed.append(Failure(article_id, str(error)))
            continue
        passages = [
            (span, count_tokens(article.text[slice(*span)]))
            for span in chunk(article, chunk_tokens)
        ]
        kind = changes.updated if article_id in indexed else changes.added
        kind.append(_Chunked(article, passages))
    return changes


def _embedded(
    items: list[_Chunked], embedder: Embedder, progress: Progress | None
) -> Iterator[tuple[_Chunked, np.ndarray]]:
    """Each article with the vectors of its passages; many short articles are embedded together."""
    total = sum(len(item.passages) for item in items)
    done = 0
    report = progress or (lambda _done, _total: None)
    report(done, total)
    waiting: list[_Chunked] = []
    for position, item in enumerate(items):
        waiting.append(item)
        size = sum(len(one.passages) for one in waiting)
        if size < _PASSAGES_PER_CALL and position + 1 < len(items):
            continue
        texts = [_with_title(one.article, span) for one in waiting for span, _ in one.passages]
        vectors = []
        for first in range(0, len(texts), _PASSAGES_PER_CALL):
            vectors.append(embedder.embed_documents(texts[first : first + _PASSAGES_PER_CALL]))
            done += len(vectors[-1])
            report(done, total)
        joined = np.concatenate(vectors)
        offset = 0
        for one in waiting:
            yield one, joined[offset : offset + len(one.passages)]
            offset += len(one.passages)
        waiting = []


def _with_title(article: Article, span: Span) -> str:
    """What is embedded for a passage: its text, with the article's title for context."""
    text = article.text[slice(*span)]
    return f"{article.title}\n{text}" if article.title else text
