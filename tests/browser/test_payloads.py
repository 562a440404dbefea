"""Hostile articles, file names and questions: the page shows them as the text that they are."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from chatting import Chat, Visit, ask, serving
from payloads import PAYLOADS
from playwright.sync_api import Page, expect

TAGS = {
    *("A", "ARTICLE", "ASIDE", "BDI", "BLOCKQUOTE", "BUTTON", "DETAILS", "DIV", "H2", "H3", "LI"),
    *("MARK", "OL", "P", "PRE", "SECTION", "SPAN", "STRONG", "SUMMARY", "UL"),
}
ATTRIBUTES = {
    *("aria-hidden", "aria-label", "aria-labelledby", "aria-live", "class", "data-act"),
    *("data-exchange", "data-id", "data-number", "dir", "hidden", "href", "id", "lang", "rel"),
    *("role", "tabindex", "target", "type"),
}
FOREIGN = """() => {
    const parts = document.querySelectorAll('#conversation [role=log], #article aside');
    const elements = [...parts].flatMap((part) => [...part.querySelectorAll('*')]);
    return {
        tags: [...new Set(elements.map((one) => one.tagName))],
        attributes: [...new Set(elements.flatMap((one) => one.getAttributeNames()))],
        links: elements.map((one) => one.getAttribute('href')).filter((link) => link !== null),
        forged: [...document.querySelectorAll('.question')].map((one) => one.textContent)
            .filter((text) => text === 'Forged').length,
    };
}"""
LONG = "<img src=x onerror=alert(1)> " * 36_000


def file_name(number: int, payload: str) -> str:
    """A name that a file can have, with as much of the payload as fits."""
    kept = "".join(one for one in payload if one not in "/\x00\n" and one.isprintable())
    return f"{number:03} {kept[:60]}.md"


@pytest.fixture(scope="module")
def names() -> list[str]:
    return [file_name(number, payload) for number, payload in enumerate(PAYLOADS)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> Iterator[Chat]:
    """A chat about an article for each payload, which has it in every field, and a vast one."""
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, (name, payload) in enumerate(zip(names, PAYLOADS, strict=True)):
        front = {
            "title": f"Zeppelin {number} {payload}",
            "source": f"Gazette {payload}",
            "author": payload,
            "url": payload if number % 2 else f"https://news.example/{payload}",
            "reports_on": {"outlet": payload, "title": payload, "author": payload},
        }
        text = f"Zeppelin {number} landed because its engine {payload} had failed. {payload}"
        content = f"---\n{json.dumps(front)}\n---\n{text}\n"
        (corpus / name).write_text(content.replace("\x00", ""), "utf-8")
    (corpus / "vast.md").write_text(f"The vast zeppelin landed in Oslo. {LONG}", "utf-8")
    with serving(corpus, folder) as running:
        yield running


def assert_only_own_markup(page: Page) -> None:
    found = page.evaluate(FOREIGN)
    assert set(found["tags"]) <= TAGS
    assert set(found["attributes"]) <= ATTRIBUTES
    assert all(link.startswith(("?article=", "https://news.example/")) for link in found["links"])
    assert found["forged"] == 0


def open_place(page: Page, name: str, start: int, end: int) -> None:
    """Go to an article as a link does, without loading the page anew."""
    query = urlencode({"article": name, "start": start, "end": end})
    page.evaluate(
        "query => { history.pushState(null, '', query); dispatchEvent(new Event('popstate')); }",
        f"?{query}",
    )


def test_there_are_sixty_payloads_and_more() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_every_hostile_article_is_shown_as_text(
    hostile: Chat, visit: Visit, names: list[str]
) -> None:
    page = visit(hostile)
    expect(page.locator("#status")).to_contain_text("articles,")
    for number, name in enumerate(names):
        open_place(page, name, 0, 8)
        expect(page.locator(".view-title")).to_contain_text(f"Zeppelin {number} ")
        expect(page.locator(".view mark.own")).to_have_text("Zeppelin")
        assert_only_own_markup(page)
    open_place(page, "vast.md", 0, 33)
    expect(page.locator(".view mark.own")).to_have_text("The vast zeppelin landed in Oslo.")
    assert_only_own_markup(page)


def test_hostile_articles_are_quoted_as_text(hostile: Chat, visit: Visit) -> None:
    page = visit(hostile)
    for number in range(0, len(PAYLOADS), 8):
        ask(page, f"Why did Zeppelin {number} land?")
        assert_only_own_markup(page)
    ask(page, "What is the boiling point of ethanol?")
    assert_only_own_markup(page)
    page.reload()
    page.locator(".kept summary").click()
    page.locator(".reopen").first.click()
    expect(page.locator(".exchange").first).to_be_visible()
    assert_only_own_markup(page)


def test_hostile_questions_are_text(hostile: Chat, visit: Visit) -> None:
    page = visit(hostile)
    for first in range(0, len(PAYLOADS), 8):
        asked = "  ".join(PAYLOADS[first : first + 8]).replace("\n", " ").replace("\r", " ")
        ask(page, asked[:900])
        assert_only_own_markup(page)
    page.get_by_label("Your question").fill(LONG)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".exchange").last.locator(".problem")).to_contain_text("characters")
    assert_only_own_markup(page)
