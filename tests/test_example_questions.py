from dataclasses import replace
from datetime import date

from evqa.assistant import Assistant
from evqa.records import Article, Original
from evqa.web.example_questions import MOST_ARTICLES, answered_by, candidates, newest


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


def test_every_example_is_answered_by_its_article(assistant: Assistant) -> None:
    shown: list[str] = []
    for article in newest(assistant.articles()):
        question = answered_by(article, shown, assistant)
        if question:
            assert question not in shown
            shown.append(question)
            quotes = assistant.ask(question).quotes
            assert article.id in [quote.article_id for quote in quotes]
    assert shown
