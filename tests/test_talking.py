import asyncio
import logging
from dataclasses import replace

import pytest

from evqa.citations import cut, render
from evqa.records import Answer, Article, Hit, Passage, Quote, Turn
from evqa.settings import Settings
from evqa.web import cards
from evqa.web.talking import Conversation, Exchange, Replies, reply
from evqa.web.webindex import ServedIndex

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
    assert shown == (cards.reply(answer(ANOTHER), ARTICLES), answer(ANOTHER))
    assert "yu7.md[0:13]" in caplog.text


def test_an_answer_without_a_quote_that_stands_is_withheld() -> None:
    gone = replace(ONE, article_id="gone.md")
    assert reply(answer(ALTERED, gone), ARTICLES.get) == (cards.withheld(), None)


def test_quotes_that_stand_are_shown_as_they_are() -> None:
    given = answer(ONE, ANOTHER)
    assert reply(given, ARTICLES.get) == (cards.reply(given, ARTICLES), given)


def test_another_article_that_is_gone_is_not_named() -> None:
    quote = replace(ONE, also_in=("gone.md",))
    shown, _ = reply(answer(quote), ARTICLES.get)
    assert shown == cards.reply(answer(ONE), ARTICLES)


def test_a_conversation_shows_what_can_be_done_about_each_reply() -> None:
    talk = Conversation(notice="Type a question first.")
    first = talk.begin("Why?")
    first.reply, first.answer = "<p>Because.</p>", answer(ONE)
    talk.begin("When?").reply = cards.problem("No.", "")
    assert talk.html() == cards.conversation(
        [
            ("Why?", "<p>Because.</p>" + cards.tools(0, "", answered=True)),
            ("When?", cards.problem("No.", "") + cards.tools(1, "", answered=False)),
        ]
    )


def test_a_question_leans_on_the_turns_before_it_alone() -> None:
    talk = Conversation()
    first, second, third = (talk.begin(question) for question in ("Why?", "When?", "Who?"))
    first.answer, third.answer = answer(ONE), answer(ANOTHER)
    assert talk.before(first) == []
    assert talk.before(second) == [Turn("Why?", render([ONE]))]
    assert talk.answers() == [answer(ONE), answer(ANOTHER)]


def shown_for(question: str, settings: Settings) -> tuple[list[str], Exchange]:
    """What stands below a question, one after the other, and at the end its exchange."""

    async def ask() -> tuple[list[str], Exchange]:
        replies = Replies(served)
        exchange = Conversation().begin(question)
        replies.begin(exchange, [])
        shown = [exchange.reply]
        async for _ in replies.parts(exchange):
            shown.append(exchange.reply)
        return [*shown, exchange.reply], exchange

    served = ServedIndex(settings)
    served.begin()
    try:
        return asyncio.run(ask())
    finally:
        served.close()


def test_the_first_quote_is_shown_before_the_rest(flagship: Settings) -> None:
    (waiting, first, whole), exchange = shown_for("Why was a YU7 on I-5?", flagship)
    assert waiting == cards.pending()
    assert (first.count("<mark "), "Comparing with others" in first) == (1, True)
    assert exchange.answer is not None
    assert len(exchange.answer.quotes) > 1
    assert (whole.count("<mark "), "Comparing with others" in whole) == (
        len(exchange.answer.quotes),
        False,
    )


def test_a_refusal_is_shown_at_once(flagship: Settings) -> None:
    (waiting, whole), exchange = shown_for("How is ethanol made from maize?", flagship)
    assert waiting == cards.pending()
    assert "The articles don&#x27;t say." in whole
    assert exchange.answer is not None
    assert not exchange.answer.answered


def test_a_conversation_has_a_name_from_its_first_question_on() -> None:
    talk = Conversation()
    assert talk.id == ""
    talk.begin("Why?")
    name = talk.id
    talk.begin("When?")
    assert talk.id == name != ""
    talk.show([])
    talk.begin("Who?")
    assert talk.id not in ("", name)


@pytest.mark.parametrize("number", ["2", "-1", "x", "", None, 1, "٣"])
def test_only_an_exchange_that_is_there_has_a_number(number: object) -> None:
    talk = Conversation([Exchange("Why?"), Exchange("When?")])
    assert talk.numbered(number) is None
    assert talk.numbered("1") is talk.exchanges[1]


def test_what_is_stopped_says_so_and_can_be_asked_again() -> None:
    async def stopped() -> str:
        talk = Conversation()
        exchange = talk.begin("Why?")
        exchange.work = asyncio.create_task(asyncio.sleep(60))
        assert "Ask again" not in talk.html()
        talk.stop()
        return talk.html()

    assert asyncio.run(stopped()) == cards.conversation(
        [("Why?", cards.stopped() + cards.tools(0, "", answered=False))]
    )
