import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from making import PAGE, PAGE_TEXT, pdf, word
from samples import BEES, FERRY, write_corpus
from webhost import Host, answer, serving

from evqa.adding import Added, AddReport, add
from evqa.corpus import article_paths, parse_article, read_bytes
from evqa.errors import CorpusError
from evqa.records import Article, Failure
from evqa.settings import Settings
from evqa.sources.fetching import Fetcher, Limits
from evqa.store import Store


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        host.answers["/ferry"] = answer(PAGE)
        yield host


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def take(settings: Settings, *sources: object) -> AddReport:
    here = Fetcher(Limits(most=200_000, seconds=10), allows=lambda _: True)
    return add(settings, [str(source) for source in sources], fetcher=here)


def indexed(settings: Settings) -> dict[str, Article]:
    with closing(Store(settings.index)) as store:
        return {article.id: article for article in store.articles()}


def files(settings: Settings) -> list[str]:
    return sorted(
        path.relative_to(settings.corpus).as_posix()
        for path in settings.corpus.rglob("*")
        if path.is_file()
    )


def reasons(report: AddReport) -> dict[str, str]:
    return {failure.article_id: failure.reason for failure in report.failed}


def test_files_of_all_kinds_are_taken_in(settings: Settings, downloads: Path) -> None:
    contents = {
        "a.md": FERRY.encode(),
        "b.TXT": BEES.encode(),
        "c.html": b"<article><p>It rains in Oslo today.</p></article>",
        "d.pdf": pdf(["It rains in Bergen."], ["It pours in Narva."]),
        "e.docx": word("It rains in Turku."),
        "f.json": b'{"text": "It rains in Riga."}',
        "g.jsonl": b'{"text": "It rains in Vilnius."}\n{"text": "It rains in Gdansk."}\n',
        "h.eml": b"Subject: Rain\n\nIt rains in Kiel.",
    }
    for name, content in contents.items():
        (downloads / name).write_bytes(content)
    report = take(settings, *(downloads / name for name in contents))
    assert report.added == tuple(Added(str(downloads / name), name) for name in contents)
    assert report.failed == ()
    articles = indexed(settings)
    assert list(articles) == [
        *("a.md", "b.TXT", "c.html", "d.pdf", "e.docx", "f.json", "g.jsonl#1", "g.jsonl#2", "h.eml")
    ]
    assert report.index is not None
    assert report.index.added == tuple(articles)
    assert articles["g.jsonl#2"].text == "It rains in Gdansk."
    narva = articles["d.pdf"].text.index("Narva")
    assert articles["d.pdf"].page(narva) == 2
    documents = [f"{name}.extracted.md" for name in ("c.html", "d.pdf", "e.docx", "h.eml")]
    assert files(settings) == sorted([*contents, *documents])
    for name, content in contents.items():
        assert (settings.corpus / name).read_bytes() == content


def test_a_folder_is_taken_in_with_its_articles(settings: Settings, downloads: Path) -> None:
    write_corpus(downloads / "news", {"a.md": FERRY, "sub/b.txt": BEES, ".c.md": BEES, "d.odt": ""})
    report = take(settings, downloads / "news")
    assert [one.file for one in report.added] == ["news/a.md", "news/sub/b.txt"]
    assert list(indexed(settings)) == ["news/a.md", "news/sub/b.txt"]


def test_a_link_out_of_a_folder_is_not_followed_unless_it_was_named(
    settings: Settings, downloads: Path
) -> None:
    write_corpus(downloads, {"secret.md": FERRY, "news/a.md": BEES})
    link = downloads / "news" / "link.md"
    link.symlink_to(downloads / "secret.md")
    report = take(settings, downloads / "news")
    assert files(settings) == ["news/a.md"]
    assert reasons(report) == {
        str(link): "link.md: it is a link out of its folder, which is not followed."
        " Copy the file itself."
    }
    assert take(settings, link).failed == ()
    assert files(settings) == ["link.md", "news/a.md"]
    assert not (settings.corpus / "link.md").is_symlink()


def test_a_file_that_is_there_is_not_copied_again(settings: Settings, downloads: Path) -> None:
    write_corpus(downloads, {"a.md": FERRY})
    take(settings, downloads / "a.md")
    again = take(settings, downloads / "a.md", settings.corpus / "a.md")
    assert again.added == (
        Added(str(downloads / "a.md"), "a.md", "unchanged"),
        Added(str(settings.corpus / "a.md"), "a.md", "unchanged"),
    )
    assert again.index is not None
    assert again.index.unchanged == ("a.md",)
    assert files(settings) == ["a.md"]


