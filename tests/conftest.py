"""What all tests share: no setting and no download from outside, and models that load once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from samples import CORPUS, write_corpus

from evqa.assistant import Assistant
from evqa.embedding import OnnxEmbedder
from evqa.indexing import update_index
from evqa.reranking import OnnxReranker
from evqa.settings import Settings

os.environ["HF_HUB_OFFLINE"] = "1"
for variable in [name for name in os.environ if name.upper().startswith("EVQA_")]:
    del os.environ[variable]

# The same examples on every run and every machine: a test that failed can be run again.
settings.register_profile("evqa", derandomize=True, deadline=None, max_examples=200, database=None)
settings.load_profile("evqa")


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="session")
def reranker() -> OnnxReranker:
    return OnnxReranker()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of three small articles that a test may change."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture(scope="session")
def flagship(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with an index of the repository's own corpus; no test may change it."""
    chosen = Settings(corpus=CORPUS, index=tmp_path_factory.mktemp("flagship") / "index")
    assert update_index(chosen).failed == ()
    return chosen


@pytest.fixture(scope="session")
def assistant(flagship: Settings) -> Iterator[Assistant]:
    """An assistant over the repository's own corpus."""
    with Assistant.open(flagship) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright's event loop runs until the end, and allows no other."""
    items.sort(key=lambda item: "browser" in item.path.parent.parts)
