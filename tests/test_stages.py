"""A long update can be asked on its way: first by vectors that stand in, then by more and more."""

import math
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from samples import WordEmbedder, WordReranker, update_killed, write_corpus
from states import state_of, update
from typer.testing import CliRunner

from evqa import static_embedding
from evqa.cli import app
from evqa.index.verify import verify_index
from evqa.indexing import Stages, index_status, update_with
from evqa.onnx import Floats
from evqa.retrieval import Retriever
from evqa.settings import STATIC_EMBEDDING_MODEL, Settings
from evqa.static_embedding import WORDLLAMA
from evqa.store import Store

AT_ONCE = Stages(above=0, seconds=0, share=math.inf)
DAYS = {
    f"day-{n}.txt": "".join(
        f"On day {n} of round {k} a cyclist rode {n * 31 + k} miles through rain {n}x{k}. "
        for k in range(16)
    )
    for n in range(40)
}
DOCTOR = "The doctor of the village treated ninety patients in her small hospital this winter."
CORPUS = {**DAYS, "village.txt": DOCTOR}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_corpus(tmp_path / "corpus", CORPUS)
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", chunk_tokens=32)


@dataclass
class Watched(WordEmbedder):
    """Calls `look` before it embeds, and keeps what it was given."""

    look: Callable[[], object] = lambda: None
    texts: list[str] = field(default_factory=list)

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        self.look()
        self.texts += texts
        return super().embed_documents(texts)


def found(settings: Settings, question: str) -> list[str]:
    """The ids of the articles that a question finds, best first."""
    with closing(Store(settings.index)) as store:
        retriever = Retriever(store, WordEmbedder(), WordReranker())
        return [hit.article.id for hit in retriever.search(question, 5)]


def candidates(settings: Settings, question: str) -> set[str]:
    """The ids of the articles that the reranker would be given."""
    with closing(Store(settings.index)) as store:
        retriever = Retriever(store, WordEmbedder(), WordReranker())
        return {hit.article.id for hit in retriever.candidates(question, 5)}


def test_every_stage_is_whole_and_finds_all_articles(settings: Settings) -> None:
    stages: dict[int, int] = {}

    def look() -> None:
        status = index_status(settings)
        if status.generation in stages:
            return
        stages[status.generation] = status.waiting
        assert (status.articles, status.stale) == (41, ())
        assert verify_index(settings) == []
        for number in (0, 20, 39):
            assert found(settings, f"Who rode through rain {number}x7?")[0] == f"day-{number}.txt"
        # It is embedded last, and shares no word with the question.
        assert "village.txt" in candidates(settings, "Which physician healed sick people?")

    report = update_with(Watched(look), settings, stages=AT_ONCE)
    passages = report.passages
    assert list(stages.values()) == [passages, passages - 256, passages - 512]
    assert index_status(settings).waiting == 0
    assert verify_index(settings) == []
    rebuilt = settings.model_copy(update={"index": settings.index.with_name("rebuilt")})
    update(rebuilt)
    assert state_of(settings) == state_of(rebuilt)


class Stopped(Exception):
    pass


def stop_after(calls: int) -> Watched:
    """An embedder that is stopped in the middle of an update."""

    def look() -> None:
        if len(embedder.texts) >= 16 * calls:
            raise Stopped

    embedder = Watched(look)
    return embedder


def test_an_update_goes_on_from_the_last_stage_whatever_changed_since(settings: Settings) -> None:
    stopped = stop_after(20)
    with pytest.raises(Stopped):
        update_with(stopped, settings, stages=AT_ONCE)
    status = index_status(settings)
    assert status.waiting == status.passages - 256
    (settings.corpus / "day-1.txt").unlink()
    (settings.corpus / "day-30.txt").unlink()
    edited = DAYS["day-2.txt"].replace("a cyclist", "a courier")
    new = DOCTOR.replace("village", "town")
    write_corpus(settings.corpus, {"day-2.txt": edited, "new.txt": new})
    again = stop_after(3)
    with pytest.raises(Stopped):
        update_with(again, settings, stages=AT_ONCE)
    assert verify_index(settings) == []
    assert set(again.texts).isdisjoint(stopped.texts)
    assert found(settings, "Which courier rode on day 2?")[0] == "day-2.txt"
    assert not any("day-30.txt" in found(settings, f"rain 30x{k}?") for k in range(16))
    last = Watched()
    update_with(last, settings)
    assert set(last.texts).isdisjoint([*stopped.texts, *again.texts])
    assert (index_status(settings).waiting, verify_index(settings)) == (0, [])
    rebuilt = settings.model_copy(update={"index": settings.index.with_name("rebuilt")})
    update(rebuilt)
    assert state_of(settings) == state_of(rebuilt)


def test_a_stage_whose_vector_files_are_lost_shows_the_same(settings: Settings) -> None:
    with pytest.raises(Stopped):
        update_with(stop_after(20), settings, stages=AT_ONCE)
    before = state_of(settings)
    for path in settings.index.glob("vectors-*.faiss"):
        path.unlink()
        assert state_of(settings) == before


def test_status_says_how_far_the_embedding_is(settings: Settings) -> None:
    with pytest.raises(Stopped):
        update_with(stop_after(20), settings, stages=AT_ONCE)
    passages = index_status(settings).passages
    options = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    said = CliRunner().invoke(app, ["status", *options]).stdout
    assert f"256 of {passages} passages have their final vectors" in said
    update(settings)
    assert "final vectors" not in CliRunner().invoke(app, ["status", *options]).stdout


def test_a_kill_between_stages_leaves_the_last_one(settings: Settings, tmp_path: Path) -> None:
    assert (
        update_killed(tmp_path, 20, "stages=Stages(above=0, seconds=0, share=9e9)")
        == -signal.SIGKILL
    )
    status = index_status(settings)
    assert status.waiting == status.passages - 256
    assert verify_index(settings) == []
    embedder = Watched()
    update_with(embedder, settings)
    assert 0 < len(embedder.texts) <= status.waiting
    rebuilt = settings.model_copy(update={"index": tmp_path / "rebuilt"})
    update(rebuilt)
    assert state_of(settings) == state_of(rebuilt)


def test_an_index_that_is_made_anew_serves_until_then(settings: Settings) -> None:
    update(settings)
    seen = set()
    embedder = Watched(lambda: seen.add(index_status(settings).generation))
    update_with(embedder, settings, rebuild=True, stages=AT_ONCE)
    assert seen == {1}


def test_the_static_model_and_few_texts_need_no_stages(settings: Settings) -> None:
    static = settings.model_copy(update={"embedding_model": STATIC_EMBEDDING_MODEL})
    update_with(WordEmbedder(), static, stages=AT_ONCE)
    assert index_status(static).generation == 1
    few = settings.model_copy(update={"index": settings.index.with_name("few")})
    update_with(WordEmbedder(), few)
    assert index_status(few).generation == 1


def test_without_the_static_model_there_are_no_stages(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_embedding, "WORDLLAMA", replace(WORDLLAMA, package="no_such_one"))
    update_with(WordEmbedder(), settings, stages=AT_ONCE)
    status = index_status(settings)
    assert (status.generation, status.waiting) == (1, 0)