def test_another_file_of_the_same_name_is_not_overwritten(
    settings: Settings, downloads: Path
) -> None:
    write_corpus(settings.corpus, {"a.md": FERRY})
    write_corpus(downloads, {"a.md": BEES})
    report = take(settings, downloads / "a.md")
    assert (report.added, report.index) == ((), None)
    assert reasons(report) == {
        str(downloads / "a.md"): f"{downloads / 'a.md'}: {settings.corpus / 'a.md'} is there"
        " already, with another content. Rename the new one, or remove the old one."
    }
    assert (settings.corpus / "a.md").read_text("utf-8") == FERRY


def test_what_cannot_be_read_is_told_and_not_copied(settings: Settings, downloads: Path) -> None:
    bad = {
        "locked.pdf": pdf(["It rains."], locked=True),
        "scan.pdf": pdf([]),
        "broken.docx": b"no zip",
        "empty.html": b"<html></html>",
        "date.md": b"---\npublished: 2026-13-45\n---\nIt rains.",
        "a.odt": b"It rains.",
    }
    for name, content in bad.items():
        (downloads / name).write_bytes(content)
    with (downloads / "large.pdf").open("wb") as file:
        file.truncate(100_000_000)
    (downloads / "good.md").write_text(FERRY)
    report = take(
        settings, *(downloads / name for name in (*bad, "large.pdf", "none.md", "good.md"))
    )
    assert [one.file for one in report.added] == ["good.md"]
    told = {Path(source).name: reason for source, reason in reasons(report).items()}
    assert told == {
        "locked.pdf": "locked.pdf: it is locked by a password. Save it without one.",
        "scan.pdf": "scan.pdf: its pages hold no text, only pictures if anything."
        " Run text recognition (OCR) over it first.",
        "broken.docx": "broken.docx: it is no Word document that can be read, or is locked by a"
        " password. Save it anew as .docx.",
        "empty.html": "empty.html: no article's text was found on this page."
        " Save it from a browser once it is loaded, or put its text in a .txt file.",
        "date.md": "date.md: its front matter is broken (month must be in 1..12)."
        " Mend or remove it.",
        "a.odt": f"{downloads / 'a.odt'}: files of this kind cannot be read."
        " Add .md, .txt, .json, .jsonl, .html, .htm, .pdf, .docx, .eml, .mhtml.",
        "large.pdf": "large.pdf: 100 MB is more than the 50 MB that one article may have."
        " Split it.",
        "none.md": "none.md: it cannot be read (No such file or directory). Check its permissions.",
    }
    assert files(settings) == ["good.md"]


def test_a_bad_line_is_told_and_the_others_are_taken(settings: Settings, downloads: Path) -> None:
    (downloads / "a.jsonl").write_text('{"text": "It rains."}\n{"text": 5}\n{"text": "It pours."}')
    report = take(settings, downloads / "a.jsonl")
    assert list(indexed(settings)) == ["a.jsonl#1", "a.jsonl#3"]
    assert [failure.article_id for failure in report.failed] == ["a.jsonl#2"]


@pytest.mark.parametrize("name", ["line\nbreak.md", "مقال.pdf", "a b.html", "x" * 250 + ".pdf"])
def test_any_file_name_is_taken(settings: Settings, downloads: Path, name: str) -> None:
    content = {"md": FERRY.encode(), "pdf": pdf(["It rains."]), "html": PAGE.encode()}
    (downloads / name).write_bytes(content[name.rpartition(".")[2]])
    assert take(settings, downloads / name).failed == ()
    assert list(indexed(settings)) == [name]


def test_a_source_that_is_no_path_at_all_is_told(settings: Settings) -> None:
    report = take(settings, "x" * 5000 + ".md", "")
    assert report.added == ()
    assert [reason.partition(" ")[2] for reason in reasons(report).values()] == [
        "it cannot be read (File name too long). Check its permissions.",
        "files of this kind cannot be read."
        " Add .md, .txt, .json, .jsonl, .html, .htm, .pdf, .docx, .eml, .mhtml.",
    ]


