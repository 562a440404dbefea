import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock
from making import PAGE
from samples import BEES, write_corpus
from starlette.applications import Starlette
from webhost import answer, serving

from evqa.errors import CorpusError, EvqaError, IndexCorrupt, SourceError
from evqa.index.database import NAME
from evqa.index.writer import LOCK
from evqa.records import IndexReport
from evqa.settings import Settings
from evqa.sources.fetching import Fetcher
from evqa.web.library import Library
from evqa.web.weblibrary import routes

SECONDS = 60
RECORDS = '{"text": "It rains."}\n{"text": "It snows."}\n'


class Changed:
    """A library, and what it told of its updates."""

    def __init__(self, settings: Settings) -> None:
        self.updates: list[IndexReport | EvqaError] = []
        self.library = Library(settings, self.updates.append, Fetcher(allows=lambda _: True))

    def settled(self) -> IndexReport | EvqaError:
        """The last update, once none is going on."""
        deadline = time.monotonic() + SECONDS
        while self.library.busy:
            assert time.monotonic() < deadline, "the update did not end"
            time.sleep(0.02)
        return self.updates[-1]


@contextmanager
def changing(settings: Settings) -> Iterator[Changed]:
    changed = Changed(settings)
    try:
        yield changed
    finally:
        changed.library.close()


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    return Settings(corpus=corpus, index=tmp_path / "index", embedding_model="static")


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


HELD = ["archiv/brücke.md", "bees.txt", "ferry.md"]


def test_a_file_goes_into_the_corpus_and_the_index_and_out_of_both(settings: Settings) -> None:
    with changing(settings) as one:
        said = one.library.add_file("C:\\Downloads\\page.html", PAGE.encode())
        assert said == "page.html was added to the corpus."
        assert names(settings.corpus) == [*HELD, "page.html", "page.html.extracted.md"]
        report = one.settled()
        assert isinstance(report, IndexReport)
        assert report.added == (*HELD, "page.html")
        assert one.library.progress is None
        again = one.library.add_file("page.html", PAGE.encode())
        assert again == "page.html was in the corpus already."
        assert one.library.remove("page.html") == "page.html was removed from the corpus."
        assert names(settings.corpus) == HELD
        report = one.settled()
        assert isinstance(report, IndexReport)
        assert report.removed == ("page.html",)


def test_a_page_goes_into_the_corpus(settings: Settings) -> None:
    with serving() as host, changing(settings) as one:
        host.answers["/ferry"] = answer(PAGE)
        file = "web/127.0.0.1/harbour-ferry-returns.html"
        assert one.library.add_page(host.url("/ferry")) == f"{file} was added to the corpus."
        host.answers["/ferry"] = answer(PAGE.replace("17 minutes", "18 minutes"))
        assert one.library.add_page(host.url("/ferry")) == f"{file} was replaced in the corpus."
        with pytest.raises(SourceError, match="it answers 404 Not Found"):
            one.library.add_page(host.url("/none"))
        assert isinstance(one.settled(), IndexReport)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda library: library.add_file("..", b"x"), "'..' is no name for a file. Rename it."),
        (lambda library: library.add_file("", b"x"), "'' is no name for a file. Rename it."),
        (
            lambda library: library.add_file(".hidden.md", b"x"),
            "'.hidden.md' is no name for a file. Rename it.",
        ),
        (
            lambda library: library.add_file("a\nb.md", b"x"),
            "'a\\nb.md' is no name for a file. Rename it.",
        ),
        (
            lambda library: library.add_file("a.exe", b"x"),
            "a.exe: files of this kind cannot be read. Add .md, .txt, .json, .jsonl, .html, .htm,"
            " .pdf, .docx, .eml, .mhtml.",
        ),
        (
            lambda library: library.add_file("empty.md", b" "),
            "empty.md: it is empty. Write something in it or remove it.",
        ),
        (
            lambda library: library.add_file("long.txt", b"x" * 10_600_000),
            "long.txt: 11 MB is more than the 10 MB that one article may have. Split it.",
        ),
        (
            lambda library: library.add_page("ferry"),
            "'ferry' is no web address. Write it with its http:// or https://.",
        ),
        (lambda library: library.remove("../x"), "There is no file ../x in the corpus any more."),
        (
            lambda library: library.remove("two.jsonl#1"),
            "two.jsonl#1 is one of several articles in two.jsonl. Take its line out of that file.",
        ),
    ],
)
def test_what_cannot_be_changed_is_told(
    settings: Settings, change: Callable[[Library], str], line: str
) -> None:
    write_corpus(settings.corpus, {"two.jsonl": RECORDS})
    with changing(settings) as one:
        with pytest.raises(EvqaError) as caught:
            change(one.library)
        assert str(caught.value) == line
        assert (one.library.busy, one.updates) == (False, [])
    assert names(settings.corpus) == [*HELD, "two.jsonl"]


