from datetime import date

import pytest
from making import PAGE, PAGE_TEXT, pdf, word

from evqa.errors import UnreadableArticle
from evqa.records import Extracted
from evqa.sources import extraction

STORY = Extracted(
    PAGE_TEXT, "Harbour ferry returns", "Port Gazette", "Mara Lindqvist", date(2025, 3, 4), "", "en"
)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.html", PAGE.encode(), STORY),
        ("a.HTM", PAGE.encode(), STORY),
        ("ü/ß\n.pdf", pdf(["It rains."]), Extracted("It rains.", pages=1)),
        ("a.docx", word("It rains."), Extracted("It rains.")),
        ("a.eml", b"Subject: S\n\nIt rains.", Extracted("It rains.", "S")),
    ],
)
def test_a_file_is_read_apart_as_its_name_ends(
    name: str, content: bytes, expected: Extracted
) -> None:
    assert extraction.extract(name, content) == expected == extraction.extract_here(name, content)


def test_what_a_reader_says_is_told() -> None:
    with pytest.raises(UnreadableArticle) as caught:
        extraction.extract("ä.pdf", pdf(["It rains."], locked=True))
    assert (caught.value.message, caught.value.hint) == (
        "ä.pdf: it is locked by a password.",
        "Save it without one.",
    )


def test_a_page_that_takes_for_ever_is_given_up() -> None:
    page = b"<p>It rains in Oslo today.</p>" * 300_000
    with pytest.raises(UnreadableArticle) as caught:
        extraction.extract("a.html", page, seconds=1)
    assert (caught.value.message, caught.value.hint) == (
        "a.html: reading it took more than 1 s.",
        "Put its text in a .txt file.",
    )


def test_a_reader_that_breaks_down_is_told() -> None:
    mail = b"Content-Type: text/plain; charset=no-such-charset\n\nIt rains."
    with pytest.raises(UnreadableArticle) as caught:
        extraction.extract("a.eml", mail)
    assert str(caught.value) == (
        "a.eml: it is damaged, or made to overwhelm its reader. Put its text in a .txt file."
    )


def test_control_characters_are_taken_out() -> None:
    mail = "Subject: A\x1bB\n\nIt\x00 rains\x1b[2J\u200e.\ttoday".encode()
    assert extraction.extract_here("a.eml", mail) == Extracted("It rains[2J\u200e.\ttoday", "AB")
