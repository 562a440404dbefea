import json
from pathlib import Path

import pytest
from samples import article

from evqa.errors import ModelUnavailable
from evqa.judging import (
    FILE,
    VERSION,
    BundledJudge,
    Numbers,
    RerankerJudge,
    load_numbers,
)
from evqa.language.sentences import Span, sentences
from evqa.records import Hit, Passage
from evqa.reranking import BundledReranker, OverlapReranker

REFIT = "Fit them again: python training/fit.py DATA"


def passage(text: str, score: float = 0.0) -> tuple[Hit, list[Span]]:
    one = article("one.md", text)
    hit = Hit(Passage(1, one.id, 0, 0, len(one.text), 1), one, score)
    return hit, list(sentences(one.text, one.language))


@pytest.mark.parametrize("judge", ["reader", "cross_encoder", "overlap"])
def test_there_are_numbers_for_every_judge(judge: str) -> None:
    assert load_numbers(judge).sentence > 0


def test_numbers_of_another_version_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "judging.json"
    file.write_text(json.dumps({**json.loads(FILE.read_text()), "version": VERSION + 1}))
    with pytest.raises(ModelUnavailable) as caught:
        load_numbers("reader", file)
    assert (caught.value.message, caught.value.hint) == (
        f"The fitted numbers in {file} are of version {VERSION + 1}, not {VERSION}.",
        REFIT,
    )


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2}', '{"version": 2, "judges": {}}'])
def test_numbers_that_cannot_be_read_are_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "judging.json"
    file.write_text(content)
    with pytest.raises(ModelUnavailable, match="cannot be read") as caught:
        load_numbers("reader", file)
    assert caught.value.hint == REFIT


def test_numbers_that_are_missing_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="FileNotFoundError"):
        load_numbers("reader", tmp_path / "none.json")


def test_a_reranker_judges_each_sentence_and_adds_its_share_of_the_passage() -> None:
    judge = RerankerJudge(OverlapReranker(), Numbers(10.0, 0.0, 2.0, 0.0, 0.0, -5.0))
    weighed = judge.judge("ferry ticket", [passage("A ferry. A ticket for the ferry.", score=0.5)])
    assert weighed == [[10.0 * 0.5 + 2.0 * 0.5 - 5.0, 10.0 + 1.0 - 5.0]]


def test_the_same_sentence_weighs_less_in_each_passage_after_the_best() -> None:
    judge = RerankerJudge(OverlapReranker(), Numbers(10.0, 0.0, 0.0, 0.0, -2.0, 0.0))
    weighed = judge.judge("ferry ticket", [passage("A ferry ticket.")] * 3)
    assert weighed == [[10.0], [8.0], [6.0]]


def test_the_sentence_reader_weighs_less_in_each_passage_after_the_best() -> None:
    question, (hit, spans) = "What does the crossing take?", passage("The crossing takes an hour.")
    (first,), (second,) = BundledJudge(BundledReranker()).judge(question, [(hit, spans)] * 2)
    assert first - second == pytest.approx(-load_numbers("reader").place, abs=1e-4)
    assert first > second


def test_questions_in_chinese_are_judged_by_the_characters_they_share() -> None:
    judged = BundledJudge(BundledReranker()).judge(
        "渡轮的票价是多少?", [passage("渡轮周一返航。渡轮的票价是四十二克朗。今天下雨。")]
    )
    assert judged[0].index(max(judged[0])) == 1


def test_the_explanation_outweighs_the_sentence_that_repeats_the_question() -> None:
    hit, spans = passage(
        "# Ferry Solveig in dock\n\nThe ferry Solveig lies in dock. Dockers saw the ferry Solveig"
        " in dock on Monday. A propeller shaft broke, the engineers believe.",
        score=5.0,
    )
    (judged,) = BundledJudge(BundledReranker()).judge(
        "Why is the ferry Solveig in dock?", [(hit, spans)]
    )
    best = spans[judged.index(max(judged))]
    assert hit.article.text[slice(*best)] == "A propeller shaft broke, the engineers believe."
