"""What can be done with a conversation: stop, ask again, save, reopen, judge."""

import json
import re
from pathlib import Path

import pytest
from chatting import CORPUS, Chat, Serve, Visit, ask
from playwright.sync_api import Page, expect

from evqa.question_files import Case, Gold, read_questions
from evqa.web.feedback import FILE
from evqa.web.transcripts import read_transcript

FLAGSHIP = "Why was a YU7 on I-5?"
UNANSWERABLE = "What is the boiling point of ethanol?"
FERRY = "The ferry Solveig takes 17 minutes to cross the fjord."
ZEPPELIN = "The zeppelin Marie landed in Oslo because its engine had failed."
BEES = "The bees of Bergen made 940 kilos of honey."
MINUTES = "How many minutes does the ferry Solveig take to cross the fjord?"
LANDING = "Why did the zeppelin Marie land in Oslo?"
HONEY = "How many kilos of honey did the bees of Bergen make?"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A corpus of three articles of one sentence each, which a test may change."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in (("ferry", FERRY), ("zeppelin", ZEPPELIN), ("bees", BEES)):
        (corpus / f"{name}.md").write_text(text, "utf-8")
    return corpus


def saved(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_text("utf-8")


def test_the_examples_are_of_the_newest_articles_and_answered(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    example = page.locator("button.example").first
    question = example.text_content() or ""
    example.click()
    expect(page.locator(".question")).to_have_text(question)
    expect(page.locator(".card mark").first).to_be_visible()
    expect(page.locator("#examples")).to_be_hidden()


def test_a_conversation_is_saved_with_all_its_quotes(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, FLAGSHIP)
    ask(page, UNANSWERABLE)
    kept = json.loads(saved(page, "Save as JSON"))
    assert [exchange["question"] for exchange in kept["exchanges"]] == [FLAGSHIP, UNANSWERABLE]
    quotes = kept["exchanges"][0]["quotes"]
    assert quotes
    for quote in quotes:
        assert quote["text"] in (CORPUS / quote["article_id"]).read_text("utf-8")
    assert [answer.question for answer, _ in read_transcript(kept)] == [FLAGSHIP, UNANSWERABLE]
    markdown = saved(page, "Save as Markdown")
    assert markdown.startswith("# Conversation with evqa, ")
    for quote in quotes:
        assert quote["words_sha256"] in markdown
    page.goto(f"{chat.url}/{quotes[0]['link']}")
    expect(page.locator(".view mark.own")).to_have_text(quotes[0]["text"])


def test_an_answer_is_stopped_and_asked_again(
    tmp_path: Path, serve: Serve, visit: Visit, small: Path
) -> None:
    for number in range(200):
        filler = f"The harbour of town {number} opened its gate {number + 3} to the herring boats. "
        (small / f"{number}.txt").write_text(filler * 8, "utf-8")
    page = visit(serve(small))
    page.get_by_label("Your question").fill(MINUTES)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".exchange .pending")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".card mark")).to_have_text(FERRY)
    expect(page.locator(".exchange")).to_have_count(1)


def test_a_kept_conversation_is_reopened_and_its_quotes_checked_again(
    serve: Serve, visit: Visit, small: Path
) -> None:
    page = visit(serve(small))
    for question in (MINUTES, LANDING, HONEY):
        ask(page, question)
    expect(page.locator(".kept summary")).to_have_text("Earlier conversations (1)")
    page.get_by_role("button", name="New conversation").click()
    page.get_by_label("Keep the index up to date").check()
    (small / "zeppelin.md").write_text(ZEPPELIN.replace("failed", "burnt"), "utf-8")
    (small / "bees.md").unlink()
    (small / "ferry.md").write_text(f"{FERRY} So it was said.", "utf-8")
    expect(page.locator("#status")).to_have_text("2 articles, 2 passages")
    page.reload()
    page.locator(".kept summary").click()
    page.get_by_role("button", name=MINUTES).click()
    expect(page.locator(".question")).to_have_text([MINUTES, LANDING, HONEY])
    expect(page.locator(".changed li")).to_have_text(
        [
            f"“{FERRY}” Its article has changed since; these words still stand in it.",
            f"“{ZEPPELIN}” Its article has changed, and no longer has these words there.",
            f"“{BEES}” Its article is no longer in the collection.",
        ]
    )
    expect(page.locator(".card mark")).to_have_text([FERRY])
    page.get_by_role("button", name="Ask again").nth(1).click()
    expect(page.locator(".card mark")).to_have_count(2)
    page.locator(".kept summary").click()
    page.get_by_role("button", name="Forget them all").click()
    expect(page.locator(".kept")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Your question")).to_be_visible()
    expect(page.locator(".kept")).to_have_count(0)


def test_what_is_thought_of_answers_is_kept_for_evaluation(
    serve: Serve, visit: Visit, small: Path
) -> None:
    chat = serve(small)
    page = visit(chat)
    ask(page, MINUTES)
    ask(page, UNANSWERABLE)
    good, bad = (page.get_by_role("button", name=f"{kind} answer") for kind in ("Good", "Bad"))
    good.first.click()
    expect(page.locator(".judging")).to_contain_text(MINUTES)
    expect(page.locator("#words")).to_have_count(0)
    page.get_by_label("Note").fill("just so")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".opinion")).to_have_text("Kept as a good answer.")
    expect(page.locator("#opinion")).to_be_hidden()
    bad.first.click()
    page.get_by_label("The words of an article").fill("No such words.")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#opinion .problem")).to_contain_text("No article has these words.")
    page.get_by_label("The words of an article").fill(BEES)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".opinion")).to_have_count(2)
    file = chat.stderr.parent / "index" / FILE
    assert read_questions(file).cases == (
        Case("1", MINUTES, True, (Gold("ferry.md", FERRY),)),
        Case("2", UNANSWERABLE, True, (Gold("bees.md", BEES),)),
    )
    assert re.search(r'"note": "just so"', file.read_text("utf-8"))
