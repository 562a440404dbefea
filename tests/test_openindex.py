from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from samples import write_corpus

from evqa.errors import IndexNotFound, IndexStoreError
from evqa.indexing import update_index
from evqa.settings import Settings
from evqa.web.openindex import OpenIndex

MINUTES = "How many minutes does the ferry crossing take?"


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    made = Settings(corpus=corpus, index=tmp_path / "index", embedding_model="static")
    update_index(made)
    return made


@pytest.fixture
def index(settings: Settings) -> Iterator[OpenIndex]:
    with closing(OpenIndex(settings)) as opened:
        yield opened


def change(settings: Settings) -> None:
    write_corpus(settings.corpus, {"ferry.md": "The ferry crossing takes 23 minutes."})
    update_index(settings)


def test_all_who_ask_share_one_assistant(index: OpenIndex) -> None:
    with index.lend() as one, index.lend() as other:
        assert one is other
    with index.lend() as later:
        assert later is one
        assert "17 minutes" in later.ask(MINUTES).text


def test_a_changed_index_is_opened_anew_and_the_one_before_kept_while_it_is_used(
    index: OpenIndex, settings: Settings
) -> None:
    with index.lend() as before:
        with index.lend() as same:
            change(settings)
            with index.lend() as after:
                assert "23 minutes" in after.ask(MINUTES).text
            assert "17 minutes" in same.ask(MINUTES).text
        assert "17 minutes" in before.ask(MINUTES).text
    with pytest.raises(IndexStoreError):
        before.ask(MINUTES)
    assert "23 minutes" in after.ask(MINUTES).text


def test_an_index_that_nobody_uses_is_closed_when_it_has_changed(
    index: OpenIndex, settings: Settings
) -> None:
    with index.lend() as before:
        pass
    change(settings)
    with index.lend() as after:
        assert "23 minutes" in after.ask(MINUTES).text
    with pytest.raises(IndexStoreError):
        before.ask(MINUTES)


def test_there_has_to_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        OpenIndex(Settings(index=tmp_path / "nowhere"))
