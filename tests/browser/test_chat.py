import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from chatting import CORPUS, ROOT, Chat, Serve, Visit, ask
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

FLAGSHIP = "Why was a YU7 on I-5?"
UNANSWERABLE = "What is the boiling point of ethanol?"
HOSTILE = (
    "<script>alert(1)</script><img src=https://evil.example/a.png onerror=alert(1)>"
    "<svg onload=alert(1)>![a](https://evil.example/b.png)${alert(1)}{{alert(1)}}\"'"
)
TAGS = {
    "A",
    "ARTICLE",
    "BDI",
    "BLOCKQUOTE",
    "BUTTON",
    "DETAILS",
    "H2",
    "H3",
    "LI",
    "MARK",
    "OL",
    "P",
}
TAGS |= {"SECTION", "SPAN", "STRONG", "SUMMARY"}
ATTRIBUTES = {"aria-hidden", "aria-label", "class", "data-act", "data-exchange", "data-number"}
ATTRIBUTES |= {"dir", "hidden", "href", "rel", "role", "target", "type"}


def assert_only_own_markup(page: Page) -> None:
    tags, attributes, links = page.locator("#conversation [role=log]").evaluate(
        """log => {
            const elements = [...log.querySelectorAll('*')];
            return [
                elements.map(element => element.tagName),
                elements.flatMap(element => element.getAttributeNames()),
                elements.flatMap(element => element.href ? [element.href] : []),
            ];
        }"""
    )
    assert set(tags) <= TAGS
    assert set(attributes) <= ATTRIBUTES
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_the_flagship_question_is_answered_with_a_quote_of_an_article(
    chat: Chat, visit: Visit
) -> None:
    page = visit(chat)
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(FLAGSHIP)
    page.keyboard.press("Enter")
    page.locator('.card mark[data-number="1"]').wait_for()
    marks = page.locator(".card mark[data-number]")
    by_number = {mark.get_attribute("data-number"): mark.text_content() for mark in marks.all()}
    quotes = [by_number[str(number)] or "" for number in range(1, len(by_number) + 1)]
    assert any("a US competitor or supplier bought the YU7" in quote for quote in quotes)
    articles = [path.read_text("utf-8") for path in CORPUS.glob("*.md")]
    assert all(any(quote in article for article in articles) for quote in quotes)
    leads = page.locator(".lead").all_text_contents()
    assert leads == [f"“{quote}” [{number}]" for number, quote in enumerate(quotes, 1)]
    expect(page.locator(".said-by").first).to_have_text(
        re.compile(r"^evqa digest on a report by .+ in .+, 1\d February 2026:$")
    )
    expect(page.locator(".confidence")).to_have_text(re.compile(r"confidence \d+ %"))
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(page.get_by_label("Your question")).to_be_focused()
    assert_only_own_markup(page)


def test_the_page_tells_what_it_has_read(chat: Chat, visit: Visit) -> None:
    articles = len(list(CORPUS.glob("*.md")))
    page = visit(chat)
    expect(page.get_by_role("status").filter(has_text="articles")).to_have_text(
        re.compile(rf"{articles} articles, \d+ passages")
    )
    expect(page.locator("#header")).to_contain_text("evqa’s own digests of published reports")
    expect(page.locator("footer")).to_be_hidden()


def test_a_follow_up_is_looked_up_with_what_it_leans_on(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, FLAGSHIP)
    ask(page, "Who bought it?")
    expect(page.locator(".looked-up")).to_have_count(1)
    expect(page.locator(".looked-up")).to_contain_text("YU7")


def test_what_the_articles_do_not_say_is_refused(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, UNANSWERABLE)
    expect(page.locator(".refusal")).to_be_visible()
    expect(page.locator(".nearest")).to_contain_text("do not answer it")
    assert 1 <= page.locator(".nearest .card.muted").count() <= 3
    assert page.locator(".lead, mark, .cards").count() == 0
    passage = page.locator(".nearest .passage").first
    expect(passage).to_be_hidden()
    page.locator(".nearest summary").first.click()
    expect(passage).to_be_visible()


