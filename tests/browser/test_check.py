"""Checking a pasted quotation in the chat's page."""

import re

import pytest
from chatting import Chat, Visit
from playwright.sync_api import Page, expect
from test_looks import serious

SENTENCE = (
    "Xiaomi CEO Lei Jun suspects that a US competitor or supplier bought the YU7 seen on the I-5 "
    "as a benchmark vehicle"
)


def check(page: Page, text: str) -> None:
    page.get_by_role("tab", name="Check a quotation").click()
    page.get_by_label("Paste a quotation").fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("#traced :is(.verdict, .problem)").wait_for()


def test_a_quotation_is_found_word_for_word_and_opened_in_its_article(
    chat: Chat, visit: Visit
) -> None:
    page = visit(chat)
    check(page, SENTENCE)
    expect(page.locator(".verdict")).to_have_text("Word for word in one article")
    expect(page.locator("#traced mark")).to_have_text(SENTENCE)
    expect(page.locator("#traced .differences")).to_have_count(0)
    place = page.locator("#traced .where a")
    start, end = (int(one.replace(",", "")) for one in re.findall(r"[\d,]+", place.inner_text()))
    assert end - start == len(SENTENCE)
    with page.expect_popup() as opened:
        place.click()
    expect(opened.value.locator(".view mark.own")).to_have_text(SENTENCE)


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        (SENTENCE.replace("I-5", "I-6"), "number: the article has “I-5”, not “I-6”"),
        (SENTENCE.replace("bought", "never bought"), "negation: “never” is added"),
    ],
)
def test_an_altered_quotation_is_never_called_exact(
    changed: str, difference: str, chat: Chat, visit: Visit
) -> None:
    page = visit(chat)
    check(page, changed)
    expect(page.locator(".verdict")).to_have_text("Not word for word. Nearly in 2 articles")
    expect(page.locator(".differences li").first).to_have_text(difference)
    assert serious(page) == []


def test_what_no_article_holds_is_said_so_and_nothing_is_an_error(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    check(page, "<img src=x onerror=alert(1)> The boiling point of ethanol is 78 degrees Celsius.")
    expect(page.locator(".verdict")).to_have_text("No article holds it.")
    expect(page.locator("#traced img")).to_have_count(0)
    page.get_by_label("Paste a quotation").fill("…")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#traced .problem")).to_be_visible()
