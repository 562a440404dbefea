import logging
from dataclasses import replace

import pytest

from evqa import cards
from evqa.citations import cut, render
from evqa.records import Answer, Article, Hit, Passage, Quote, Turn
from evqa.webchat import Conversation, reply

ARTICLE = Article("yu7.md", "A YU7", "One sentence. Another sentence.")
HIT = Hit(Passage(0, "yu7.md", 0, 0, 31, 6), ARTICLE, 0.9)
ONE, ANOTHER = cut(HIT, 0, 13, 0.9), cut(HIT, 14, 31, 0.8)
ALTERED = replace(ONE, text="One sentense.")
ARTICLES = {"yu7.md": ARTICLE}


def answer(*quotes: Quote) -> Answer:
    return Answer("Why?", "Why?", render(quotes), True, 0.9, quotes)


def test_a_quote_that_does_not_stand_is_dropped_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        shown = reply(answer(ALTERED, ANOTHER), ARTICLES.get)
    assert shown == cards.reply(answer(ANOTHER), ARTICLES)
    assert "yu7.md[0:13]" in caplog.text


def test_an_answer_without_a_quote_that_stands_is_withheld() -> None:
    gone = replace(ONE, article_id="gone.md")
    assert reply(answer(ALTERED, gone), ARTICLES.get) == cards.withheld()


def test_quotes_that_stand_are_shown_as_they_are() -> None:
    assert reply(answer(ONE, ANOTHER), ARTICLES.get) == cards.reply(answer(ONE, ANOTHER), ARTICLES)


def test_another_article_that_is_gone_is_not_named() -> None:
    quote = replace(ONE, also_in=("gone.md",))
    assert reply(answer(quote), ARTICLES.get) == cards.reply(answer(ONE), ARTICLES)


def test_a_conversation_holds_the_turns_that_were_answered() -> None:
    talk = Conversation(notice="Type a question first.")
    first = talk.begin("Why?")
    talk.begin("When?")
    first.reply, first.turn = "<p>Because.</p>", Turn("Why?", "Because.")
    assert talk.turns() == [Turn("Why?", "Because.")]
    assert talk.html() == cards.conversation(
        [("Why?", "<p>Because.</p>"), ("When?", cards.pending())]
    )
