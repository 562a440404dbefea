"""Bring the index up to date with the corpus: only what changed is read and embedded."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evqa import corpus, models
from evqa.chunking import chunk, count_tokens
from evqa.embedding import Embedder
from evqa.errors import UnreadableArticle
from evqa.index.changes import Changes, changes
from evqa.index.database import BuiltBy
from evqa.index.pending import Pending
from evqa.index.snapshot import Snapshot
from evqa.index.writer import Writer, packed, writing
from evqa.records import Failure, IndexReport, IndexStatus
from evqa.settings import Settings
from evqa.static_embedding import StaticEmbedder

Progress = Callable[[int, int], None]

_PASSAGES_PER_CALL = 16
# A table of vectors is through with as many before a few are for a neural network.
_PASSAGES_PER_STATIC_CALL = 256


@dataclass(frozen=True, slots=True)
class Stages:
    """When an update makes states on its way, in which the articles can be asked already.

    It does where it has more than `above` texts to embed: one with all articles and vectors that
    stand in, and then one with the vectors made so far every `seconds`, or less often, so that this
    takes no more than `share` of the time.
    """

    above: int = 1000
    seconds: float = 120.0
    share: float = 1 / 30


def built_by(settings: Settings, embedder: Embedder) -> BuiltBy:
    """What an index made with these settings and this embedder records of itself."""
    return BuiltBy(embedder.identity, embedder.dim, settings.chunk_tokens)


def update_index(
    settings: Settings,
    *,
    rebuild: bool = False,
    only: Collection[Path] = corpus.EVERYTHING,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring the index up to date with the corpus; `progress(done, total)` counts texts to embed.

    A file that can't be read is reported and does not stop the others; what the index already
    holds of it stays. `rebuild` makes the index anew. Many new articles can be asked before all are
    embedded, as Stages has it. Whatever stops an update leaves the last good index, and the next
    update takes up the embeddings that it had made.

    `only` names files and folders, by their paths below the corpus folder: the others are taken to
    be as they were, so that the time does not grow with the corpus. All are looked at nevertheless
    where the index is made anew, or the update before did not come to its end. Raises CorpusError
    where there is no corpus, IndexStoreError where the index can't be written or was built by other
    settings.
    """
    corpus.require_articles(settings.corpus)  # before a model is loaded for nothing
    embedder = models.embedder(settings)
    return update_with(embedder, settings, rebuild=rebuild, only=only, progress=progress)


def update_with(
    embedder: Embedder,
    settings: Settings,
    *,
    rebuild: bool = False,
    only: Collection[Path] = corpus.EVERYTHING,
    progress: Progress | None = None,
    stages: Stages = Stages(),
) -> IndexReport:
    """Bring the index up to date, as `update_index` does, with an embedder that is loaded."""
    began = time.perf_counter()
    corpus.require_articles(settings.corpus)
    with (
        writing(settings.index, built_by(settings, embedder), rebuild=rebuild) as writer,
        Pending(settings.index, embedder.identity) as pending,
    ):
        looked_at = corpus.EVERYTHING if writer.is_first or pending.was_left else only
        paths = corpus.article_paths(settings.corpus, looked_at)
        names = [corpus.name_of(place) for place in looked_at]
        found = _apply(
            changes(paths, writer.hashes(names), writer.looks(names)),
            paths,
            settings.chunk_tokens,
            writer,
        )
        # While an index is made anew, the one before is better than a half-made one.
        is_long = not rebuild and writer.count_unembedded() > stages.above
        static = models.stand_in(settings) if is_long else None
        if static:
            writer.stand_in(static.embed_documents)
            writer.commit()
        report = progress or (lambda _done, _total: None)
        tokens = _embed(writer, embedder, pending, stages if static else None, report)
        manifest = writer.finish()
    return IndexReport(
        added=found.added,
        updated=found.updated,
        removed=found.removed,
        unchanged=found.unchanged,
        failed=found.failed,
        passages=manifest.passages,
        tokens_embedded=tokens,
        seconds=time.perf_counter() - began,
        renamed=found.renamed,
        reprints=manifest.reprints,
        looked_at=tuple(sorted(names)),
    )


