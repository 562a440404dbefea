"""Evidence to an answer in words: quotes with a lead, or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evqa.citations import cut, render, verified
from evqa.evidence import Evidence
from evqa.records import Answer, Article, Hit
from evqa.settings import Settings

REFUSAL = "The articles don't say."


def compose(
    question: str,
    standalone_question: str,
    hits: Sequence[Hit],
    evidence: Evidence,
    settings: Settings,
    article: Callable[[str], Article | None],
) -> Answer:
    """The answer: up to `max_quotes` quotes where the confidence reaches the threshold.

    Every quote is checked against the stored article that `article` gives; without one that
    stands, the answer is a refusal with the nearest passages.
    """
    quotes = []
    if evidence.confidence >= settings.answer_threshold:
        cuts = [
            cut(found.hit, found.start, found.end, found.score)
            for found in evidence.sentences[: settings.max_quotes]
        ]
        quotes = verified(cuts, article)
    return Answer(
        question=question,
        standalone_question=standalone_question,
        text=render(quotes) if quotes else _refusal(evidence.unknown_names),
        answered=bool(quotes),
        confidence=evidence.confidence,
        quotes=tuple(quotes),
        hits=tuple(hits),
        unknown_names=evidence.unknown_names,
    )


def _refusal(unknown_names: Sequence[str]) -> str:
    if not unknown_names:
        return REFUSAL
    return f"{REFUSAL} None of them mentions {' or '.join(unknown_names)}."
