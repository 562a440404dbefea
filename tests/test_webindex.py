import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from samples import write_corpus

from evqa.assistant import Assistant
from evqa.errors import CorpusError, ServerBusy
from evqa.indexing import update_index
from evqa.settings import Settings
from evqa.web import cards
from evqa.web.webindex import ANSWERS_AT_ONCE, MOST_WAITING, ServedIndex

SECONDS = 60
MINUTES = "How many minutes does the ferry crossing take?"


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def serving(settings: Settings) -> Iterator[ServedIndex]:
    served = ServedIndex(settings)
    served.begin()
    try:
        yield served
    finally:
        served.close()


def ids(assistant: Assistant) -> list[str]:
    return assistant.article_ids()


def minutes(assistant: Assistant) -> str:
    return assistant.ask(MINUTES).text


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    return Settings(corpus=corpus, index=tmp_path / "index", embedding_model="static")


def test_the_index_is_made_and_opened(settings: Settings) -> None:
    with serving(settings) as served:
        asyncio.run(served.opened())
        assert (served.finished, served.ready, served.kept_up) == (True, True, False)
        assert served.status == cards.collection(3, 3)
        assert "17 minutes" in asyncio.run(served.use(minutes))


def test_the_corpus_is_watched_only_while_that_is_wanted(settings: Settings) -> None:
    with serving(settings) as served:
        asyncio.run(served.opened())
        for _ in range(2):
            served.keep_up(True)
            assert served.kept_up
        write_corpus(settings.corpus, {"rain.md": "It rains in Bergen.", "empty.md": ""})
        until(lambda: "4 articles, 4 passages" in served.status)
        assert "1 file could not be read" in served.status
        for _ in range(2):
            served.keep_up(False)
            assert not served.kept_up
        served.keep_up(True)
        (settings.corpus / "bees.txt").unlink()
        until(lambda: "3 articles, 3 passages" in served.status)
        assert asyncio.run(served.use(ids)) == [
            "archiv/brücke.md",
            "ferry.md",
            "rain.md",
        ]


def test_a_corpus_that_goes_away_is_told_and_no_longer_watched(settings: Settings) -> None:
    with serving(settings) as served:
        asyncio.run(served.opened())
        served.keep_up(True)
        write_corpus(settings.corpus, {"rain.md": "It rains in Bergen."})
        until(lambda: "4 articles, 4 passages" in served.status)
        settings.corpus.rename(settings.corpus.with_name("elsewhere"))
        until(lambda: not served.kept_up)
        assert "There is no corpus folder" in served.status
        assert "17 minutes" in asyncio.run(served.use(minutes))


def test_an_index_that_cannot_be_made_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Settings(corpus=tmp_path / "nowhere", index=tmp_path / "index")) as served:
        with pytest.raises(CorpusError):
            asyncio.run(served.opened())
        assert (served.finished, served.ready) == (True, False)
        assert 'role="alert"' in served.status
    assert capsys.readouterr().err.startswith("evqa: There is no corpus folder ")


def test_only_so_many_wait_and_those_who_give_up_make_room(settings: Settings) -> None:
    may_end = threading.Event()
    done: list[int] = []

    def work(number: int) -> Callable[[Assistant], None]:
        def wait(assistant: Assistant) -> None:
            assert may_end.wait(SECONDS)
            done.append(number)

        return wait

    async def visit(served: ServedIndex) -> None:
        waiting = [asyncio.create_task(served.use(work(n))) for n in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(ServerBusy) as caught:
            await served.use(work(-1))
        assert str(caught.value) == "evqa is busy: 64 questions are waiting. Ask again in a minute."
        await served.opened()
        waiting.pop().cancel()
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(served.use(work(MOST_WAITING))))
        may_end.set()
        await asyncio.gather(*waiting)

    with serving(settings) as served:
        asyncio.run(visit(served))
    assert sorted(done) == [*range(MOST_WAITING - 1), MOST_WAITING]


def test_two_are_answered_at_once_and_the_third_after_one_of_them(settings: Settings) -> None:
    met = threading.Barrier(ANSWERS_AT_ONCE)
    asked: list[int] = []

    def meet(number: int) -> Callable[[Assistant], int]:
        def work(assistant: Assistant) -> int:
            met.wait(SECONDS)
            asked.append(number)
            return len(assistant.articles())

        return work

    async def visit(served: ServedIndex) -> list[int]:
        return await asyncio.gather(*(served.use(meet(n)) for n in range(2 * ANSWERS_AT_ONCE)))

    with serving(settings) as served:
        assert asyncio.run(visit(served)) == [3, 3, 3, 3]
    assert set(asked[:ANSWERS_AT_ONCE]) == {0, 1}


def test_what_can_wait_does_so_until_nobody_asks(settings: Settings) -> None:
    done: list[str] = []

    async def visit(served: ServedIndex) -> None:
        await served.opened()
        visitors = [
            asyncio.create_task(served.use(lambda _: done.append("visitor"))) for _ in range(9)
        ]
        await asyncio.sleep(0)
        await served.use_when_idle(lambda _: done.append("idle"))
        await asyncio.gather(*visitors)

    with serving(settings) as served:
        asyncio.run(visit(served))
    assert done == ["visitor"] * 9 + ["idle"]


def test_what_another_process_does_to_the_index_is_noticed(settings: Settings) -> None:
    with serving(settings) as served:
        asyncio.run(served.opened())
        version = served.version
        served.look_again()
        assert served.version == version
        write_corpus(settings.corpus, {"rain.md": "It rains in Bergen for 240 days."})
        update_index(settings)
        served.look_again()
        assert (served.version, served.status) == (version + 1, cards.collection(4, 4))
        served.look_again()
        assert served.version == version + 1


def test_what_the_library_changes_is_served(settings: Settings) -> None:
    (settings.corpus / "empty.md").touch()
    (settings.corpus / "blank.md").touch()
    with serving(settings) as served:
        asyncio.run(served.opened())
        version = served.version
        served.library.add_file("rain.md", b"It rains in Bergen for 240 days.")
        served.library.remove("bees.txt")
        served.library.remove("blank.md")
        until(lambda: not served.library.busy)
        assert served.version > version
        assert asyncio.run(served.use(ids)) == [
            "archiv/brücke.md",
            "ferry.md",
            "rain.md",
        ]
        assert [one.article_id for one in served.failed] == ["empty.md"]
        assert served.progress is None


def test_an_index_that_could_not_be_made_is_once_there_are_articles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(
        corpus=tmp_path / "corpus", index=tmp_path / "index", embedding_model="static"
    )
    with serving(settings) as served:
        with pytest.raises(CorpusError):
            asyncio.run(served.opened())
        served.library.add_file("rain.md", b"It rains in Bergen.")
        until(lambda: not served.library.busy)
        assert served.ready
        assert served.status == cards.collection(1, 1)
        assert asyncio.run(served.use(ids)) == ["rain.md"]
    assert capsys.readouterr().err.startswith("evqa: There is no corpus folder ")