def test_a_page_is_saved_with_its_address_and_the_day(settings: Settings, host: Host) -> None:
    report = take(settings, host.url("/ferry?utm_source=x#top"))
    name = "web/127.0.0.1/harbour-ferry-returns.html"
    assert report.added == (Added(host.url("/ferry?utm_source=x#top"), name),)
    assert (settings.corpus / name).read_text("utf-8") == PAGE
    stored = (settings.corpus / f"{name}.extracted.md").read_text("utf-8")
    assert f"\nfetched: {datetime.now(UTC).date()}\n" in stored
    article = indexed(settings)[name]
    assert (article.url, article.source, article.published, article.text) == (
        host.url("/ferry"),
        "Port Gazette",
        date(2025, 3, 4),
        f"\n{PAGE_TEXT}\n",
    )


def test_a_page_that_is_there_is_updated(settings: Settings, host: Host) -> None:
    take(settings, host.url("/ferry"))
    host.answers["/ferry"] = answer(
        PAGE.replace("17 minutes", "19 minutes").replace("ferry returns", "ferry is back")
    )
    host.answers["/moved"] = answer(status=301, Location="/ferry?fbclid=1")
    report = take(settings, host.url("/moved"))
    name = "web/127.0.0.1/harbour-ferry-returns.html"
    assert report.added == (Added(host.url("/moved"), name, "updated"),)
    assert report.index is not None
    assert report.index.updated == (name,)
    assert files(settings) == [name, f"{name}.extracted.md"]
    assert "19 minutes" in indexed(settings)[name].text


def test_a_page_that_became_another_kind_takes_the_old_ones_place(
    settings: Settings, host: Host
) -> None:
    take(settings, host.url("/ferry"))
    host.answers["/ferry"] = answer("It rains in Oslo.", kind="text/plain")
    report = take(settings, host.url("/ferry"))
    assert [(one.file, one.change) for one in report.added] == [
        ("web/127.0.0.1/ferry.md", "updated")
    ]
    assert list(indexed(settings)) == ["web/127.0.0.1/ferry.md"]
    assert files(settings) == ["web/127.0.0.1/ferry.md"]


def test_two_pages_of_one_title_are_two_articles(settings: Settings, host: Host) -> None:
    host.answers["/other"] = answer(PAGE.replace("17 minutes", "19 minutes"))
    report = take(settings, host.url("/ferry"), host.url("/other"))
    first, second = (f"web/127.0.0.1/harbour-ferry-returns{n}.html" for n in ("", "-2"))
    assert [one.file for one in report.added] == [first, second]
    assert [one.same_story_as for one in report.added] == [(second,), (first,)]


def test_plain_text_and_json_keep_their_address(settings: Settings, host: Host) -> None:
    host.answers["/a.txt"] = answer("---\ntitle: A\n---\nIt rains in Oslo.", kind="text/plain")
    record = {"text": "It pours in Bergen.", "title": "Rain"}
    host.answers["/b"] = answer(json.dumps(record), kind="application/json")
    host.answers["/c"] = answer(pdf(["It snows."], title="Snow"), kind="application/pdf")
    report = take(settings, *map(host.url, ("/a.txt", "/b", "/c")))
    assert reasons(report) == {}
    articles = indexed(settings)
    assert {name: article.url for name, article in articles.items()} == {
        "web/127.0.0.1/a.md": host.url("/a.txt"),
        "web/127.0.0.1/rain.json": host.url("/b"),
        "web/127.0.0.1/snow.pdf": host.url("/c"),
    }
    assert articles["web/127.0.0.1/a.md"].title == "A"
    again = take(settings, *map(host.url, ("/a.txt", "/b", "/c")))
    assert [one.change for one in again.added] == ["updated", "updated", "unchanged"]
    assert list(indexed(settings)) == list(articles)


def test_a_page_that_is_there_as_it_was_keeps_its_correction(
    settings: Settings, host: Host
) -> None:
    take(settings, host.url("/ferry"))
    (name,) = indexed(settings)
    beside = settings.corpus / f"{name}.extracted.md"
    beside.write_text(beside.read_text("utf-8").replace("17 minutes", "18 minutes"), "utf-8")
    report = take(settings, host.url("/ferry"))
    assert report.added == (Added(host.url("/ferry"), name, "unchanged"),)
    assert "18 minutes" in indexed(settings)[name].text


