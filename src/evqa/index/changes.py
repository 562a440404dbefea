"""What the corpus holds against what the index was made from, by article id and content hash."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evqa import corpus
from evqa.errors import UnreadableArticle
from evqa.records import Failure


@dataclass(frozen=True, slots=True)
class Changes:
    """Article ids in order, each in one of these; `renamed` holds pairs of old and new id.

    `looks` say, of articles whose files had rested, how the files looked before they were read,
    where that is new.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    looks: Mapping[str, str] = field(default_factory=dict)

    @property
    def stale(self) -> tuple[str, ...]:
        """The ids of articles that the index does not show as they are, or shows no more."""
        renamed = [article_id for pair in self.renamed for article_id in pair]
        failed = [failure.article_id for failure in self.failed]
        return tuple(sorted([*self.added, *self.updated, *self.removed, *renamed, *failed]))


def changes(
    paths: Mapping[str, Path],
    indexed: Mapping[str, str],
    looks: Mapping[str, str],
    *,
    keep: bool = True,
) -> Changes:
    """Compare files, by article id, with the sha256 that each article had when it was indexed.

    An article is renamed where its id is gone and a new one has the same content; a file that has
    the content of one that is still there is a copy, and new. Files that look as they did when
    `looks` was recorded are not read. With `keep=False` nothing is written, as `corpus.read_bytes`
    has it.
    """
    began = time.time_ns()
    rested: dict[str, str] = {}
    added, updated, unchanged, failed = [], [], [], []
    hashes: dict[str, str] = {}
    for article_id, path in paths.items():
        look = corpus.look(path)
        if look and look.had_rested(began):
            seen = str(look)
            if article_id in indexed and looks.get(article_id) == seen:
                hashes[article_id] = indexed[article_id]
                unchanged.append(article_id)
                continue
            rested[article_id] = seen
        try:
            content = corpus.read_bytes(path, article_id, keep=keep)
        except UnreadableArticle as error:
            failed.append(Failure(article_id, str(error)))
            continue
        hashes[article_id] = hashlib.sha256(content).hexdigest()
        if article_id not in indexed:
            added.append(article_id)
        elif indexed[article_id] != hashes[article_id]:
            updated.append(article_id)
        else:
            unchanged.append(article_id)
    gone = sorted(set(indexed) - set(paths))
    renamed = _renamed(gone, added, hashes, indexed)
    return Changes(
        added=tuple(sorted(set(added) - set(renamed.values()))),
        updated=tuple(updated),
        renamed=tuple(renamed.items()),
        removed=tuple(article_id for article_id in gone if article_id not in renamed),
        unchanged=tuple(unchanged),
        failed=tuple(failed),
        looks=rested,
    )


def _renamed(
    gone: list[str], added: list[str], hashes: Mapping[str, str], indexed: Mapping[str, str]
) -> dict[str, str]:
    """The new id of each article that has one, by its old id."""
    free = defaultdict(list)
    for article_id in sorted(added, reverse=True):
        free[hashes[article_id]].append(article_id)
    return {old: free[indexed[old]].pop() for old in gone if free[indexed[old]]}
