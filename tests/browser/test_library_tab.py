"""The library: articles come and go through the page, and questions are asked of some of them."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chatting import Serve, Visit, ask
from playwright.sync_api import Page, expect
from samples import write_corpus

from evqa.indexing import update_index
from evqa.settings import Settings

HOSTILE = "<img src=x onerror=alert(1)>"
MINUTES = "How many minutes does the ferry crossing take?"
ZEPPELIN = "The zeppelin Marie landed in Oslo because its engine had failed."
TOWED = "Why did the zeppelin Marie land in Oslo?"
COURIER = """\
---
title: A slow ferry
source: Harbour Courier
published: 2025-03-09
language: en
---

The ferry crossing takes 19 minutes when the wind is strong, passengers say.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


def library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator(".articles").wait_for()


def chat_tab(page: Page) -> None:
    page.get_by_role("tab", name="Chat").click()
    page.get_by_label("Your question").wait_for()


def put(page: Page, name: str, content: str) -> None:
    page.locator("#files").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    )


def drop(page: Page, name: str, content: str, place: str = ".drop") -> bool:
    """Whether the page took the file, so that the browser does not open it."""
    taken = page.locator(place).evaluate(
        """(place, [name, content]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name));
            const options = { dataTransfer, bubbles: true, cancelable: true };
            return !place.dispatchEvent(new DragEvent('drop', options));
        }""",
        [name, content],
    )
    return bool(taken)


def test_a_file_is_put_in_asked_about_and_removed_again(
    corpus: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(corpus))
    library(page)
    put(page, "zeppelin.txt", ZEPPELIN)
    expect(page.locator(".told li")).to_have_text(["zeppelin.txt was added to the corpus."])
    expect(page.locator("#index-state")).to_have_text("4 articles, 4 passages")
    row = page.get_by_role("row").filter(has_text="zeppelin.txt")
    expect(row.get_by_role("cell").nth(6)).to_have_text("in the index")
    chat_tab(page)
    ask(page, TOWED)
    expect(page.locator("mark")).to_have_text(ZEPPELIN)
    library(page)
    row.get_by_role("button", name="Remove").click()
    question = page.get_by_role("dialog")
    expect(question.locator("p")).to_have_text(
        "Remove “zeppelin.txt” from the corpus? The file is deleted."
    )
    question.get_by_role("button", name="Keep").click()
    assert (corpus / "zeppelin.txt").exists()
    row.get_by_role("button", name="Remove").click()
    question.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(page.locator("#index-state")).to_have_text("3 articles, 3 passages")
    assert sorted(path.name for path in corpus.iterdir()) == ["archiv", "bees.txt", "ferry.md"]
    chat_tab(page)
    ask(page, TOWED)
    expect(page.locator(".refusal")).to_have_count(1)


def test_what_cannot_be_put_in_is_told_in_one_line(
    corpus: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(corpus))
    library(page)
    told = page.locator(".told li.wrong")
    put(page, "program.exe", "MZ")
    expect(told).to_contain_text(["program.exe: files of this kind cannot be read. Add .md,"])
    put(page, "ferry.md", "Another ferry.")
    expect(told).to_contain_text(["ferry.md is there already, with another content."])
    put(page, "empty.txt", "")
    expect(told).to_contain_text(["empty.txt: it is empty."])
    page.get_by_label("Or fetch a web page").fill("no address")
    page.keyboard.press("Enter")
    expect(told).to_have_text(
        ["'no address' is no web address. Write it with its http:// or https://."]
    )
    page.get_by_label("Or fetch a web page").fill("http://127.0.0.1/")
    page.keyboard.press("Enter")
    expect(told).to_contain_text(["127.0.0.1"])
    assert sorted(path.name for path in corpus.iterdir()) == ["archiv", "bees.txt", "ferry.md"]


