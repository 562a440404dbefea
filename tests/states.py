"""All that a user can see of an index, with models small enough to see it hundreds of times."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from samples import WordEmbedder, WordReranker

from evqa.assistant import Assistant
from evqa.corpus import EVERYTHING
from evqa.errors import IndexNotFound
from evqa.evidence import EvidenceSelector
from evqa.indexing import Stages, update_with
from evqa.judging import Numbers, RerankerJudge
from evqa.records import Article, IndexReport
from evqa.retrieval import Retriever
from evqa.settings import Settings
from evqa.store import Store

QUESTIONS = (
    "How long does the ferry Solveig take to cross the harbour?",
    "How many beehives did the volunteers count?",
    "Who rides in the rain on day 3?",
)
USUAL = Stages()
Scored = tuple[Any, ...]


@dataclass(frozen=True)
class State:
    """Articles, passages, what each question finds with scores, and its whole answer."""

    articles: list[Article]
    passages: list[tuple[str, int, int, int, int]]
    found: list[list[Scored]]
    answers: list[dict[str, Any]]


def update(
    settings: Settings,
    *,
    rebuild: bool = False,
    only: Collection[Path] = EVERYTHING,
    stages: Stages = USUAL,
) -> IndexReport:
    """Update an index with the word embedder, and leave out what no test can foretell."""
    report = update_with(WordEmbedder(), settings, rebuild=rebuild, only=only, stages=stages)
    return replace(report, seconds=0.0)


def assistant(store: Store, settings: Settings) -> Assistant:
    """An assistant that counts words."""
    reranker = WordReranker()
    judge = RerankerJudge(reranker, Numbers(1.0, 0.0, 0.1, 0.0, 0.0, -3.0))
    retriever = Retriever(store, WordEmbedder(), reranker)
    return Assistant(store, retriever, EvidenceSelector(judge), settings)


def state_of(settings: Settings) -> State | None:
    """What the index shows, None where there is none."""
    try:
        store = Store(settings.index)
    except IndexNotFound:
        return None
    with closing(store):
        return state_in(store, settings)


def state_in(store: Store, settings: Settings) -> State:
    """What an open index shows."""
    asked = assistant(store, settings)
    articles = store.articles()
    passages = [one for article in articles for one in store.passages_of(article.id)]
    return State(
        articles=articles,
        passages=[
            (one.article_id, one.ordinal, one.start, one.end, one.tokens) for one in passages
        ],
        found=[_found(asked, question) for question in QUESTIONS],
        answers=[
            _rounded({**asked.ask(question).to_dict(), "timings": {}}) for question in QUESTIONS
        ],
    )


def _found(asked: Assistant, question: str) -> list[Scored]:
    """The candidates for a question and what is left of them, with their scores."""
    retriever = asked.retriever
    return [
        (hit.article.id, hit.passage.start, hit.passage.end, round(hit.score, 4), hit.also_in)
        for hits in (retriever.candidates(question, 20), retriever.search(question, 20))
        for hit in hits
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
