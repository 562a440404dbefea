"""Evidence to an answer in words: quotes with a lead, or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evqa.citations import cut, render, verified
from evqa.disagreement import agreement, agreements, describe, disagreements
from evqa.evidence import Evidence, Sentence
from evqa.filters import NO_FILTERS, Filters
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
    filters: Filters = NO_FILTERS,
) -> Answer:
    """The answer: up to `max_quotes` quotes where the confidence reaches the threshold.

    Where sources differ or agree, and where not all articles were asked, it says so after them.

    Every quote is checked against the stored article that `article` gives; without one that
    stands, the answer is a refusal with the nearest passages.
    """
    quotes, witnesses = [], []
    if evidence.confidence >= settings.answer_threshold:
        quotes = verified(_cut(evidence.sentences[: settings.max_quotes]), article)
        witnesses = verified(_cut(evidence.witnesses), article)
    differing = disagreements(standalone_question, witnesses)
    agreeing = agreements(standalone_question, witnesses)
    among = looked_among(filters)
    said = (render(quotes), describe(differing), agreement(agreeing), among)
    return Answer(
        question=question,
        standalone_question=standalone_question,
        text="\n".join(filter(None, said)) if quotes else _refusal(evidence.unknown_names, filters),
        answered=bool(quotes),
        confidence=evidence.confidence,
        quotes=tuple(quotes),
        hits=tuple(hits),
        disagreements=differing,
        agreements=agreeing,
        unknown_names=evidence.unknown_names,
        filters=filters,
    )


def _cut(found: Sequence[Sentence]) -> list[Quote]:
    return [cut(one.hit, one.start, one.end, one.score) for one in found]


def looked_among(filters: Filters) -> str:
    """Of which articles a question was asked, in a sentence; nothing where of all."""
    return f"Looked for among articles {filters.words}." if filters else ""


def _refusal(unknown_names: Sequence[str], filters: Filters) -> str:
    among = f", among those {filters.words}" if filters else ""
    refusal = f"{REFUSAL.removesuffix('.')}{among}."
    if not unknown_names:
        return refusal
    return f"{refusal} None of them mentions {' or '.join(unknown_names)}."
