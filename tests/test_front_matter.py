from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.errors import UnreadableArticle
from evqa.sources import front_matter

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | st.dates()


@given(st.dictionaries(st.sampled_from(["title", "author", "published"]), VALUES), TEXTS)
def test_what_is_written_is_read(front: dict[str, str | date], text: str) -> None:
    whole = front_matter.write(front, text)
    read, offset = front_matter.read("a.md", whole)
    assert (read, whole[offset:]) == (front, f"\n{text}\n")


def test_what_is_not_known_is_not_written() -> None:
    assert front_matter.write(
        {"title": "", "pages": 0, "url": None, "author": "Ann"}, "It rains."
    ) == ("---\nauthor: Ann\n---\n\nIt rains.\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\0b", "a.md: it is a binary file."),
        (b"Gr\xf6", "a.md: it is not UTF-8 (byte 2 is 0xf6)."),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        front_matter.decode("a.md", content)
    assert caught.value.message == message


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_with_a_colon_needs_no_quotes(end: str) -> None:
    lines = (
        "---",
        'title: Ursula Wiegand: "No: never"',
        'author: "Ann": a pen name',
        "published: 2026-02-11",
        "url: https://a.example/b: c",
        "reports_on: {outlet: Gazette, title: Rain}",
        "---",
        "It rains.",
    )
    front, _ = front_matter.read("a.md", end.join(lines))
    assert front == {
        "title": 'Ursula Wiegand: "No: never"',
        "author": '"Ann": a pen name',
        "published": date(2026, 2, 11),
        "url": "https://a.example/b: c",
        "reports_on": {"outlet": "Gazette", "title": "Rain"},
    }
