"""Question to ranked hits: dense and lexical candidates, fused, folded, reranked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from evqa.embedding import Embedder
from evqa.lexical import terms
from evqa.records import Article, Hit
from evqa.reranking import Reranker
from evqa.store import Store
from evqa.timeframes import ANY_TIME, TimeFrame, excludes, weight

# benchmarks/fusion.py measures both: the cosine orders best by itself, and a little of BM25 on top
# costs nothing where the cosine is right and helps where names and numbers decide.
LEXICAL_WEIGHT = 0.05
_CANDIDATES = 50
# The best of BM25 reach the reranker however far their cosine is: they hold the rare words.
_LEXICAL_SEATS = 2
_NEAR_DUPLICATE = 0.8
_SHINGLE_WORDS = 4

Ranking = list[tuple[int, float]]
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
        self._lexical = store.lexical()

    def search(
        self,
        question: str,
        k: int,
        without: Collection[str] = (),
        frame: TimeFrame = ANY_TIME,
    ) -> list[Hit]:
        """The `k` best passages for a question, best first, near-duplicates folded into one.

        `without` holds the ids of articles that are left out. The time frame leaves out what was
        told after it and moves what fits it up, without a change to any score.
        """
        hits = self._reranked(question, self.candidates(question, k, without, frame))
        return in_time(hits, frame, lambda hit: (hit.score, hit.article, hit.text))[:k]

    def unknown_names(self, question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
        """The names in a question that no passage and no title of these hits holds."""
        titles = {term for hit in hits for term in terms(hit.article.title)}
        return tuple(
            name
            for name in self._lexical.unknown_names(question)
            if not titles.intersection(terms(name)[:1])
        )

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
    ) -> list[Hit]:
        """The passages that are reranked for the `k` best, near-duplicates folded, best first."""
        dense = self._vectors.search(self._embedder.embed_query(question), _CANDIDATES)
        lexical = self._lexical.search(question, _CANDIDATES)
        fused = dict(fuse(dense, lexical))
        hits = [
            hit
            for hit in self._hits(fused)
            if hit.article.id not in without and not excludes(frame, hit.article.told_on, hit.text)
        ]
        seats = {passage for passage, _ in lexical[:_LEXICAL_SEATS]}
        distinct = _folded(hits)
        return distinct[:k] + [hit for hit in distinct[k:] if hit.passage.id in seats]

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
    return titled(hit.article, hit.text)


def titled(article: Article, text: str) -> str:
    """A text of an article after the article's title."""
    return f"{article.title}: {text}" if article.title else text


def _folded(hits: Sequence[Hit]) -> list[Hit]:
    """Hits of which none prints nearly the same text as one before it in another article.

    Two passages are near-duplicates when most of the word shingles of the shorter one stand in the
    other (containment: Broder, 1997).
    """
    kept: list[tuple[Hit, frozenset[tuple[str, ...]]]] = []
    for hit in hits:
        shingles = _shingles(hit.text)
        for position, (first, others) in enumerate(kept):
            shared = len(shingles & others) / max(1, min(len(shingles), len(others)))
            if first.article.id != hit.article.id and shared >= _NEAR_DUPLICATE:
                also_in = dict.fromkeys((*first.also_in, hit.article.id))
                kept[position] = (replace(first, also_in=tuple(also_in)), others)
                break
        else:
            kept.append((hit, shingles))
    return [hit for hit, _ in kept]


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = terms(text)
    width = min(_SHINGLE_WORDS, max(1, len(words)))
    return frozenset(tuple(words[i : i + width]) for i in range(len(words) - width + 1))
