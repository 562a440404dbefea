from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLES, FERRY, WordEmbedder, WordReranker, build, write_corpus

import evqa
from evqa.assistant import Assistant
from evqa.errors import QuestionError
from evqa.filters import NO_FILTERS, Filters, Listed, read_filters
from evqa.indexing import update_index
from evqa.retrieval import Retriever
from evqa.settings import Settings
from evqa.store import Store
from evqa.vectors import FaissIndex
from evqa.web.transcripts import as_markdown, read_transcript, transcript

MINUTES = "How many minutes does the ferry crossing take?"
DIGEST = """\
---
title: The ferry is slower, the Courier reports
source: evqa digest
published: 2026-11-24
language: en-GB
reports_on:
  outlet: Harbour Courier
  published: 2025-03-09
---

The ferry crossing takes 19 minutes when the wind is strong, the Harbour Courier reports.
"""
FERRY_LISTED = Listed(
    "ferry.md",
    "Harbour ferry returns to service",
    "Port Gazette",
    "Port Gazette",
    date(2025, 3, 4),
    "",
    1,
)
DIGEST_LISTED = Listed(
    "digest.md",
    "The ferry is slower, the Courier reports",
    "Harbour Courier",
    "evqa digest",
    date(2025, 3, 9),
    "en-GB",
    1,
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("filters")
    write_corpus(folder / "corpus", {**ARTICLES, "digest.md": DIGEST})
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    update_index(settings)
    with Assistant.open(settings) as assistant:
        yield assistant


def test_articles_are_listed_without_their_texts(asked: Assistant) -> None:
    bridge, bees, digest, ferry = asked.listed()
    assert (digest, ferry) == (DIGEST_LISTED, FERRY_LISTED)
    assert bees == Listed(
        "bees.txt", "City beekeepers count their hives", "", "", date(2024, 6, 3), "", 1
    )
    assert (bridge.id, bridge.told_on) == ("archiv/brücke.md", None)


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (NO_FILTERS, (True, True)),
        (Filters(outlets=("port  gazette",)), (True, False)),
        (Filters(outlets=("Harbour Courier",)), (False, True)),
        (Filters(outlets=("EVQA digest",)), (False, True)),
        (Filters(outlets=("Port Gazette", "Harbour Courier")), (True, True)),
        (Filters(published_from=date(2025, 3, 4)), (True, True)),
        (Filters(published_from=date(2025, 3, 5)), (False, True)),
        (Filters(published_to=date(2025, 3, 8)), (True, False)),
        (Filters(languages=("EN",)), (False, True)),
        (Filters(languages=("en-US",)), (False, False)),
        (Filters(articles=("ferry.md", "x")), (True, False)),
        (Filters(articles=("ferry.md",), published_from=date(2026, 1, 1)), (False, False)),
    ],
)
def test_an_article_passes_all_that_is_asked_for(
    filters: Filters, admitted: tuple[bool, bool]
) -> None:
    assert (filters.admits(FERRY_LISTED), filters.admits(DIGEST_LISTED)) == admitted


def test_an_article_without_a_day_does_not_pass_where_days_are_asked_for() -> None:
    undated = replace(FERRY_LISTED, told_on=None)
    assert NO_FILTERS.admits(undated)
    assert not Filters(published_to=date.max).admits(undated)


def test_filters_are_read_and_said() -> None:
    filters = read_filters(["Port Gazette", "Courier"], "2025-03-01", "2025-03-31", ["en"], ["a"])
    assert filters == Filters(
        ("Port Gazette", "Courier"), date(2025, 3, 1), date(2025, 3, 31), ("en",), ("a",)
    )
    assert filters.words == (
        "of Port Gazette or Courier, from 2025-03-01 to 2025-03-31, in the language en, out of a"
    )
    assert Filters(articles=("a", "b", "c", "d")).words == "out of 4 chosen ones"
    assert Filters(published_to=date(2025, 3, 1)).words == "to 2025-03-01"
    assert filters.to_dict() == {
        "outlets": ["Port Gazette", "Courier"],
        "published_from": "2025-03-01",
        "published_to": "2025-03-31",
        "languages": ["en"],
        "articles": ["a"],
    }
    assert (bool(filters), bool(NO_FILTERS), read_filters()) == (True, False, NO_FILTERS)