def test_an_empty_question_is_told(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_have_text("Type a question first.")
    assert page.locator(".exchange").count() == 0
    ask(page, FLAGSHIP)
    expect(page.locator(".notice")).to_have_count(0)


def test_a_question_that_cannot_be_asked_is_told(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    page.get_by_label("Your question").fill("why " * 2500)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".exchange .problem")).to_contain_text("characters")
    ask(page, FLAGSHIP)
    expect(page.locator("mark", has_text="benchmark").first).to_be_visible()


def test_a_hostile_question_is_plain_text(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, HOSTILE)
    expect(page.locator(".question")).to_have_text(HOSTILE)
    assert_only_own_markup(page)


def test_a_hostile_article_is_plain_text(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    front = {
        "title": f"The zeppelin in Oslo {HOSTILE}",
        "source": f"Gazette {HOSTILE}",
        "author": HOSTILE,
        "url": "javascript:alert(1)",
        "reports_on": {"outlet": HOSTILE, "title": HOSTILE, "author": HOSTILE},
    }
    said = f"The zeppelin landed in Oslo because its engine {HOSTILE} had failed over the sea."
    article = f"---\n{json.dumps(front)}\n---\n\n{said}\n\nNobody on board was hurt.\n"
    (corpus / "zeppelin<img src=x onerror=alert(1)>.md").write_text(article, "utf-8")
    chat = serve(corpus)
    page = visit(chat)
    ask(page, "Why did the zeppelin land in Oslo?")
    expect(page.locator(".exchange")).to_contain_text("<script>alert(1)</script>")
    expect(page.locator(".card").first).to_contain_text("Gazette <script>")
    assert_only_own_markup(page)
    assert page.locator(".exchange a:not(.open)").count() == 0
    ask(page, "What is the boiling point of ethanol in Oslo?")
    assert_only_own_markup(page)


def test_visitors_have_conversations_of_their_own(chat: Chat, visit: Visit) -> None:
    first, second = visit(chat), visit(chat)
    ask(first, FLAGSHIP)
    ask(second, UNANSWERABLE)
    expect(first.locator(".question")).to_have_text([FLAGSHIP])
    expect(second.locator(".question")).to_have_text([UNANSWERABLE])


def test_a_new_conversation_forgets_the_old_one(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, FLAGSHIP)
    ask(page, UNANSWERABLE)
    expect(page.locator(".question")).to_have_text([FLAGSHIP, UNANSWERABLE])
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".exchange")).to_have_count(0)
    ask(page, UNANSWERABLE)
    expect(page.locator(".question")).to_have_text([UNANSWERABLE])


def test_a_phone_needs_no_sideways_scrolling(chat: Chat, visit: Visit) -> None:
    page = visit(chat, width=360, height=640)
    ask(page, FLAGSHIP)
    ask(page, "x" * 500)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.fixture
