"""Opening a quote in its article, beside the conversation."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from chatting import Chat, Visit, ask, serving
from playwright.sync_api import Page, expect

MINUTES = "How many minutes does the ferry Solveig take to cross?"
FERRY = """\
---
title: The ferry Solveig returns
source: Port Gazette
author: Mara Lindqvist
published: 2025-03-04
url: https://gazette.example/ferry
reports_on:
  outlet: Harbour Mail
  title: Back in service
---

The ferry Solveig takes 17 minutes to cross the fjord.

{filler}

A spokesman said that the ferry Solveig needs 17 minutes to cross the fjord in calm weather.

{filler}
"""


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat about one long article."""
    folder = tmp_path_factory.mktemp("ferry")
    corpus = folder / "corpus"
    corpus.mkdir()
    filler = "\n\n".join(f"Shed {number} of the harbour was painted." for number in range(120))
    (corpus / "ferry.md").write_text(FERRY.format(filler=filler), "utf-8")
    with serving(corpus, folder) as running:
        yield running


def marked_place(page: Page) -> str:
    """The words that the page's address names, cut from the article that the page shows."""
    fields = parse_qs(urlsplit(page.url).query)
    text = page.locator(".article-text").text_content() or ""
    return text[int(fields["start"][0]) : int(fields["end"][0])]


def test_a_quote_opens_in_its_article(ferry: Chat, visit: Visit) -> None:
    page = visit(ferry)
    ask(page, MINUTES)
    quotes = [
        re.sub(r"^“|” \[\d\]$", "", text) for text in page.locator(".lead").all_text_contents()
    ]
    page.locator(".lead .open").first.click()
    own = page.locator(".view mark.own")
    expect(own).to_have_text(quotes[0])
    expect(own).to_be_in_viewport()
    expect(page.locator(".view mark.other")).to_have_count(len(quotes) - 1)
    expect(page.locator(".view-title")).to_be_focused()
    assert marked_place(page) == quotes[0]
    view = page.locator(".view")
    for known in (
        "The ferry Solveig returns",
        "Port Gazette",
        "4 Mar 2025",
        "by Mara Lindqvist",
        "reporting on Harbour Mail, “Back in service”",
    ):
        expect(view).to_contain_text(known)
    expect(view.get_by_role("link")).to_have_attribute("href", "https://gazette.example/ferry")
    talk, beside = page.locator("#talk").bounding_box(), view.bounding_box()
    assert talk
    assert beside
    assert beside["x"] >= talk["x"] + talk["width"]

    page.reload()
    expect(own).to_have_text(quotes[0])
    expect(own).to_be_in_viewport()
    expect(page.locator(".view mark.other")).to_have_count(len(quotes) - 1)
    other = visit(ferry)
    other.goto(page.url)
    expect(other.locator(".view mark.own")).to_have_text(quotes[0])

    own.page.locator(".view .close").focus()
    page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    assert urlsplit(page.url).query == ""
    page.go_back()
    expect(own).to_have_text(quotes[0])


def test_the_whole_card_and_its_marks_open_the_article(ferry: Chat, visit: Visit) -> None:
    page = visit(ferry)
    ask(page, MINUTES)
    for clicked in (".card .byline", ".card mark"):
        page.locator(clicked).first.click()
        expect(page.locator(".view mark.own")).to_have_count(1)
        page.locator(".view .close").click()
        expect(page.locator(".view")).to_have_count(0)
    page.locator(".card a.open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".view mark.own")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".card a.open").first).to_be_focused()


def test_on_a_phone_the_article_stands_below(ferry: Chat, visit: Visit) -> None:
    page = visit(ferry, width=360, height=640)
    ask(page, MINUTES)
    page.locator(".card a.open").first.click()
    expect(page.locator(".view mark.own")).to_be_in_viewport()
    talk, below = page.locator("#talk").bounding_box(), page.locator(".view").bounding_box()
    assert talk
    assert below
    assert below["y"] >= talk["y"] + talk["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_quote_is_copied_with_its_citation(ferry: Chat, visit: Visit) -> None:
    page = visit(ferry)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{page.url}?article=ferry.md&start=1&end=55")
    said = page.locator(".copied")
    page.get_by_role("button", name="APA").click()
    expect(said).to_have_text("Copied as APA.")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "“The ferry Solveig takes 17 minutes to cross the fjord.” (Lindqvist, 2025)\n\n"
        "Lindqvist, M. (2025, March 4). The ferry Solveig returns [Reporting on Harbour Mail, "
        "“Back in service”]. Port Gazette. https://gazette.example/ferry"
    )
    page.get_by_role("button", name="BibTeX").click()
    expect(said).to_have_text("Copied as BibTeX.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{lindqvist2025ferry,")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("article=gone.md&start=0&end=5", "The article gone.md is not in the collection."),
        ("article=ferry.md&start=0&end=99999", "The quote of this link lies outside ferry.md"),
        ("article=ferry.md&start=1&end=55&words=0123456789ab", "ferry.md has changed"),
        ("article=ferry.md&start=<b>", "does not say where"),
        ("article=<img src=x onerror=alert(1)>&start=0&end=5", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_link_that_shows_nothing_any_more_is_told_in_one_line(
    query: str, told: str, ferry: Chat, visit: Visit
) -> None:
    page = visit(ferry)
    page.goto(f"{page.url}?{query}")
    expect(page.locator(".view .problem")).to_contain_text(told)
    expect(page.locator(".view mark, .view img")).to_have_count(0)