@pytest.mark.parametrize(
    ("first", "last", "line"),
    [
        ("2026-02-31", "", "'2026-02-31' is no day. Write it as 2026-02-11."),
        ("", "soon", "'soon' is no day. Write it as 2026-02-11."),
        (
            "2026-02-12",
            "2026-02-11",
            "No day is from 2026-02-12 to 2026-02-11. Give the earlier one first.",
        ),
    ],
)
def test_what_is_no_day_is_told(first: str, last: str, line: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read_filters(published_from=first, published_to=last)
    assert str(caught.value) == line


def test_an_answer_is_from_the_articles_asked_and_says_so(asked: Assistant) -> None:
    filters = Filters(outlets=("Harbour Courier",))
    answer = asked.ask(MINUTES, filters=filters)
    assert {quote.article_id for quote in answer.quotes} == {"digest.md"}
    assert "19 minutes" in answer.quotes[0].text
    assert {hit.article.id for hit in answer.hits} == {"digest.md"}
    assert answer.filters == filters
    assert answer.text.endswith("\nLooked for among articles of Harbour Courier.")
    assert "17 minutes" in asked.ask(MINUTES, filters=Filters(outlets=("Port Gazette",))).text
    assert {hit.article.id for hit in asked.search("ferry", 9, filters)} == {"digest.md"}


def test_a_refusal_says_of_which_articles_it_is(asked: Assistant) -> None:
    bees = Filters(articles=("bees.txt",))
    answer = asked.ask("How many minutes does the Solveig take?", filters=bees)
    assert (answer.answered, answer.text, answer.unknown_names) == (
        False,
        "The articles don't say, among those out of bees.txt. None of them mentions Solveig.",
        ("Solveig",),
    )
    assert {hit.article.id for hit in answer.hits} == {"bees.txt"}


def test_filters_that_leave_no_article_are_told(asked: Assistant) -> None:
    with pytest.raises(QuestionError) as caught:
        asked.ask(MINUTES, filters=Filters(outlets=("Port Gazete",)))
    assert str(caught.value) == "There are no articles of Port Gazete. Ask of others."


def test_an_export_says_of_which_articles_an_answer_is(asked: Assistant) -> None:
    filters = Filters(outlets=("Harbour Courier",), published_from=date(2025, 3, 1))
    answer = asked.ask(MINUTES, filters=filters)
    kept = transcript([answer], asked.article)
    assert kept["exchanges"][0]["filters"] == filters.to_dict()
    assert read_transcript(kept)[0][0].filters == filters
    del kept["exchanges"][0]["filters"]  # as evqa kept it before there were filters
    assert read_transcript(kept)[0][0].filters == NO_FILTERS
    line = "Looked for among articles of Harbour Courier, from 2025-03-01."
    assert f"\n{line}\n" in as_markdown([answer], date(2026, 1, 1))


def test_the_module_asks_with_filters_too(
    asked: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVQA_CORPUS", str(asked.settings.corpus))
    monkeypatch.setenv("EVQA_INDEX", str(asked.settings.index))
    answer = evqa.ask(MINUTES, filters=evqa.Filters(outlets=("Harbour Courier",)))
    assert "19 minutes" in answer.text


def test_a_rare_article_is_found_among_many_that_fit_better(tmp_path: Path) -> None:
    many = {f"ferry-{n}.txt": f"The ferry crossing takes {n} minutes." for n in range(200)}
    build(tmp_path, {**many, "rare.txt": "A ferry of another kind swims in a bath for hours."})
    with closing(Store(tmp_path)) as store:
        searched = Retriever(store, WordEmbedder(), WordReranker())
        hits = searched.search(MINUTES, 5, within={"rare.txt"})
        assert [hit.article.id for hit in hits] == ["rare.txt"]
        hits = searched.search(MINUTES, 5, within={"rare.txt", "ferry-7.txt", "ferry-9.txt"})
        assert {hit.article.id for hit in hits} == {"rare.txt", "ferry-7.txt", "ferry-9.txt"}
        assert searched.search("ferry", 5, within=set()) == []


def test_a_story_is_told_by_the_articles_asked(tmp_path: Path) -> None:
    reprint = FERRY.replace("Port Gazette", "Island Post").replace("2025-03-04", "2025-03-05")
    build(tmp_path, {"ferry.md": FERRY, "reprint.md": reprint})
    with closing(Store(tmp_path)) as store:
        searched = Retriever(store, WordEmbedder(), WordReranker())
        (both,) = searched.search(MINUTES, 5)
        assert (both.article.id, both.also_in) == ("ferry.md", ("reprint.md",))
        (one,) = searched.search(MINUTES, 5, within={"reprint.md"})
        assert (one.article.id, one.also_in) == ("reprint.md", ())


@given(st.sets(st.integers(0, 299), max_size=20), st.sampled_from([10, 1000]))
def test_vectors_are_found_wherever_they_lie(within: set[int], exact_below: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(300, 8)).astype(np.float32)
    index = FaissIndex.build(np.arange(300), vectors, exact_below)
    found = index.search(vectors[0], 20, within=np.array(sorted(within), dtype=np.int64))
    assert {id_ for id_, _ in found} == within