def test_questions_are_asked_of_the_articles_chosen(
    corpus: Path, serve: Serve, visit: Visit
) -> None:
    (corpus / "courier.md").write_text(COURIER, "utf-8")
    page = visit(serve(corpus))
    library(page)
    titles = page.locator(".headline")
    expect(titles.first).to_have_text("A slow ferry")
    page.get_by_role("button", name="Title").click()
    expect(titles).to_have_text(
        [
            "A slow ferry",
            "City beekeepers count their hives",
            "Harbour ferry returns to service",
            "Old bridge gets a lift",
        ]
    )
    with page.expect_popup() as opened:
        titles.nth(2).click()
    expect(opened.value.locator(".view-title")).to_have_text("Harbour ferry returns to service")
    expect(opened.value.locator(".article-text")).to_contain_text(
        "The crossing now takes 17 minutes"
    )
    opened.value.close()
    page.get_by_label("Find in the list").fill("HARBOUR")
    expect(titles).to_have_text(["A slow ferry", "Harbour ferry returns to service"])
    page.get_by_label("Harbour Courier").focus()
    page.keyboard.press("Space")
    expect(page.locator("#asked")).to_have_text(
        "Questions are asked of 1 of 4 articles: those of Harbour Courier."
    )
    expect(titles).to_have_text(["A slow ferry"])
    chat_tab(page)
    expect(page.locator("#asked-here")).to_contain_text("those of Harbour Courier")
    ask(page, MINUTES)
    expect(page.locator("mark")).to_contain_text(["19 minutes"])
    expect(page.locator(".remark")).to_have_text("Looked for among articles of Harbour Courier.")
    library(page)
    page.get_by_role("button", name="Ask all articles").click()
    expect(page.locator("#asked")).to_have_text("Questions are asked of all 4 articles.")
    expect(page.get_by_label("Harbour Courier")).not_to_be_checked()
    page.get_by_label("Ask “Harbour ferry returns to service”").check()
    page.get_by_label("Published from").fill("2025-03-05")
    expect(page.locator("#asked")).to_contain_text("0 of 4 articles: those from 2025-03-05")
    page.get_by_label("Published from").fill("2025-03-04")
    chat_tab(page)
    expect(page.locator("#asked-here")).to_contain_text("1 of 4 articles: those from 2025-03-04")
    ask(page, MINUTES)
    expect(page.locator(".remark").last).to_have_text(
        "Looked for among articles from 2025-03-04, out of ferry.md."
    )


def test_hostile_names_are_plain_text(corpus: Path, serve: Serve, visit: Visit) -> None:
    (corpus / f"empty{HOSTILE}.txt").touch()
    page = visit(serve(corpus))
    library(page)
    expect(page.locator(".articles .wrong")).to_contain_text(f"empty{HOSTILE}.txt: it is empty.")
    named = f"{HOSTILE}\"'.txt"
    put(page, named, f"{HOSTILE}\n\n{ZEPPELIN}")
    expect(page.locator(".told li")).to_have_text([f"{named} was added to the corpus."])
    row = page.get_by_role("row").filter(has_text=named)
    expect(row.locator(".headline")).to_have_text(HOSTILE)
    expect(row.locator(".file")).to_have_text(named)
    row.get_by_role("button").click()
    expect(page.locator("#sure-question")).to_contain_text(f"Remove “{HOSTILE}” from")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.locator("#library img").count() == 0


def test_how_many_articles_there_are_is_drawn_and_can_be_read(
    corpus: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(corpus))
    library(page)
    months, outlets = page.locator("#bars table").all()
    expect(months.locator("tbody tr").first).to_have_text("Jun 20241")
    expect(months.locator("tbody tr").last).to_have_text("no date1")
    expect(outlets.locator("tbody tr")).to_have_text(["Port Gazette1", "not known2"])
    assert page.locator("#bars rect.bar").count() == 13


def test_an_empty_corpus_is_filled_through_the_page(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(tmp_path / "corpus"))
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#index-state .problem")).to_contain_text("There is no corpus folder")
    drop(page, "zeppelin.txt", ZEPPELIN)
    expect(page.locator("#index-state")).to_have_text("1 article, 1 passage")
    chat_tab(page)
    ask(page, TOWED)
    expect(page.locator("mark")).to_have_text(ZEPPELIN)


def test_a_file_dropped_beside_its_place_does_not_take_the_page_away(
    corpus: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(corpus))
    page.locator("#status").get_by_text("3 articles").wait_for()
    assert drop(page, "ignored.txt", "No.", place="#conversation")
    library(page)
    assert drop(page, "zeppelin.txt", ZEPPELIN, place="#table")
    expect(page.locator(".told li")).to_have_text(["zeppelin.txt was added to the corpus."])
    expect(page.locator("#index-state")).to_have_text("4 articles, 4 passages")
    assert not (corpus / "ignored.txt").exists()


def test_what_another_process_does_to_the_index_is_shown_without_a_reload(
    corpus: Path, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    page = visit(serve(corpus))
    library(page)
    write_corpus(corpus, {"zeppelin.txt": ZEPPELIN})
    update_index(Settings(corpus=corpus, index=tmp_path / "index"))
    expect(page.get_by_role("row").filter(has_text="zeppelin.txt")).to_have_count(1)
    expect(page.locator("#index-state")).to_have_text("4 articles, 4 passages")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_library_is_accessible_and_fits_a_phone(
    scheme: str, corpus: Path, serve: Serve, visit: Visit
) -> None:
    page = visit(serve(corpus), width=360, height=740)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    library(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    violations = Axe().run(page).response["violations"]
    page.keyboard.press("Escape")
    violations += Axe().run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []
