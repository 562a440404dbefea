from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from samples import WordReranker, article
from texts import TEXTS

from evqa.evidence import Evidence, EvidenceSelector, Sentence, choose
from evqa.judging import Numbers, RerankerJudge
from evqa.onnx import Floats
from evqa.records import Hit, Passage
from evqa.reranking import OnnxReranker, Reranker

STORY = """\
# Harbour ferry returns

The ferry Solveig returned on Monday. The crossing takes 17 minutes. A ticket costs 42 kroner.

Also read: the ferry crossing takes 99 minutes elsewhere.
Share this on Facebook

- The ferry takes bicycles.
"""


class Fixed:
    """Scores a text by the first of some words that stands in it."""

    def __init__(self, **scores: float) -> None:
        self.scores = scores

    def score(self, question: str, texts: Sequence[str]) -> Floats:  # noqa: ARG002
        found = [next((s for w, s in self.scores.items() if w in text), -9.0) for text in texts]
        return np.array(found, dtype=np.float32)


def judging(reranker: Reranker) -> EvidenceSelector:
    return EvidenceSelector(RerankerJudge(reranker, Numbers(0.7, 0.0, 0.35, 0.0, 0.0, -1.5)))


def hits_of(*texts: str, score: float = 0.0) -> list[Hit]:
    found = []
    for number, text in enumerate(texts):
        one = article(f"{number}.md", text)
        found.append(Hit(Passage(number, one.id, 0, 0, len(one.text), 1), one, score))
    return found


def select(evidence_of: EvidenceSelector, question: str, *texts: str) -> list[str]:
    return [found.text for found in evidence_of.select(question, hits_of(*texts)).sentences]


def test_the_sentence_that_answers_is_found(reranker: OnnxReranker) -> None:
    evidence = judging(reranker).select(
        "How long does the crossing take?", hits_of(STORY, score=5.0)
    )
    assert "The crossing takes 17 minutes." in evidence.sentences[0].text
    assert 0.5 < evidence.confidence <= 1


def test_a_question_that_nothing_answers_gets_little_confidence(reranker: OnnxReranker) -> None:
    hits = hits_of(STORY, score=-10.0)
    assert judging(reranker).select("How is ethanol made?", hits).confidence < 0.1


def test_without_hits_there_is_no_evidence(reranker: OnnxReranker) -> None:
    assert judging(reranker).select("Why?", []) == Evidence((), 0.0)


def test_a_hit_of_boilerplate_alone_is_no_evidence(reranker: OnnxReranker) -> None:
    hits = hits_of("Follow us on X\n\n***\n\nAll rights reserved")
    assert judging(reranker).select("Why?", hits) == Evidence((), 0.0)


def test_boilerplate_is_never_quoted() -> None:
    quoted = select(judging(Fixed(minutes=1, Facebook=5, elsewhere=5)), "Why?", STORY)
    assert quoted == ["The crossing takes 17 minutes."]


def test_markdown_signs_are_left_out() -> None:
    assert select(judging(Fixed(bicycles=1)), "Why?", STORY) == ["The ferry takes bicycles."]
    text = "It rains today.\n\n## Prices rise\n\n> 2. Waits\n"
    assert select(judging(Fixed(Prices=1)), "Why?", text) == ["Prices rise"]


def test_only_sentences_near_the_best_are_quoted_best_first() -> None:
    evidence = judging(Fixed(Solveig=3.0, bicycles=4.0, ticket=-4.0)).select("Why?", hits_of(STORY))
    assert [found.text for found in evidence.sentences] == [
        "The ferry takes bicycles.",
        "The ferry Solveig returned on Monday.",
    ]
    assert evidence.confidence == evidence.sentences[0].score > evidence.sentences[1].score


def test_a_further_quote_is_as_sure_as_its_share_of_the_two() -> None:
    rain, snow = hits_of("It will rain today.", "It will snow today.")
    best = Sentence(rain, 0, 19, 4.0)
    (_, equal), (_, lower) = (
        choose([best, Sentence(snow, 0, 19, weight)]).sentences for weight in (4.0, 3.0)
    )
    assert best.score == pytest.approx(0.982, abs=0.001)
    assert equal.score == pytest.approx(best.score / 2)
    assert lower.score == pytest.approx(best.score * 0.269, abs=0.001)


