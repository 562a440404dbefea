import hashlib
from datetime import date
from pathlib import Path

import pytest
from making import PAGE, PAGE_TEXT, pdf, word

from evqa.corpus import article_paths, parse_article, read_bytes
from evqa.errors import UnreadableArticle
from evqa.records import Article


def article(folder: Path, article_id: str, *, keep: bool = True) -> Article:
    """An article as the index's update reads it."""
    content = read_bytes(article_paths(folder)[article_id], article_id, keep=keep)
    return parse_article(article_id, content)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "corpus" / "sub" / "report.pdf"
    path.parent.mkdir(parents=True)
    pages = (["The ferry report", "", "It rains in Oslo."], [], ["It pours in Bergen."])
    path.write_bytes(pdf(*pages, title="The report", author="Ann Lee"))
    return path


def beside(path: Path) -> Path:
    return path.with_name(path.name + ".extracted.md")


def test_the_text_of_a_document_is_stored_beside_it(report: Path) -> None:
    read = article(report.parents[1], "sub/report.pdf")
    sha256 = hashlib.sha256(report.read_bytes()).hexdigest()
    stored = beside(report).read_text("utf-8")
    assert stored == (
        "---\ntitle: The report\nauthor: Ann Lee\nextracted_from: report.pdf\n"
        f"sha256: {sha256}\npages: 3\n---\n"
        "\nThe ferry report\n\nIt rains in Oslo.\n\f\n\fIt pours in Bergen.\n"
    )
    assert read == Article(
        id="sub/report.pdf",
        title="The report",
        text=stored[read.text_offset :],
        author="Ann Lee",
        sha256=hashlib.sha256(stored.encode()).hexdigest(),
        text_offset=stored.index("\nThe ferry"),
        pages=(0, read.text.index("\f") + 1, read.text.rindex("\f") + 1),
    )
    assert [read.page(read.text.index(word)) for word in ("Oslo", "Bergen")] == [1, 3]


def test_what_is_stored_is_no_article_of_its_own(report: Path) -> None:
    folder = report.parents[1]
    article(folder, "sub/report.pdf")
    (folder / "gone.html.extracted.md").write_text("It rains.")
    assert list(article_paths(folder)) == ["sub/report.pdf"]


def test_a_correction_is_kept_and_changes_the_articles_hash(report: Path) -> None:
    folder = report.parents[1]
    first = article(folder, "sub/report.pdf")
    beside(report).write_text(beside(report).read_text("utf-8").replace("rains", "snows"), "utf-8")
    second = article(folder, "sub/report.pdf")
    assert "It snows in Oslo." in second.text
    assert first.sha256 != second.sha256
    assert second == article(folder, "sub/report.pdf")


def test_a_document_that_changed_is_read_anew(report: Path) -> None:
    folder = report.parents[1]
    first = article(folder, "sub/report.pdf")
    beside(report).write_text(beside(report).read_text("utf-8").replace("rains", "snows"), "utf-8")
    report.write_bytes(pdf(["It is dry in Oslo."]))
    second = article(folder, "sub/report.pdf")
    assert second.text == "\nIt is dry in Oslo.\n"
    assert first.sha256 != second.sha256


def test_another_document_of_the_same_text_has_another_hash(report: Path) -> None:
    folder = report.parents[1]
    first = article(folder, "sub/report.pdf")
    report.write_bytes(report.read_bytes() + b"\n")
    second = article(folder, "sub/report.pdf")
    assert (first.text, first.sha256 != second.sha256) == (second.text, True)


def test_without_as_many_pages_as_the_pdf_has_none_is_named(report: Path) -> None:
    folder = report.parents[1]
    article(folder, "sub/report.pdf")
    beside(report).write_text(beside(report).read_text("utf-8").replace("\f", ""), "utf-8")
    assert article(folder, "sub/report.pdf").pages == ()


def test_nothing_is_stored_where_that_is_not_wanted(report: Path) -> None:
    read = article(report.parents[1], "sub/report.pdf", keep=False)
    assert not beside(report).exists()
    assert read == article(report.parents[1], "sub/report.pdf")


def test_where_nothing_can_be_stored_the_article_is_the_same(report: Path) -> None:
    beside(report).mkdir()
    (beside(report) / "in the way").touch()
    first = article(report.parents[1], "sub/report.pdf")
    assert "It rains in Oslo." in first.text
    assert first == article(report.parents[1], "sub/report.pdf")
    assert sorted(report.parent.iterdir()) == [report, beside(report)]


def test_a_link_beside_a_document_is_replaced_and_not_followed(
    report: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    beside(report).symlink_to(secret)
    assert "secret" not in article(report.parents[1], "sub/report.pdf").text
    assert secret.read_text() == "secret"
    assert not beside(report).is_symlink()


def test_a_broken_correction_is_told_with_the_files_name(report: Path) -> None:
    beside(report).write_text("---\ntitle: [\n---\nIt rains.")
    with pytest.raises(UnreadableArticle, match=r"^sub/report.pdf.extracted.md: its front matter"):
        article(report.parents[1], "sub/report.pdf")


def test_what_was_fetched_keeps_its_address_when_it_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    assert article(tmp_path, "page.html").url == ""
    front = "---\nurl: https://gazette.example/1\nfetched: 2026-02-11\nsha256: x\n---\nOld.\n"
    beside(page).write_text(front)
    read = article(tmp_path, "page.html")
    assert (read.url, read.text) == ("https://gazette.example/1", f"\n{PAGE_TEXT}\n")
    assert "fetched: 2026-02-11\n" in beside(page).read_text("utf-8")


def test_a_page_is_an_article_with_all_that_it_says_of_itself(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    read = article(tmp_path, "page.html")
    assert (read.title, read.source, read.author, read.published, read.language, read.pages) == (
        "Harbour ferry returns",
        "Port Gazette",
        "Mara Lindqvist",
        date(2025, 3, 4),
        "en",
        (),
    )


def test_a_title_cannot_break_the_front_matter(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(word("It rains.", title='x"\n---\nurl: https://evil.example'))
    read = article(tmp_path, "a.docx")
    assert (read.title, read.url) == ('x" --- url: https://evil.example', "")


def test_a_document_that_cannot_be_read_is_told_each_time_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([]))
    for _ in range(2):
        with pytest.raises(UnreadableArticle) as caught:
            article(tmp_path, "a.pdf")
        assert caught.value.message == ("a.pdf: its pages hold no text, only pictures if anything.")
    assert not beside(path).exists()
    path.write_bytes(pdf(["It rains."]))
    assert article(tmp_path, "a.pdf").text == "\nIt rains.\n"


def test_a_name_too_long_for_another_beside_it_is_no_obstacle(tmp_path: Path) -> None:
    name = "x" * 250 + ".pdf"
    (tmp_path / name).write_bytes(pdf(["It rains."]))
    assert article(tmp_path, name).text == "\nIt rains.\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_is_written_can_be_read_by_all_whom_the_umask_lets(report: Path) -> None:
    article(report.parents[1], "sub/report.pdf")
    assert beside(report).stat().st_mode == report.stat().st_mode
