from datetime import date

import pytest
from making import PAGE, PAGE_TEXT

from evqa.errors import UnreadableArticle
from evqa.records import Extracted
from evqa.sources.webpages import from_html, from_mail, from_web_archive

STORY = Extracted(
    text=PAGE_TEXT,
    title="Harbour ferry returns",
    source="Port Gazette",
    author="Mara Lindqvist",
    published=date(2025, 3, 4),
    language="en",
)


def test_a_page_is_read_without_its_menus() -> None:
    assert from_html("a.html", PAGE.encode()) == STORY


@pytest.mark.parametrize("fragment", ["<p>{}</p>", "<article><p>{}</p></article>", "<div>{}</div>"])
def test_a_fragment_of_a_page_is_read(fragment: str) -> None:
    text = "It rains in Oslo today."
    assert from_html("a.html", fragment.format(text)) == Extracted(text)


def test_lists_stay_together() -> None:
    items = "<li>It rains in Oslo.</li><li>It pours in Bergen.</li>"
    page = PAGE.replace("</article>", f"<ul>{items}</ul><p>It is dry.</p></article>")
    assert from_html("a.html", page).text == (
        f"{PAGE_TEXT}\n- It rains in Oslo.\n- It pours in Bergen.\n\nIt is dry."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_page_is_read_in_the_encoding_that_it_is_in(encoding: str) -> None:
    text = "港口渡轮周一恢复运营。现在需要十七分钟。"
    page = f"<html lang='zh-CN'><body><article><p>{text}</p></article></body></html>"
    found = from_html("a.html", page.encode(encoding))
    assert (found.text, found.language) == (text, "zh")


@pytest.mark.parametrize(
    "page", ["", " ", "<html></html>", "<html><body><script>x</script></body></html>", "\0" * 9]
)
def test_a_page_without_text_is_refused(page: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        from_html("a.html", page.encode())
    assert (caught.value.message, caught.value.hint) == (
        "a.html: no article's text was found on this page.",
        "Save it from a browser once it is loaded, or put its text in a .txt file.",
    )


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 50_000 + "It rains. " * 50,
        "<p " + "a=b " * 50_000 + ">It rains in Oslo.",
        "<table><tr><td>" * 2000 + "It rains in Oslo.",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><article><p>&a; It rains.</p>",
    ],
)
def test_a_hostile_page_is_read_or_refused(page: str) -> None:
    try:
        text = from_html("a.html", page).text
    except UnreadableArticle:
        text = "rains"
    assert "rains" in text
    assert "root:" not in text


def test_a_mail_is_read_with_its_subject_sender_and_date() -> None:
    mail = """\
From: Mara Lindqvist <mara@gazette.example>
To: Jo Fan <jo@example.org>
Subject: =?utf-8?q?F=C3=A4hre?= returns
Date: Tue, 04 Mar 2025 08:00:00 +0100
Content-Type: text/plain; charset=utf-8

The harbour ferry Solveig returned to service on Monday after
eleven weeks in dock.
- one
- two

Bye
"""
    assert from_mail("a.eml", mail.encode()) == Extracted(
        text="The harbour ferry Solveig returned to service on Monday after eleven weeks in dock.\n"
        "- one\n- two\n\nBye",
        title="Fähre returns",
        author="Mara Lindqvist",
        published=date(2025, 3, 4),
    )


def test_a_mail_of_html_is_read_as_a_page() -> None:
    mail = f"From: jo@example.org\nContent-Type: text/html; charset=utf-8\n\n{PAGE}"
    assert from_mail("a.eml", mail.encode()) == Extracted(text=PAGE_TEXT, author="jo@example.org")


@pytest.mark.parametrize("mail", ["", "Subject: Nothing\n\n", "Content-Type: image/png\n\nxx"])
def test_a_mail_without_text_is_refused(mail: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        from_mail("a.eml", mail.encode())
    assert str(caught.value) == "a.eml: this mail holds no text. Remove it."


def test_a_saved_page_is_read_with_the_address_it_was_saved_from() -> None:
    archive = f"""\
From: <Saved by Blink>
Snapshot-Content-Location: https://gazette.example/ferry
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="x"

--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit
Content-Location: https://gazette.example/ferry

{PAGE}
--x
Content-Type: image/png
Content-Location: https://gazette.example/a.png

xx
--x--
"""
    found = from_web_archive("a.mhtml", archive.encode())
    assert (found.text, found.url) == (PAGE_TEXT, "https://gazette.example/ferry")


def test_a_file_that_is_no_saved_page_is_refused() -> None:
    with pytest.raises(UnreadableArticle, match=r"a\.mhtml: it is no saved web page"):
        from_web_archive("a.mhtml", b"nothing")
