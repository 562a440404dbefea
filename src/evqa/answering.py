"""Evidence to an answer in words: quotes with a lead, or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evqa.citations import cut, render, verified
from evqa.disagreement import agreement, agreements, describe, disagreements
from evqa.evidence import Evidence, Sentence
from evqa.records import Answer, Article, Hit, Quote
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

    Where sources differ or agree, it says so after them.

    Every quote is checked against the stored article that `article` gives; without one that
    stands, the answer is a refusal with the nearest passages.
    """
    quotes, witnesses = [], []
    if evidence.confidence >= settings.answer_threshold:
        quotes = verified(_cut(evidence.sentences[: settings.max_quotes]), article)
        witnesses = verified(_cut(evidence.witnesses), article)
    differing = disagreements(standalone_question, witnesses)
    agreeing = agreements(standalone_question, witnesses)
    said = (render(quotes), describe(differing), agreement(agreeing))
    return Answer(
        question=question,
        standalone_question=standalone_question,
        text="\n".join(filter(None, said)) if quotes else _refusal(evidence.unknown_names),
        answered=bool(quotes),
        confidence=evidence.confidence,
        quotes=tuple(quotes),
        hits=tuple(hits),
        disagreements=differing,
        agreements=agreeing,
        unknown_names=evidence.unknown_names,
    )


def _cut(found: Sequence[Sentence]) -> list[Quote]:
    return [cut(one.hit, one.start, one.end, one.score) for one in found]


def _refusal(unknown_names: Sequence[str]) -> str:
    if not unknown_names:
        return REFUSAL
    return f"{REFUSAL} None of them mentions {' or '.join(unknown_names)}."