def long_corpus(tmp_path: Path) -> Path:
    """The articles among so many others that reading them takes a while."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for path in CORPUS.glob("*.md"):
        (corpus / path.name).write_bytes(path.read_bytes())
    for number in range(250):
        filler = f"The harbour of town {number} opened its gate {number + 3} to the herring boats. "
        (corpus / f"{number}.txt").write_text(filler * 12, "utf-8")
    return corpus


def test_a_question_asked_while_the_articles_are_read_is_answered(
    long_corpus: Path, serve: Serve, visit: Visit
) -> None:
    chat = serve(long_corpus)
    page = visit(chat)
    expect(page.locator("#status")).to_have_text(re.compile("(Reading|Loading) the"))
    page.keyboard.type(FLAGSHIP)
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_be_visible()
    expect(page.locator("mark", has_text="benchmark").first).to_be_visible()
    expect(page.locator("#status")).to_have_text(re.compile(r"\d+ articles, \d+ passages"))


def test_the_switch_keeps_the_index_up_to_date_while_it_is_on(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.md").write_text("The ferry Solveig takes 17 minutes to cross.", "utf-8")
    chat = serve(corpus)
    page = visit(chat)
    switch = page.get_by_label("Keep the index up to date")
    expect(switch).to_be_enabled()
    expect(switch).not_to_be_checked()
    switch.check()
    zeppelin = "The zeppelin Marie landed in Oslo because its engine had failed."
    (corpus / "zeppelin.md").write_text(zeppelin, "utf-8")
    expect(page.locator("#status")).to_have_text("2 articles, 2 passages")
    ask(page, "Why did the zeppelin Marie land in Oslo?")
    expect(page.locator("mark")).to_have_text(zeppelin)
    second = visit(chat)
    expect(second.get_by_label("Keep the index up to date")).to_be_checked()
    switch.uncheck()
    (corpus / "empty.md").touch()
    page.wait_for_timeout(3000)
    expect(page.locator("#status")).to_have_text("2 articles, 2 passages")
    switch.check()
    expect(page.locator("#status")).to_contain_text("1 file could not be read")
    page.close()
    second.close()
    assert chat.interrupt() == 0
    assert chat.stderr.read_text() == ""


def test_a_late_report_does_not_undo_the_switch(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.md").write_text("The ferry Solveig takes 17 minutes to cross.", "utf-8")
    page = visit(serve(corpus))
    switch = page.get_by_label("Keep the index up to date")
    expect(switch).to_be_enabled()
    late: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append((route, route.fetch()))

    page.route("**/gradio_api/run/**", hold_first)
    while not late:
        page.wait_for_timeout(100)
    with page.expect_response("**/gradio_api/run/**"):
        switch.click()
    switch.evaluate("box => { box.seen = []; setInterval(() => box.seen.push(box.checked), 5); }")
    route, response = late[0]
    route.fulfill(response=response)
    page.wait_for_timeout(1500)
    assert set(switch.evaluate("box => box.seen")) == {True}


def test_a_chat_without_articles_says_what_is_wrong(
    tmp_path: Path, serve: Serve, visit: Visit
) -> None:
    chat = serve(tmp_path / "nowhere")
    page = visit(chat)
    expect(page.locator("#status .problem")).to_contain_text("nowhere")
    ask(page, FLAGSHIP)
    expect(page.locator(".exchange .problem")).to_contain_text("nowhere")
    assert "nowhere" in chat.stderr.read_text()
    assert "Traceback" not in chat.stderr.read_text()


def test_files_of_the_machine_are_not_served(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    article = next(CORPUS.glob("*.md"))
    assert page.request.get(f"{chat.url}/gradio_api/file={article}").status == 404
    assert page.request.post(f"{chat.url}/gradio_api/upload", multipart={"a": "b"}).status == 404


def test_a_port_in_use_is_told(chat: Chat) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "evqa", "chat", "--port", str(chat.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr == (
        f"evqa: Port {chat.port} is in use. "
        f"Stop the other program, or run: evqa chat --port {chat.port + 1}\n"
    )


def test_control_c_ends_a_chat_that_still_reads_articles(
    long_corpus: Path, serve: Serve, browser: Browser
) -> None:
    chat = serve(long_corpus)
    page = browser.new_page()
    page.goto(chat.url)
    page.get_by_label("Your question").fill(FLAGSHIP)
    page.keyboard.press("Enter")
    page.locator(".pending").wait_for()
    assert chat.interrupt() == 0
    assert chat.stderr.read_text() == ""
    page.close()


def test_control_c_ends_the_chat_in_silence(serve: Serve, browser: Browser) -> None:
    chat = serve(CORPUS)
    page = browser.new_page()
    page.goto(chat.url)
    ask(page, FLAGSHIP)
    assert chat.interrupt() == 0
    assert chat.process.stdout
    assert chat.process.stdout.read() == ""
    assert chat.stderr.read_text() == ""
    page.close()
