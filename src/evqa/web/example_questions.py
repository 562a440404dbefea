"""Questions to begin with, made of the names in the newest articles and asked before they show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from evqa.assistant import Assistant
from evqa.language.question_names import Name, names_in
from evqa.records import Article

MOST_ARTICLES = 4
MOST_CANDIDATES = 3
_OPENING = 1000
_MOST_WORDS = 4
_FORMS = {
    "person": "What did {} say?",
    "product": "What is reported about the {}?",
    "organisation": "What is reported about {}?",
    "place": "What is reported from {}?",
}


def candidates(article: Article) -> dict[str, str]:
    """Questions that an article may answer, each with the name in it, the title's names first."""
    texts = (article.title, article.text[:_OPENING])
    names = [name for text in texts for name in names_in(text) if _can_be_asked(name, text)]
    questions = {_FORMS[name.kind].format(name.text): name.text for name in names}
    return dict(list(questions.items())[:MOST_CANDIDATES])


def newest(articles: Iterable[Article]) -> list[Article]:
    """The newest MOST_ARTICLES articles, those without a date last."""
    by_id = sorted(articles, key=lambda article: article.id)
    by_day = sorted(by_id, key=lambda article: article.told_on or date.min, reverse=True)
    return by_day[:MOST_ARTICLES]


def is_answered(question: str, name: str, article: Article, assistant: Assistant) -> bool:
    """Whether an article answers a question in words with the name in it."""
    quotes = assistant.ask(question).quotes
    return any(quote.article_id == article.id and name in quote.text for quote in quotes)


def _can_be_asked(name: Name, text: str) -> bool:
    """Whether this is surely a name: one word that begins a sentence could be any word."""
    words = len(name.text.split())
    begins = not text[: name.start].strip() or text[: name.start].rstrip()[-1] in ".!?:#"
    return name.kind in _FORMS and words <= _MOST_WORDS and (words > 1 or not begins)