def test_a_sentence_on_another_model_than_the_one_asked_for_gives_way() -> None:
    text = "Some wait eight months for an SU7. The ferry is late. Others wait a year for theirs."
    selector = judging(Fixed(SU7=5.0, Others=4.0))
    assert select(selector, "How long is the wait?", text)[0].startswith("Some")
    assert select(selector, "How long is the wait for a yu7?", text)[0].startswith("Others")
    assert select(selector, "Is the wait for a YU7 longer than for an SU7?", text)[0].startswith(
        "Some"
    )


def test_sentences_in_a_row_are_one_quote() -> None:
    assert select(judging(Fixed(Solveig=3.0, minutes=4.0)), "Why?", STORY) == [
        "The ferry Solveig returned on Monday. The crossing takes 17 minutes."
    ]


def test_the_same_words_in_two_articles_are_quoted_once() -> None:
    selector = judging(Fixed(minutes=1))
    assert select(selector, "Why?", "It takes 17 minutes.", "IT TAKES 17 MINUTES!") == [
        "It takes 17 minutes."
    ]


def test_a_passage_that_scores_better_lends_its_sentences_weight() -> None:
    selector = judging(Fixed(rain=1.0))
    low, high = hits_of("It will rain today."), hits_of("It will rain today.", score=4.0)
    assert selector.select("Why?", high).confidence > selector.select("Why?", low).confidence


def test_a_sentence_of_many_words_is_cut_at_a_semicolon() -> None:
    clause = "the committee of the harbour met again to speak of the old bridge and its lift"
    text = f"On Monday {clause}; on Tuesday {clause}; on Wednesday {clause}; on Friday {clause}."
    assert len(text.split()) > 60
    assert select(judging(Fixed(Wednesday=5)), "Why?", text) == [f"on Wednesday {clause};"]


@examples(max_examples=100)
@given(TEXTS)
def test_evidence_is_a_slice_of_its_article(text: str) -> None:
    text = "The ferry takes 17 minutes. " + text.replace("\0", "")
    (hit,) = hits_of(text)
    evidence = judging(WordReranker()).select("the ferry", [hit])
    assert 0 <= evidence.confidence <= 1
    for found in evidence.sentences:
        assert found.text == hit.article.text[found.start : found.end] == found.text.strip()
        assert found.text
        assert 0 <= found.score <= evidence.confidence


@pytest.mark.parametrize("score", [-1000.0, 1000.0])
def test_a_score_without_bounds_is_still_a_probability(score: float) -> None:
    evidence = judging(Fixed(ferry=score)).select("Why?", hits_of("The ferry."))
    assert 0 <= evidence.confidence <= 1


def test_a_sentence_just_shown_gives_way_unless_it_is_clearly_better() -> None:
    hits = hits_of(STORY)
    shown = ["The crossing takes 17 minutes."]

    def first(minutes: float) -> str:
        selector = judging(Fixed(minutes=minutes, ticket=3.0))
        return selector.select("How long?", hits, shown=shown).sentences[0].text

    assert first(minutes=4.0) == "A ticket costs 42 kroner."
    assert first(minutes=6.0).startswith("The crossing takes 17 minutes.")


def test_a_sentence_just_shown_is_shown_again_where_nothing_else_answers() -> None:
    selector = judging(Fixed(minutes=2.5, ticket=2.0))
    again = selector.select("How long?", hits_of(STORY), shown=["The crossing takes 17 minutes."])
    assert again.sentences[0].text.startswith("The crossing takes 17 minutes.")


def test_a_heading_gives_way_to_a_sentence() -> None:
    text = "## What the ferry costs\n\nIt takes an hour. A ticket is 42 kroner."
    assert select(judging(Fixed(hour=-9.0, kroner=4.0, costs=5.0)), "What?", text)[0] == (
        "A ticket is 42 kroner."
    )


def test_a_name_that_no_article_has_takes_confidence_away() -> None:
    selector, hits = judging(Fixed(minutes=6.0)), hits_of(STORY)
    known, unknown = selector.select("How?", hits), selector.select("How?", hits, ["SU8"])
    assert [one.text for one in known.sentences] == [one.text for one in unknown.sentences]
    assert known.confidence > 0.5 > unknown.confidence
    assert unknown.unknown_names == ("SU8",)
