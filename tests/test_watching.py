import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from samples import write_corpus

from evqa.errors import CorpusError, EvqaError, IndexLocked, IndexMismatch, IndexNotFound
from evqa.index.writer import writing
from evqa.indexing import update_index
from evqa.records import IndexReport
from evqa.settings import Settings
from evqa.store import Store
from evqa.watching import watch

SECONDS = 60


@dataclass
class Watch:
    """A running watch, with what it told so far."""

    settings: Settings
    stop: threading.Event = field(default_factory=threading.Event)
    told: list[IndexReport | EvqaError] = field(default_factory=list)
    raised: list[EvqaError] = field(default_factory=list)

    def run(self) -> None:
        try:
            watch(self.settings, self.stop, self.told.append)
        except EvqaError as error:
            self.raised.append(error)

    def reports(self) -> list[IndexReport]:
        return [told for told in self.told if isinstance(told, IndexReport)]

    def errors(self) -> list[EvqaError]:
        return [told for told in self.told if isinstance(told, EvqaError)]

    def changes(self) -> list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
        """What was added, updated and removed by every update."""
        return [(one.added, one.updated, one.removed) for one in self.reports()]

    def indexed(self) -> set[str]:
        with closing(Store(self.settings.index)) as store:
            return set(store.hashes())


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def watching(settings: Settings) -> Iterator[Watch]:
    running = Watch(settings)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield running
    finally:
        running.stop.set()
        thread.join(SECONDS)
        assert not thread.is_alive()


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    return Settings(corpus=corpus, index=tmp_path / "index", embedding_model="static")


def test_articles_that_come_change_and_go_are_followed(settings: Settings) -> None:
    everything = ("archiv/brücke.md", "bees.txt", "ferry.md")
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        write_corpus(settings.corpus, {"new/rain.md": "It rains in Bergen."})
        until(lambda: len(running.reports()) == 2)
        write_corpus(settings.corpus, {"new/rain.md": "It snows in Bergen."})
        until(lambda: len(running.reports()) == 3)
        (settings.corpus / "bees.txt").unlink()
        until(lambda: len(running.reports()) == 4)
        (settings.corpus / "new").rename(settings.corpus.parent / "elsewhere")
        until(lambda: len(running.reports()) == 5)
        assert running.indexed() == {"archiv/brücke.md", "ferry.md"}
    assert running.changes() == [
        (everything, (), ()),
        (("new/rain.md",), (), ()),
        ((), ("new/rain.md",), ()),
        ((), (), ("bees.txt",)),
        ((), (), ("new/rain.md",)),
    ]
    assert (running.errors(), running.raised) == ([], [])


def test_a_burst_of_changes_is_one_update(settings: Settings) -> None:
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        for number in range(30):
            write_corpus(settings.corpus, {f"{number:02}.md": f"It rains in town {number}."})
        until(lambda: len(running.reports()) == 2)
    assert running.changes()[1:] == [(tuple(f"{number:02}.md" for number in range(30)), (), ())]


def test_what_evqa_and_editors_write_beside_the_articles_is_no_change(corpus: Path) -> None:
    inside = Settings(corpus=corpus, index=corpus / "index", embedding_model="static")
    with watching(inside) as running:
        until(lambda: len(running.reports()) == 1)
        write_corpus(corpus, {".draft.md": "No.", ".git/x.md": "No.", "a.pdf.extracted.md": "No."})
        (corpus / "index" / "scratch.md").write_text("No.")
        time.sleep(3)
        assert len(running.told) == 1


def test_a_file_that_cannot_be_read_is_reported_and_watched_on(settings: Settings) -> None:
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        write_corpus(settings.corpus, {"empty.md": ""})
        until(lambda: len(running.reports()) == 2)
        write_corpus(settings.corpus, {"empty.md": "No longer."})
        until(lambda: len(running.reports()) == 3)
    assert [[one.article_id for one in report.failed] for report in running.reports()] == [
        [],
        ["empty.md"],
        [],
    ]


def test_a_locked_index_is_told_once_and_tried_again(settings: Settings) -> None:
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        with closing(Store(settings.index)) as store:
            built_by = store.manifest.built_by
        with writing(settings.index, built_by):
            write_corpus(settings.corpus, {"rain.md": "It rains in Bergen."})
            until(lambda: len(running.errors()) == 1)
            time.sleep(2.5)
        until(lambda: len(running.reports()) == 2)
    assert [type(error) for error in running.errors()] == [IndexLocked]
    assert running.changes()[1:] == [(("rain.md",), (), ())]


def test_another_error_waits_for_the_next_change(settings: Settings) -> None:
    other = settings.model_copy(update={"chunk_tokens": 128})
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        update_index(other, rebuild=True)
        write_corpus(settings.corpus, {"rain.md": "It rains in Bergen."})
        until(lambda: len(running.errors()) == 1)
        update_index(settings, rebuild=True)
        write_corpus(settings.corpus, {"snow.md": "It snows in Bergen."})
        until(lambda: len(running.reports()) == 2)
    assert [type(error) for error in running.errors()] == [IndexMismatch]
    assert running.changes()[1:] == [(("snow.md",), (), ())]


def test_an_empty_corpus_waits_for_its_first_article(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    settings = Settings(
        corpus=tmp_path / "corpus", index=tmp_path / "index", embedding_model="static"
    )
    with watching(settings) as running:
        until(lambda: len(running.errors()) == 1)
        write_corpus(settings.corpus, {"rain.md": "It rains in Bergen."})
        until(lambda: len(running.reports()) == 1)
    assert running.changes() == [(("rain.md",), (), ())]


def test_a_corpus_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    nowhere = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with pytest.raises(CorpusError) as caught:
        watch(nowhere, threading.Event(), lambda _: None)
    assert caught.value.message.startswith(f"The corpus folder {nowhere.corpus} cannot be watched")
    assert not nowhere.index.exists()


def test_a_corpus_that_goes_away_ends_the_watch(settings: Settings) -> None:
    with watching(settings) as running:
        until(lambda: len(running.reports()) == 1)
        settings.corpus.rename(settings.corpus.with_name("elsewhere"))
        until(lambda: bool(running.raised))
    assert running.raised[0].message == f"There is no corpus folder {settings.corpus}."
    assert running.indexed() == {"archiv/brücke.md", "bees.txt", "ferry.md"}


def test_a_watch_that_is_stopped_in_an_update_leaves_the_index_as_it_was(
    corpus: Path, tmp_path: Path
) -> None:
    for number in range(200):
        write_corpus(corpus, {f"{number}.txt": f"It rains in town {number}. " * 60})
    slow = Settings(corpus=corpus, index=tmp_path / "index")
    with watching(slow) as running:
        until(lambda: (slow.index / ".lock").exists())
    assert (running.told, running.raised) == ([], [])
    with pytest.raises(IndexNotFound):
        Store(slow.index)