def still_failing(before: Iterable[Failure], report: IndexReport) -> tuple[Failure, ...]:
    """What the articles' failures are after an update that may not have looked at all of them."""
    left = [
        failure
        for failure in before
        if not any(corpus.is_in(failure.article_id, place) for place in report.looked_at)
    ]
    return tuple(sorted([*left, *report.failed], key=lambda failure: failure.article_id))


def index_status(settings: Settings) -> IndexStatus:
    """What the index holds and what of the corpus is not in it yet.

    Raises IndexStoreError where there is no index that can be read, CorpusError where there is no
    corpus.
    """
    with closing(Snapshot(settings.index)) as snapshot:
        manifest, hashes, looks = snapshot.manifest, snapshot.hashes(), snapshot.looks()
    return IndexStatus(
        corpus=str(settings.corpus),
        index=str(settings.index),
        articles=len(hashes),
        passages=manifest.passages,
        reprints=manifest.reprints,
        waiting=manifest.waiting,
        bytes_on_disk=snapshot.bytes_on_disk,
        embedding_model=manifest.built_by.embedding_model,
        generation=manifest.generation,
        built_at=manifest.built_at,
        stale=changes(corpus.article_paths(settings.corpus), hashes, looks, keep=False).stale,
    )


def _apply(found: Changes, paths: dict[str, Path], chunk_tokens: int, writer: Writer) -> Changes:
    """Store what changed, one article at a time; what was found, less what can't be read after all.

    What is gone is removed last, so that a text that another article has now keeps its vector.
    """
    failed = list(found.failed)
    was = {new: old for old, new in found.renamed}
    for article_id in (*found.added, *found.updated, *was):
        try:
            content = corpus.read_bytes(paths[article_id], article_id)
            article = corpus.parse_article(article_id, content)
        except UnreadableArticle as error:
            failed.append(Failure(article_id, str(error)))
            continue
        passages = [
            (span, count_tokens(article.text[slice(*span)]))
            for span in chunk(article, chunk_tokens)
        ]
        writer.put(article, passages, was.get(article_id))
    unread = {failure.article_id for failure in failed}
    removed = sorted([*found.removed, *(old for new, old in was.items() if new in unread)])
    for article_id in removed:
        writer.remove(article_id)
    writer.keep_looks({id_: look for id_, look in found.looks.items() if id_ not in unread})
    return Changes(
        added=tuple(article_id for article_id in found.added if article_id not in unread),
        updated=tuple(article_id for article_id in found.updated if article_id not in unread),
        renamed=tuple(pair for pair in found.renamed if pair[1] not in unread),
        removed=tuple(removed),
        unchanged=found.unchanged,
        failed=tuple(sorted(failed, key=lambda failure: failure.article_id)),
    )


def _embed(
    writer: Writer, embedder: Embedder, pending: Pending, stages: Stages | None, report: Progress
) -> int:
    """Embed every text that has no vector yet, once; returns how many tokens that were."""
    tokens, done, total = 0, 0, writer.count_unembedded()
    is_static = isinstance(embedder, StaticEmbedder)
    at_once = _PASSAGES_PER_STATIC_CALL if is_static else _PASSAGES_PER_CALL
    report(done, total)
    due = time.monotonic() + (stages.seconds if stages else math.inf)
    for batch in writer.unembedded():
        vectors = {} if is_static else pending.found([item.key for item in batch])
        if vectors:
            done += len(vectors)
            report(done, total)
        missing = [item for item in batch if item.key not in vectors]
        for first in range(0, len(missing), at_once):
            part = missing[first : first + at_once]
            made = packed(embedder.embed_documents([item.text for item in part]))
            fresh = dict(zip([item.key for item in part], made, strict=True))
            if not is_static:  # to keep those takes longer than to make them
                pending.keep(fresh)
            vectors |= fresh
            tokens += sum(item.tokens for item in part)
            done += len(part)
            report(done, total)
        writer.embed(vectors)
        if stages and time.monotonic() >= due:
            began = time.monotonic()
            writer.commit()
            now = time.monotonic()
            due = now + max(stages.seconds, (now - began) / stages.share)
    return tokens
