"""The pictures of an answer's quotes: when each was said, and how amounts differ."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from chatting import Chat, Visit, ask, serving
from playwright.sync_api import expect

ARTICLES = {
    "early.md": ("Early Post", "2025-07-02", "Xiaomi delivered 350,000 cars in 2025."),
    "late.md": ("Late Post", "2026-01-20", "Xiaomi delivered 410,000 cars in 2025."),
}


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A chat about two articles that differ."""
    folder = tmp_path_factory.mktemp("differing")
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, (source, published, text) in ARTICLES.items():
        front = f"---\nsource: {source}\npublished: {published}\n---\n"
        (corpus / name).write_text(f"{front}{text}\n", "utf-8")
    with serving(corpus, folder) as running:
        yield running


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_quotes_that_differ_are_drawn_by_their_days(
    scheme: str, width: int, differing: Chat, visit: Visit
) -> None:
    page = visit(differing, width=width)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ask(page, "How many cars did Xiaomi deliver in 2025?")
    expect(page.locator(".plot figcaption")).to_have_text(
        ["When it was said", "The amounts that differ"]
    )
    expect(page.locator(".plot").first.locator("circle")).to_have_count(2)
    amounts = page.locator(".plot").last
    expect(amounts.locator("svg .value").first).to_contain_text("350,000 cars")
    rows = amounts.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("2 Jul 2025")
    expect(rows.nth(2)).to_contain_text("410,000 cars")
    for plot in page.locator(".plot svg").all():
        box = plot.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
