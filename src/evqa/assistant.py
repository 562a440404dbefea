"""The composition root: settings to a thing that can be asked."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from types import TracebackType

from evqa import models
from evqa.answering import compose
from evqa.conversation import already_shown, standalone
from evqa.errors import QuestionError
from evqa.evidence import EvidenceSelector
from evqa.filters import NO_FILTERS, Filters, Listed
from evqa.indexing import built_by
from evqa.language.timeframes import time_frame
from evqa.records import Answer, Article, Hit, Trace, Turn
from evqa.retrieval import Retriever
from evqa.settings import Settings
from evqa.store import Store
from evqa.tracing import trace

MAX_QUESTION = 1000
HITS = 5


class Assistant:
    """Answers questions from one state of the index; safe to use from several threads."""

    def __init__(
        self, store: Store, retriever: Retriever, evidence: EvidenceSelector, settings: Settings
    ) -> None:
        """Put the parts together; `open` makes them from settings."""
        self._store = store
        self.retriever = retriever
        self.evidence = evidence
        self.settings = settings

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """Open the index and load the models.

        Raises IndexStoreError where there is no index that these settings can use, BackendError
        where a model can't be loaded.
        """
        settings = settings or Settings()
        store = Store(settings.index)
        try:
            embedder = models.embedder(settings)
            store.require(built_by(settings, embedder))
            reranker = models.reranker(settings)
            judge = models.judge(settings, reranker)
            retriever = Retriever(store, embedder, reranker)
        except BaseException:
            store.close()
            raise
        return cls(store, retriever, EvidenceSelector(judge), settings)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        on_first: Callable[[Answer], object] | None = None,
    ) -> Answer:
        """Answer a question, which may lean on the turns before it, from the articles asked.

        Where there is more to say than one quote, `on_first` is called before that is put together,
        with an answer of the first quote alone. Raises QuestionError where the question is empty,
        has no words or more than MAX_QUESTION characters, and where the filters leave no article.
        """
        question = _checked(question)
        within = self._within(filters)
        looked_up = standalone(question, history)
        began = time.perf_counter()
        frame = time_frame(looked_up, date.today())
        hits = self.retriever.search(looked_up, HITS, frame=frame, within=within)
        found = time.perf_counter()
        unknown = self.retriever.unknown_names(looked_up, hits, within)
        shown = already_shown(question, history)
        evidence = self.evidence.select(looked_up, hits, unknown, frame, shown)
        timings = {"retrieval": found - began, "evidence": time.perf_counter() - found}
        answered = partial(
            compose, question, looked_up, hits, settings=self.settings, article=self._store.article
        )
        if on_first and len(evidence.witnesses) > 1:
            first = answered(evidence.first, filters=filters)
            if first.answered:
                on_first(replace(first, timings=timings))
        return replace(answered(evidence, filters=filters), timings=timings)

    def search(self, query: str, k: int = 5, filters: Filters = NO_FILTERS) -> list[Hit]:
        """The `k` best passages for a query, best first; raises QuestionError as `ask` does."""
        return self.retriever.search(_checked(query), k, within=self._within(filters))

    def trace(self, text: str) -> Trace:
        """Say which articles hold a pasted text, word for word, shortened or nearly.

        Raises QuestionError where it has no words or more than tracing.MAX_PASTED characters.
        """
        return trace(text, self.retriever)

    def listed(self) -> list[Listed]:
        """All articles of the index without their texts, in order of id."""
        return self._store.listed()

    def articles(self) -> list[Article]:
        """All articles of the index, in order of id."""
        return self._store.articles()

    def article_ids(self) -> list[str]:
        """The ids of all articles of the index, in order."""
        return sorted(self._store.hashes())

    def article(self, article_id: str) -> Article | None:
        """One article of the index, or None where it holds none of this id."""
        return self._store.article(article_id)

    def serves(self, settings: Settings) -> bool:
        """Whether this is what `open` would open now: same settings, and no newer index."""
        return settings == self.settings and self._store.is_current()

    def _within(self, filters: Filters) -> frozenset[str] | None:
        """The ids of the articles that are asked, None for all."""
        if not filters:
            return None
        within = frozenset(one.id for one in self._store.listed() if filters.admits(one))
        if not within:
            raise QuestionError(f"There are no articles {filters.words}.", "Ask of others.")
        return within

    def close(self) -> None:
        """Let go of the index."""
        self._store.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


_shared: Assistant | None = None
_shared_lock = threading.Lock()


def ask(question: str, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS) -> Answer:
    """Answer a question with the settings in force; the assistant stays open for the next one.

    Raises as `Assistant.open` and `Assistant.ask` do.
    """
    return _current().ask(question, history, filters)


def _current() -> Assistant:
    """The shared assistant, opened anew when the settings or the index have changed."""
    global _shared
    settings = Settings()
    with _shared_lock:
        if _shared is None or not _shared.serves(settings):
            _shared = Assistant.open(settings)
        return _shared


def _checked(question: str) -> str:
    cleaned = " ".join(question.split())
    if len(cleaned) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(cleaned):,} characters; {MAX_QUESTION:,} is the most.",
            "Ask for one thing at a time.",
        )
    if not re.search(r"\w", cleaned):
        raise QuestionError("The question has no words.", "Ask it in a sentence.")
    return cleaned