def test_the_same_story_elsewhere_is_named(settings: Settings, host: Host, downloads: Path) -> None:
    copy = PAGE_TEXT + "\n\nThis story was first printed in the Port Gazette.\n"
    write_corpus(settings.corpus, {"copy.md": copy, "bees.txt": BEES})
    report = take(settings, host.url("/ferry"))
    assert [one.same_story_as for one in report.added] == [("copy.md",)]
    write_corpus(downloads, {"new.md": "It rains in Oslo and nowhere else."})
    assert [one.same_story_as for one in take(settings, downloads / "new.md").added] == [()]


def test_pages_that_cannot_be_had_are_told_and_the_others_are_taken(
    settings: Settings, host: Host
) -> None:
    host.answers["/empty"] = answer("<html></html>")
    host.answers["/json"] = answer("[]", kind="application/json")
    urls = [host.url(path) for path in ("/none", "/empty", "/json", "/ferry")]
    report = take(settings, *urls, "https://", "ftp://a.example/x", "https://nobody.invalid/")
    assert [one.source for one in report.added] == [host.url("/ferry")]
    assert reasons(report) == {
        urls[0]: f"{urls[0]}: it answers 404 Not Found."
        " Check the address, or save the page from a browser and add the file.",
        urls[1]: f"{urls[1]}: no article's text was found on this page."
        " Save it from a browser once it is loaded, or put its text in a .txt file.",
        urls[2]: f'{urls[2]}: it is no JSON object with a "text". Write an article as an object'
        " in a .json file, or many in the lines of a .jsonl file.",
        "https://": "https://: it is no address of a web page."
        " Give one like https://example.org/article, without a user name.",
        "ftp://a.example/x": "ftp://a.example/x: it is no address of a web page."
        " Give one like https://example.org/article, without a user name.",
        "https://nobody.invalid/": reasons(report)["https://nobody.invalid/"],
    }
    assert "there is no such host" in reasons(report)["https://nobody.invalid/"]


def test_a_page_of_this_machine_is_not_asked_for_by_default(settings: Settings, host: Host) -> None:
    report = add(settings, [host.url("/ferry")])
    assert report == AddReport(
        (),
        (
            Failure(
                host.url("/ferry"),
                "127.0.0.1: it is the machine 127.0.0.1, which is not of the public internet."
                " If you mean it: evqa add --allow-private",
            ),
        ),
        None,
    )
    assert not settings.corpus.exists()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Why? The YU7's I-5 trip!", "why-the-yu7-s-i-5-trip"),
        ("عبّارة تعود", "عب-ارة-تعود"),
        ("../../etc/passwd", "etc-passwd"),
        ("渡" * 100, "渡" * 40),
        ("!?", "ferry"),
    ],
)
def test_a_page_is_named_by_its_title(
    settings: Settings, host: Host, title: str, slug: str
) -> None:
    host.answers["/ferry"] = answer(PAGE.replace("Harbour ferry returns", title))
    report = take(settings, host.url("/ferry"))
    assert report.added[0].file.endswith(".html")
    assert (settings.corpus / report.added[0].file).is_file()
    assert report.added[0].file == f"web/127.0.0.1/{slug}.html"


def test_a_corpus_that_cannot_be_written_is_told(settings: Settings, downloads: Path) -> None:
    settings.corpus.write_text("no folder")
    write_corpus(downloads, {"a.md": FERRY})
    with pytest.raises(CorpusError, match=r"^The corpus folder .* cannot be written"):
        take(settings, downloads / "a.md")


def test_what_was_added_is_what_an_index_of_the_folder_reads(
    settings: Settings, host: Host
) -> None:
    take(settings, host.url("/ferry"))
    ((name, path),) = article_paths(settings.corpus).items()
    assert indexed(settings) == {name: parse_article(name, read_bytes(path, name))}


def test_a_report_is_json(settings: Settings, downloads: Path) -> None:
    write_corpus(downloads, {"a.md": FERRY})
    report = take(settings, downloads / "a.md", downloads / "b.odt")
    written = json.loads(json.dumps(report.to_dict()))
    assert written["added"] == [
        {"source": str(downloads / "a.md"), "file": "a.md", "change": "added", "same_story_as": []}
    ]
    assert [failure["article_id"] for failure in written["failed"]] == [str(downloads / "b.odt")]
    assert written["index"]["added"] == ["a.md"]
