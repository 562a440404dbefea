import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from samples import ARTICLES, WordEmbedder, update_killed, write_corpus
from states import state_of, update

from evqa.errors import IndexNotFound
from evqa.index.pending import Pending
from evqa.indexing import update_with
from evqa.onnx import Floats
from evqa.settings import Settings
from evqa.static_embedding import StaticEmbedder
from evqa.store import Store

LONG = {
    f"{n}.txt": "".join(f"On day {n} Mara rides in the rain of week {k}. " for k in range(8))
    for n in range(30)
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_corpus(tmp_path / "corpus", ARTICLES | LONG)
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", chunk_tokens=32)


class StoppedEmbedder(WordEmbedder):
    """Is interrupted after a number of calls, as by Ctrl-C, and keeps what it was given."""

    def __init__(self, calls: int = 10**9) -> None:
        self.calls = calls
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        if not self.calls:
            raise KeyboardInterrupt
        self.calls -= 1
        self.texts += texts
        return super().embed_documents(texts)


def kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "pending.sqlite")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
    return int(count)


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_interrupted_update_is_taken_up_where_it_stopped(
    settings: Settings, rebuild: bool
) -> None:
    stopped = StoppedEmbedder(calls=3)
    with pytest.raises(KeyboardInterrupt):
        update_with(stopped, settings, rebuild=rebuild)
    with pytest.raises(IndexNotFound):
        Store(settings.index)
    assert kept(settings.index) == len(stopped.texts) == 48
    again = StoppedEmbedder()
    steps: list[tuple[int, int]] = []
    report = update_with(
        again, settings, rebuild=rebuild, progress=lambda done, total: steps.append((done, total))
    )
    assert set(again.texts).isdisjoint(stopped.texts)
    assert report.tokens_embedded > 0
    assert steps[0] == (0, steps[-1][0])
    assert len(again.texts) + len(stopped.texts) == steps[-1][1]
    assert not list(settings.index.glob("pending.sqlite*"))
    whole = settings.model_copy(update={"index": settings.index.with_name("whole")})
    update(whole)
    assert state_of(settings) == state_of(whole)


def test_vectors_that_are_quickly_made_are_not_kept(settings: Settings) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    static = StaticEmbedder()
    with pytest.raises(KeyboardInterrupt):
        update_with(static, settings, progress=stop)
    assert kept(settings.index) == 0
    report = update_with(static, settings, only=[Path("0.txt")])
    assert len(report.added) == len(ARTICLES | LONG)
    assert not list(settings.index.glob("pending.sqlite*"))


def test_an_interrupted_update_leaves_the_last_good_index(settings: Settings) -> None:
    update(settings)
    before = state_of(settings)
    write_corpus(settings.corpus, {"new.txt": "Ethanol is made of maize. " * 99})
    with pytest.raises(KeyboardInterrupt):
        update_with(StoppedEmbedder(calls=0), settings)
    assert state_of(settings) == before


def test_a_killed_update_keeps_what_was_embedded(settings: Settings, tmp_path: Path) -> None:
    assert update_killed(tmp_path, at_call=4) == -signal.SIGKILL
    count = kept(settings.index)
    assert count >= 16
    embedder = StoppedEmbedder()
    update_with(embedder, settings)
    whole = StoppedEmbedder()
    update_with(whole, settings.model_copy(update={"index": tmp_path / "whole"}))
    assert len(embedder.texts) == len(whole.texts) - count


def test_vectors_of_another_model_are_not_taken(tmp_path: Path) -> None:
    with Pending(tmp_path, "one") as pending:
        pending.keep({b"a": b"1", b"b": b"2"})
        assert pending.found([b"a", b"c"]) == {b"a": b"1"}
    with Pending(tmp_path, "other") as pending:
        assert pending.found([b"a"]) == {}
    with Pending(tmp_path, "one") as pending:
        assert pending.found([b"a", b"b"]) == {b"a": b"1", b"b": b"2"}


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pending.sqlite").write_bytes(content)
    with Pending(tmp_path, "one") as pending:
        pending.keep({b"a": b"1"})
        assert pending.found([b"a"]) == {b"a": b"1"}