def test_another_file_of_the_same_name_stays(settings: Settings) -> None:
    with changing(settings) as one, pytest.raises(SourceError) as caught:
        one.library.add_file("bees.txt", b"No bees.")
    assert caught.value.message == (
        f"bees.txt: {settings.corpus / 'bees.txt'} is there already, with another content."
    )
    assert (settings.corpus / "bees.txt").read_text("utf-8") == BEES


def test_the_last_article_stays(settings: Settings, tmp_path: Path) -> None:
    write_corpus(tmp_path / "one", {"bees.txt": BEES})
    alone = settings.model_copy(update={"corpus": tmp_path / "one"})
    with changing(alone) as one, pytest.raises(SourceError) as caught:
        one.library.remove("bees.txt")
    assert str(caught.value) == "bees.txt is the last article. Add another one first."


def test_a_corpus_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with (
        changing(settings.model_copy(update={"corpus": tmp_path / "file"})) as one,
        pytest.raises(CorpusError, match=r"^The corpus folder .* cannot be written"),
    ):
        one.library.add_file("a.md", b"It rains.")


def test_an_update_waits_for_whoever_else_writes_the_index(settings: Settings) -> None:
    settings.index.mkdir()
    with changing(settings) as one:
        with FileLock(settings.index / LOCK):
            one.library.add_file("rain.md", b"It rains in Bergen.")
            one.library.add_file("snow.md", b"It snows in Oslo.")
            assert one.library.busy
        one.settled()
        reports = [update for update in one.updates if isinstance(update, IndexReport)]
        assert len(reports) == len(one.updates) <= 2
        assert {"rain.md", "snow.md"} <= {id_ for report in reports for id_ in report.added}


def test_what_a_failed_update_left_is_done_with_the_next_change(settings: Settings) -> None:
    with changing(settings) as one:
        one.library.add_file("rain.md", b"It rains in Bergen.")
        assert isinstance(one.settled(), IndexReport)
        database = settings.index / NAME
        whole = database.read_bytes()
        database.write_bytes(b"No database." * 1000)
        one.library.add_file("snow.md", b"It snows in Oslo.")
        assert isinstance(one.settled(), IndexCorrupt)
        database.write_bytes(whole)
        one.library.add_file("fog.md", b"Fog lies over Narva.")
        report = one.settled()
        assert isinstance(report, IndexReport)
        assert report.added == ("fog.md", "snow.md")


def test_a_library_that_closes_gives_up_its_update(settings: Settings) -> None:
    settings.index.mkdir()
    with changing(settings) as one, FileLock(settings.index / LOCK):
        one.library.add_file("rain.md", b"It rains in Bergen.")
        one.library.close()
        assert (one.library.busy, one.updates) == (False, [])


def test_the_page_is_told_in_json(settings: Settings) -> None:
    async def ask(method: str, url: str, **options: Any) -> httpx.Response:
        app = Starlette(routes=routes(one.library))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://evqa") as client:
            return await client.request(method, url, **options)

    def post(url: str, **options: Any) -> Any:
        return asyncio.run(ask("POST", url, **options)).json()

    with changing(settings) as one:
        named = {"params": {"name": "rain<b>.md"}, "content": b"It rains."}
        assert post("/library/file", **named) == {
            "changed": True,
            "said": "rain<b>.md was added to the corpus.",
        }
        assert post("/library/remove", content="rain<b>.md") == {
            "changed": True,
            "said": "rain<b>.md was removed from the corpus.",
        }
        assert post("/library/page", content="rain") == {
            "changed": False,
            "said": "'rain' is no web address. Write it with its http:// or https://.",
        }
        assert asyncio.run(ask("GET", "/library/file")).status_code == 405
        one.settled()
