from dataclasses import replace
from datetime import date

from evqa.assistant import Assistant
from evqa.records import Article, Original
from evqa.web.example_questions import MOST_ARTICLES, candidates, is_answered, newest


def test_an_article_is_asked_about_its_names() -> None:
    article = Article("a.md", "How Lei Jun sees the YU7", "Drivers in Oslo met Lei Jun.")
    assert candidates(article) == {
        "What did Lei Jun say?": "Lei Jun",
        "What is reported about the YU7?": "YU7",
        "What is reported from Oslo?": "Oslo",
    }


def test_an_article_without_names_is_not_asked() -> None:
    assert candidates(Article("a.md", "", "it rained all day.")) == {}


def test_the_newest_articles_come_first_and_the_undated_last() -> None:
    article = Article("a.md", "", "")
    articles = [
        article,
        replace(article, id="b.md", published=date(2025, 1, 1)),
        replace(article, id="c.md", published=date(2026, 1, 1)),
        replace(
            article,
            id="d.md",
            published=date(2026, 5, 1),
            reports_on=Original(published=date(2024, 1, 1)),
        ),
    ]
    assert [one.id for one in newest(articles)] == ["c.md", "b.md", "d.md", "a.md"]
    assert len(newest(articles * 3)) == MOST_ARTICLES


def test_an_example_is_answered_where_its_article_is_quoted_with_the_name(
    assistant: Assistant,
) -> None:
    sought = {
        question: is_answered(question, name, article, assistant)
        for article in newest(assistant.articles())
        for question, name in candidates(article).items()
    }
    assert any(sought.values())
    stranger = Article("stranger.md", "", "")
    for question in sought:
        assert not is_answered(question, "", stranger, assistant)
