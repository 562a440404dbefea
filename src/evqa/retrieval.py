"""Question to ranked hits: dense and lexical candidates, fused, folded, reranked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from evqa.embedding import Embedder
from evqa.language.scripts import is_latin
from evqa.language.timeframes import ANY_TIME, TimeFrame, excludes, weight
from evqa.lexical import terms
from evqa.ranking import Ranking, best
from evqa.records import Article, Hit
from evqa.reranking import Reranker
from evqa.shingles import holds_most, near_duplicates, shingles
from evqa.static_embedding import StaticEmbedder
from evqa.store import Store
from evqa.vectors import Ids

# benchmarks/fusion.py measures both: the cosine orders best by itself, and a little of BM25 on top
# costs nothing where the cosine is right and helps where names and numbers decide.
LEXICAL_WEIGHT = 0.05
_CANDIDATES = 50
# The best of BM25 reach the reranker however far their cosine is: they hold the rare words.
_LEXICAL_SEATS = 2

Found = TypeVar("Found")


def fuse(dense: Ranking, lexical: Ranking, weight: float = LEXICAL_WEIGHT) -> Ranking:
    """Cosine plus `weight` times BM25 as a share of its best score, best first.

    A passage that only BM25 found takes the lowest cosine that the dense candidates have.
    """
    floor = min((score for _, score in dense), default=0.0)
    best = max((score for _, score in lexical), default=1.0)
    cosine = dict(dense)
    share = {passage: score / best for passage, score in lexical}
    fused = {
        passage: cosine.get(passage, floor) + weight * share.get(passage, 0.0)
        for passage in (cosine | share)
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


class Retriever:
    """Finds the passages of one state of the index; safe to use from several threads."""

    def __init__(self, store: Store, embedder: Embedder, reranker: Reranker) -> None:
        self._store = store
        self._embedder = embedder
        self._reranker = reranker
        self._vectors = store.vectors()
        self._stand_ins = store.stand_ins()
        self._static = StaticEmbedder() if len(self._stand_ins) else None
        self._lexical = store.lexical()

    def search(
        self,
        question: str,
        k: int,
        without: Collection[str] = (),
        frame: TimeFrame = ANY_TIME,
        within: Collection[str] | None = None,
    ) -> list[Hit]:
        """The `k` best passages for a question, best first, near-duplicates folded into one.

        `without` holds the ids of articles that are left out, `within`, where it is given, those of
        all that are not. The time frame leaves out what was told after it and moves what fits it
        up, without a change to any score.
        """
        hits = self._reranked(question, self.candidates(question, k, without, frame, within))
        return in_time(hits, frame, lambda hit: (hit.score, hit.article, hit.text))[:k]

    def unknown_names(
        self, question: str, hits: Sequence[Hit], within: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """The names in a question that no passage and no title of these hits holds.

        Where `within` is given, only passages of the articles with an id in it count.
        """
        titles = {term for hit in hits for term in terms(hit.article.title)}
        among = None if within is None else self._store.passage_ids(within)
        return tuple(
            name
            for name in self._lexical.unknown_names(question, among)
            if not titles.intersection(terms(name)[:1])
        )

    def sharing_words(self, text: str, k: int) -> list[Hit]:
        """The `k` best passages by the words that they share with a text, best first."""
        places = self._store.places
        return self._hits(dict(best(lambda k: self._lexical.search(text, k), k, places)))

    def with_rarest_words(self, text: str) -> Iterator[Article]:
        """The articles with the rarest words of a text: all that hold it, among others."""
        places = self._store.places(self._lexical.with_rarest_words(text))
        for article_id in sorted({article_id for article_id, _ in places.values()}):
            article = self._store.article(article_id)
            if article:
                yield article

    def passages_of(self, question: str, article_id: str) -> list[Hit]:
        """All passages of one article, best for the question first."""
        hits = self._hits({passage.id: 0.0 for passage in self._store.passages_of(article_id)})
        return self._reranked(question, hits)

    def _reranked(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        scores = self._reranker.score(question, [with_title(hit) for hit in hits])
        scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return sorted(scored, key=lambda hit: -hit.score)

    def candidates(
        self,
        question: str,
        k: int,
        without: Collection[str] = (),
        frame: TimeFrame = ANY_TIME,
        within: Collection[str] | None = None,
    ) -> list[Hit]:
        """The passages that are reranked for the `k` best, near-duplicates folded, best first."""
        places = self._store.places
        among = None if within is None else self._store.passage_ids(within)
        vectors = None if among is None else np.array(among, dtype=np.int64)
        dense: Ranking = []
        if is_latin(question) or not self._embedder.latin_only:
            vector = self._embedder.embed_query(question)
            dense = best(lambda k: self._vectors.search(vector, k, vectors), _CANDIDATES, places)
        lexical = best(lambda k: self._lexical.search(question, k, among), _CANDIDATES, places)
        fused = dict(fuse(dense, lexical))
        seats = {passage for passage, _ in lexical[:_LEXICAL_SEATS]}
        for passage in self._waiting(question, k, vectors):
            fused.setdefault(passage, min(fused.values(), default=0.0))
            seats.add(passage)
        told: dict[int, Hit] = {}
        ranked = sorted(self._hits(fused), key=_rank)
        stories = self._store.stories(hit.article.id for hit in ranked)
        for found in ranked:
            shown = self._as_shown(found, stories[found.article.id], within)
            told.setdefault(shown.passage.id, shown)
            if found.passage.id in seats:
                seats.add(shown.passage.id)
        hits = [
            hit
            for hit in told.values()
            if hit.article.id not in without and not excludes(frame, hit.article.told_on, hit.text)
        ]
        distinct = _folded(hits)
        return distinct[:k] + [hit for hit in distinct[k:] if hit.passage.id in seats]

    def _waiting(self, question: str, k: int, within: Ids | None) -> list[int]:
        """The `k` best of the passages whose vectors are still to be made, by their stand-ins.

        Their cosines say nothing beside those of the others, so that all of them are reranked.
        """
        if self._static is None:
            return []
        vector = self._static.embed_query(question)
        found = best(lambda k: self._stand_ins.search(vector, k, within), k, self._store.places)
        return [passage for passage, _ in found]

    def _as_shown(self, hit: Hit, story: Sequence[str], within: Collection[str] | None) -> Hit:
        """A hit in the article that shows its story, where that prints most of the passage."""
        first, *others = (one for one in story if within is None or one in within)
        if not others:
            return hit
        article = self._store.article(first)
        if article and first != hit.article.id:
            own = shingles(hit.text)
            for passage in self._store.passages_of(first):
                shown = replace(hit, passage=passage, article=article)
                if holds_most(shingles(shown.text), own):
                    hit = shown
                    break
        also_in = tuple(one for one in (first, *others) if one != hit.article.id)
        return replace(hit, also_in=also_in)

    def _hits(self, scores: Mapping[int, float]) -> list[Hit]:
        """The hits of passages with these ids and scores, in their order."""
        hits = []
        for passage in self._store.passages(list(scores)):
            article = self._store.article(passage.article_id)
            if article:
                hits.append(Hit(passage, article, scores[passage.id]))
        return hits


def in_time(
    found: Sequence[Found], frame: TimeFrame, read: Callable[[Found], tuple[float, Article, str]]
) -> list[Found]:
    """What was found, best first by score and by how well its time fits the frame asked for.

    `read` gives the score, the article and the text of one.
    """
    parts = [read(one) for one in found]
    newest = max((a.told_on for _, a, _ in parts if a.told_on), default=None)
    keys = [score + weight(frame, a.told_on, text, newest) for score, a, text in parts]
    order = sorted(range(len(found)), key=lambda position: -keys[position])
    return [found[position] for position in order]


def with_title(hit: Hit) -> str:
    """A passage as the reranker reads it: after its article's title."""
    return hit.article.titled(hit.text)


def _rank(hit: Hit) -> tuple[float, str, int]:
    """The order of candidates, in which ties stand as they do in the articles."""
    return -hit.score, hit.article.id, hit.passage.ordinal


def _folded(hits: Sequence[Hit]) -> list[Hit]:
    """Hits of which none prints nearly the same text as one before it in another article."""
    same = near_duplicates([hit.text for hit in hits])
    kept: dict[int, Hit] = {}
    for number, hit in enumerate(hits):
        others = (
            first
            for first in kept
            if same[first, number] and hits[first].article.id != hit.article.id
        )
        first = next(others, None)
        if first is None:
            kept[number] = hit
            continue
        shown = kept[first]
        also_in = dict.fromkeys((*shown.also_in, hit.article.id, *hit.also_in))
        also_in.pop(shown.article.id, None)
        kept[first] = replace(shown, also_in=tuple(also_in))
    return list(kept.values())
