from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from samples import ARTICLES, FERRY, write_corpus

import evqa
from evqa.assistant import MAX_QUESTION, Assistant
from evqa.errors import IndexNotFound, QuestionError
from evqa.indexing import update_index
from evqa.records import Answer, Turn
from evqa.settings import Settings

FLAGSHIP = "Why was a YU7 on I-5?"
QUESTIONS = [
    FLAGSHIP,
    "How is ethanol made from maize?",
    "How long is the wait for a YU7?",
    "When does Xiaomi come to Europe?",
    "为什么 YU7 出现在 I-5？",
    "<script>alert('YU7')</script> & <b>I-5</b>?",
    'AND OR NOT ( "YU7" * ~ ^2 title:"x" {',
    "e\u0301\u202e🇩🇪 YU7 \x00\x1b[31m?",
]


def said(answer: Answer) -> Answer:
    return replace(answer, timings={})


def test_the_flagship_question_is_answered_with_the_reason(assistant: Assistant) -> None:
    answer = assistant.ask(FLAGSHIP)
    assert answer.answered
    assert answer.confidence > 0.5
    assert "benchmark vehicle" in " ".join(quote.text for quote in answer.quotes)
    assert set(answer.timings) == {"retrieval", "evidence"}
    assert (answer.question, answer.standalone_question) == (FLAGSHIP, FLAGSHIP)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_stands_in_the_stored_article(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert 0 <= answer.confidence <= 1
    assert answer.answered == bool(answer.quotes)
    for number, quote in enumerate(answer.quotes, 1):
        article = assistant.article(quote.article_id)
        assert article is not None
        assert article.text[quote.start : quote.end] == quote.text
        assert quote.context_start <= quote.start < quote.end <= quote.context_end
        assert f"“{quote.text}” [{number}]" in answer.text
    assert {hit.article.id for hit in answer.hits} <= {one.id for one in assistant.articles()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_first_quote_comes_before_the_rest(assistant: Assistant, question: str) -> None:
    firsts: list[Answer] = []
    answer = assistant.ask(question, on_first=firsts.append)
    assert said(answer) == said(assistant.ask(question))
    assert [first.quotes for first in firsts] in ([], [answer.quotes[:1]])
    assert len(firsts) == 1 or len(answer.quotes) <= 1
    for first in firsts:
        assert first.text in answer.text
        assert (first.disagreements, first.agreements) == ((), ())
        assert (first.confidence, first.hits) == (answer.confidence, answer.hits)


def test_what_the_articles_do_not_say_is_refused_with_the_nearest_passages(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("How is ethanol made from maize?")
    assert (answer.answered, answer.text, answer.quotes) == (
        False,
        "The articles don't say.",
        (),
    )
    assert len(answer.hits) == 5


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many horsepower does the YU7 Max have?", "681hp"),
        ("Where was the YU7 photographed?", "California"),
        ("How many vehicles does Xiaomi want to sell in 2025?", "350,000"),
    ],
)
def test_plain_questions_are_answered(assistant: Assistant, question: str, words: str) -> None:
    answer = assistant.ask(question)
    assert words in " ".join(quote.text for quote in answer.quotes)


def test_threads_get_the_answers_that_one_would_get(assistant: Assistant) -> None:
    questions = QUESTIONS[:2]
    alone = [said(assistant.ask(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(assistant.ask, questions * 4))
    assert [said(answer) for answer in together] == alone * 4


@pytest.mark.parametrize("question", ["", " \n\t", "?!…", "—", "🇩🇪", "()"])
def test_a_question_without_words_is_refused(assistant: Assistant, question: str) -> None:
    for method in (assistant.ask, assistant.search):
        with pytest.raises(QuestionError) as caught:
            method(question)
        assert (caught.value.message, caught.value.hint) == (
            "The question has no words.",
            "Ask it in a sentence.",
        )


def test_a_question_that_is_far_too_long_is_refused(assistant: Assistant) -> None:
    with pytest.raises(QuestionError) as caught:
        assistant.ask("x" * 10_000)
    assert (caught.value.message, caught.value.hint) == (
        "The question has 10,000 characters; 1,000 is the most.",
        "Ask for one thing at a time.",
    )
    longest = "why " * (MAX_QUESTION // 4)
    assert assistant.ask(longest + "\n" * 50).question == longest.strip()


def test_white_space_in_a_question_means_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("  Why was\n a YU7\ton I-5?\r\n")
    assert said(answer) == said(assistant.ask(FLAGSHIP))


def test_a_follow_up_is_looked_up_with_the_names_before_it(assistant: Assistant) -> None:
    answer = assistant.ask("Who bought it?", [Turn(FLAGSHIP, "It was a benchmark vehicle.")])
    assert answer.question == "Who bought it?"
    assert answer.standalone_question == "Who bought the YU7?"
    assert "competitor or supplier" in " ".join(quote.text for quote in answer.quotes)


def test_a_search_gives_as_many_hits_as_asked_for(assistant: Assistant) -> None:
    hits = assistant.search("Weibo post of Lei Jun", k=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert "Weibo" in hits[0].text


def test_articles_are_given_by_id(assistant: Assistant) -> None:
    articles = assistant.articles()
    assert [one.id for one in articles] == sorted(one.id for one in articles)
    assert all(assistant.article(one.id) == one for one in articles)
    assert assistant.article("../secret.md") is None


def test_settings_decide_when_and_how_much_is_answered(flagship: Settings) -> None:
    strict = flagship.model_copy(update={"answer_threshold": 1.0})
    short = flagship.model_copy(update={"max_quotes": 1})
    with Assistant.open(strict) as one, Assistant.open(short) as other:
        assert not one.ask(FLAGSHIP).answered
        assert len(other.ask(FLAGSHIP).quotes) == 1
        assert one.serves(strict)
        assert not one.serves(short)


def test_without_an_index_none_is_opened(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        Assistant.open(Settings(index=tmp_path / "index"))
    assert not (tmp_path / "index").exists()


def test_an_open_assistant_keeps_its_state_while_the_index_changes(
    corpus: Path, tmp_path: Path
) -> None:
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    update_index(settings)
    question = "How many minutes does the ferry crossing take?"
    with Assistant.open(settings) as opened:
        before = said(opened.ask(question))
        assert "17 minutes" in before.text
        write_corpus(corpus, {"ferry.md": FERRY.replace("17 minutes", "25 minutes")})
        update_index(settings)
        assert not opened.serves(settings)
        assert said(opened.ask(question)) == before
    with Assistant.open(settings) as opened:
        assert "25 minutes" in opened.ask(question).text


def test_ask_follows_the_settings_and_the_index(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVQA_CORPUS", str(corpus))
    monkeypatch.setenv("EVQA_INDEX", str(tmp_path / "elsewhere"))
    question = "How many minutes does the ferry crossing take?"
    with pytest.raises(IndexNotFound):
        evqa.ask(question)
    evqa.update_index(Settings())
    assert "17 minutes" in evqa.ask(question).text
    write_corpus(corpus, {"ferry.md": FERRY.replace("17 minutes", "25 minutes")})
    assert "17 minutes" in evqa.ask(question).text
    evqa.update_index(Settings())
    assert "25 minutes" in evqa.ask(question).text
    monkeypatch.setenv("EVQA_ANSWER_THRESHOLD", "1")
    assert not evqa.ask(question).answered


def test_an_article_cannot_speak_for_another(tmp_path: Path) -> None:
    forged = FERRY.replace("17 minutes", "17 minutes” [1]\nThe King, The Times, today:\n“42 hours")
    write_corpus(tmp_path / "corpus", {**ARTICLES, "ferry.md": forged})
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    update_index(settings)
    with Assistant.open(settings) as opened:
        answer = opened.ask("How long does the crossing take?")
        for quote in answer.quotes:
            article = opened.article(quote.article_id)
            assert article is not None
            assert article.text[quote.start : quote.end] == quote.text
            assert "\n" not in quote.text
    assert answer.answered


def test_where_sources_differ_their_readings_stand_side_by_side(assistant: Assistant) -> None:
    answer = assistant.ask("How long is the wait for the YU7?")
    (differing,) = answer.disagreements
    assert [(one.text, one.outlets, one.published) for one in differing.readings][:2] == [
        ("up to 60 weeks", ("Supercar Blondie",), date(2026, 2, 11)),
        ("58 weeks", ("Electrek",), None),
    ]
    assert "\nSources differ: up to 60 weeks (Supercar Blondie, 11 February 2026); 58 weeks" in (
        answer.text
    )
    for reading in differing.readings:
        article = assistant.article(reading.quotes[0].article_id)
        assert article is not None
        assert article.text[reading.start : reading.end] == reading.text


def test_where_outlets_agree_they_are_counted(assistant: Assistant) -> None:
    answer = assistant.ask("What was Xiaomi's production goal for 2025?")
    assert answer.disagreements == ()
    (agreed,) = answer.agreements
    assert len(agreed.outlets) == 2
    assert answer.text.endswith("\n2 outlets say 350,000 vehicles.")


def test_articles_told_after_the_date_asked_for_are_left_out(tmp_path: Path) -> None:
    old = "---\npublished: 2024-05-01\n---\nThe ferry ticket costs 42 kroner."
    new = "---\npublished: 2026-05-01\n---\nThe ferry ticket costs 55 kroner."
    folder = write_corpus(tmp_path / "corpus", {"old.md": old, "new.md": new})
    settings = Settings(corpus=folder, index=tmp_path / "index")
    update_index(settings)
    with Assistant.open(settings) as opened:
        then = opened.ask("How much was a ferry ticket as of December 2024?")
        now = opened.ask("How much is a ferry ticket now?")
    assert {hit.article.id for hit in then.hits} == {"old.md"}
    assert [hit.article.id for hit in now.hits] == ["new.md", "old.md"]
    assert now.quotes[0].article_id == "new.md"
