import zipfile
from io import BytesIO

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import pdf, word

from evqa.errors import UnreadableArticle
from evqa.records import Extracted
from evqa.sources.documents import Line, from_docx, from_pdf, paragraphs, without_edges


def line(text: str, row: int, left: float = 72, width: float = 400, **more: bool) -> Line:
    """A line of text 12 points high, in rows 14 points apart."""
    top = 700 - 14 * row
    return Line(text, left, top - 12, left + width, top, **more)


def test_a_pdfs_lines_are_joined_to_paragraphs_and_its_pages_are_kept() -> None:
    first = [
        "The ferry report",
        "",
        "The harbour ferry Solveig returned to service on Monday, after eleven",
        "weeks in dock. Engi-",
        "neers replaced both of its engines.",
        "",
        "Tickets cost 42 kroner.",
    ]
    second = ["The crossing takes 17 minutes."]
    content = pdf(first, second, title="Ferry report", author="Mara Lindqvist")
    assert from_pdf("a.pdf", content) == Extracted(
        text="The ferry report\n\n"
        "The harbour ferry Solveig returned to service on Monday, after eleven weeks in dock."
        " Engineers replaced both of its engines.\n\n"
        "Tickets cost 42 kroner.\n\fThe crossing takes 17 minutes.",
        title="Ferry report",
        author="Mara Lindqvist",
        pages=2,
    )


def test_a_sentence_over_a_pages_end_stands_with_the_page_on_which_it_begins() -> None:
    first = ["It rained. The harbour ferry Solveig returned to service on Monday, after"]
    second = ["eleven weeks in dock. Tickets cost 42 kroner."]
    assert from_pdf("a.pdf", pdf(first, second)).text == (
        "It rained. The harbour ferry Solveig returned to service on Monday, after eleven weeks in"
        " dock.\n\fTickets cost 42 kroner."
    )


def test_an_empty_page_counts() -> None:
    found = from_pdf("a.pdf", pdf(["It rains."], [], ["It pours."]))
    assert (found.text, found.pages) == ("It rains.\n\f\n\fIt pours.", 3)


def test_page_numbers_and_running_titles_are_left_out() -> None:
    pages = [["The yearly report", "", f"It rained {word}.", "", f"Page {number} of 3"]
             for number, word in enumerate(("once", "twice", "often"), 1)]  # fmt: skip
    assert from_pdf("a.pdf", pdf(*pages)).text == (
        "It rained once.\n\fIt rained twice.\n\fIt rained often."
    )


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            pdf(["It rains."], locked=True),
            "a.pdf: it is locked by a password.",
            "Save it without one.",
        ),
        (b"%PDF-1.7\nnothing", "a.pdf: it is a broken PDF.", "Save or download it anew."),
        (b"", "a.pdf: it is a broken PDF.", "Save or download it anew."),
        (
            pdf([], []),
            "a.pdf: its pages hold no text, only pictures if anything.",
            "Run text recognition (OCR) over it first.",
        ),
    ],
)
def test_a_pdf_that_holds_no_article_is_refused(content: bytes, message: str, hint: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        from_pdf("a.pdf", content)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize("title", ["report.docx", "Microsoft Word - x", "untitled"])
def test_a_file_name_is_no_title(title: str) -> None:
    assert from_pdf("a.pdf", pdf(["It rains."], title=title)).title == ""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line("It rains", 0), line("all day.", 1)], ["It rains all day."]),
        ([line("It rains.", 0, width=100), line("It pours all day long.", 1)],
         ["It rains.", "It pours all day long."]),
        ([line("It rains.", 0), line("It pours.", 1, left=90)], ["It rains.", "It pours."]),
        ([line("It rains.", 0), line("It pours.", 1)], ["It rains. It pours."]),
        ([line("a", 0), line("b", 1), line("c", 3)], ["a b", "c"]),
        ([line("Fish:", 0), line("• cod", 1), line("• eel", 2)], ["Fish:", "• cod", "• eel"]),
        ([line("渡轮周一恢", 0), line("复运营。", 1)], ["渡轮周一恢复运营。"]),
        ([line("Engi", 0, broken=True), line("neers", 1)], ["Engineers"]),
        ([line("2020", 0, broken=True), line("2021", 1)], ["2020-2021"]),
        ([line("It rains in", 40), line("harbours.", 0, left=500)], ["It rains in harbours."]),
        ([line("It rains.", 40), line("It pours.", 0, left=500)], ["It rains.", "It pours."]),
        ([], []),
    ],
)  # fmt: skip
def test_paragraphs_are_told_by_gaps_indents_and_short_lines(
    lines: list[Line], expected: list[str]
) -> None:
    assert paragraphs(lines) == expected


@given(st.lists(st.text("ab .", min_size=1).filter(str.strip)))
def test_no_word_is_lost(texts: list[str]) -> None:
    lines = [line(text, row) for row, text in enumerate(texts)]
    assert " ".join(paragraphs(lines)).split() == " ".join(texts).split()


def test_two_pages_are_too_few_to_tell_a_running_title() -> None:
    pages = [[line("Report", 0), line("a", 1)], [line("Report", 0), line("b", 1)]]
    assert without_edges(pages) == pages


def test_a_word_document_is_read_with_headings_and_tables() -> None:
    document = docx.Document(BytesIO(word("It rains.", "", heading="Weather", title="News")))
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Oslo", "7 mm"
    document.add_paragraph("It pours.")
    file = BytesIO()
    document.save(file)
    assert from_docx("a.docx", file.getvalue()) == Extracted(
        text="## Weather\n\nIt rains.\n\nOslo | 7 mm\n\nIt pours.", title="News"
    )


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(250_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (bomb(), "a.docx: it unpacks to 250 MB, which no article needs.",
         "Save its text in a .txt file."),
        (b"PK no zip",
         "a.docx: it is no Word document that can be read, or is locked by a password.",
         "Save it anew as .docx."),
        (word(), "a.docx: this document holds no text.", "Remove it."),
    ],
)  # fmt: skip
def test_what_is_no_word_document_is_refused(content: bytes, message: str, hint: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        from_docx("a.docx", content)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_zip_of_something_else_is_refused() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "It rains.")
    with pytest.raises(UnreadableArticle, match="it is no Word document"):
        from_docx("a.docx", file.getvalue())
