from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ARTICLES, BEES, WordEmbedder, WordReranker, build

from evqa.records import Hit
from evqa.retrieval import LEXICAL_WEIGHT, Retriever, fuse, with_title
from evqa.store import Store

COPY = BEES.replace("Tomas Okafor", "Rita Moser")
NUMBERS = {
    f"day-{n}.txt": f"On day {n} of the trial, car number {n}-{n * 7} left." for n in range(9)
}


def retriever(folder: Path, articles: dict[str, str]) -> Iterator[Retriever]:
    build(folder, articles)
    with closing(Store(folder)) as store:
        yield Retriever(store, WordEmbedder(), WordReranker())


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    articles = {**ARTICLES, **NUMBERS, "copy.txt": COPY}
    yield from retriever(tmp_path_factory.mktemp("retrieval") / "index", articles)


RANKINGS = st.dictionaries(st.integers(0, 20), st.floats(-1, 1), max_size=9).map(
    lambda scores: sorted(scores.items(), key=lambda item: -item[1])
)
BM25 = st.dictionaries(st.integers(0, 20), st.floats(0.01, 50), max_size=9).map(
    lambda scores: sorted(scores.items(), key=lambda item: -item[1])
)


def test_the_cosine_orders_and_bm25_adds_its_share() -> None:
    assert fuse([(1, 0.9), (2, 0.5)], [(2, 8.0), (3, 4.0)], weight=0.5) == [
        (2, 0.5 + 0.5),
        (1, 0.9),
        (3, 0.5 + 0.25),
    ]


def test_ties_are_ordered_by_id() -> None:
    assert fuse([(5, 0.5), (2, 0.5)], []) == [(2, 0.5), (5, 0.5)]


def test_either_ranking_may_be_empty() -> None:
    assert fuse([], []) == []
    assert fuse([], [(3, 2.0), (4, 1.0)]) == [(3, LEXICAL_WEIGHT), (4, LEXICAL_WEIGHT / 2)]


@given(RANKINGS, BM25)
def test_a_fused_ranking_holds_what_either_holds_best_first(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]]
) -> None:
    fused = fuse(dense, lexical)
    assert sorted(passage for passage, _ in fused) == sorted(dict(dense) | dict(lexical))
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)
    for passage, score in fused:
        cosine = dict(dense).get(passage, min(dict(dense).values(), default=0.0))
        assert cosine <= score <= cosine + LEXICAL_WEIGHT + 1e-9


def texts(hits: list[Hit]) -> list[str]:
    return [hit.article.id for hit in hits]


def test_the_best_passages_come_first_by_the_rerankers_score(searched: Retriever) -> None:
    question = "When did the harbour ferry Solveig return to service?"
    hits = searched.search(question, 3)
    assert hits[0].article.id == "ferry.md"
    assert "Solveig" in hits[0].text
    expected = WordReranker().score(question, [with_title(hit) for hit in hits])
    assert [hit.score for hit in hits] == expected.tolist() == sorted(expected, reverse=True)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_no_more_hits_than_asked_for_and_none_twice(searched: Retriever, k: int) -> None:
    hits = searched.search("the ferry and the beehives on day 3", k)
    assert len(hits) == k == len({hit.passage.id for hit in hits})


@pytest.mark.parametrize("number", range(9))
def test_a_rare_number_is_found_among_passages_that_are_alike(
    searched: Retriever, number: int
) -> None:
    hits = searched.search(f"Which car has the number {number}-{number * 7}?", 1)
    assert texts(hits) == [f"day-{number}.txt"]


def test_nearly_the_same_passage_of_another_article_is_folded(searched: Retriever) -> None:
    hits = searched.search("How many beehives did volunteers count on the roofs?", 5)
    (first, *others) = [hit for hit in hits if "1,204" in hit.text]
    assert others == []
    assert {first.article.id, *first.also_in} == {"bees.txt", "copy.txt"}
    assert len(first.also_in) == 1


def test_copies_leave_room_for_other_passages(tmp_path: Path) -> None:
    copies = {f"copy-{n}.txt": "The ferry takes 17 minutes to cross the harbour." for n in range(9)}
    other = {"other.txt": "In storms the ferry does not sail."}
    for opened in retriever(tmp_path / "index", copies | other):
        hits = opened.search("How long does the ferry take to cross the harbour?", 2)
        assert [hit.article.id in copies for hit in hits] == [True, False]
        assert {hits[0].article.id, *hits[0].also_in} <= set(copies)


def test_passages_of_one_article_are_not_folded(tmp_path: Path) -> None:
    text = "\n\n".join(["The ferry takes 17 minutes to cross the harbour in the rain. " * 4] * 3)
    for opened in retriever(tmp_path / "index", {"a.md": text}):
        hits = opened.search("ferry", 9)
        assert len(hits) > 1
        assert all(hit.also_in == () for hit in hits)


def test_an_empty_index_has_no_hits(tmp_path: Path) -> None:
    for opened in retriever(tmp_path / "index", {}):
        assert opened.search("ferry", 5) == []


def test_the_reranker_reads_the_title_first(searched: Retriever) -> None:
    hit = searched.search("harbour ferry Solveig", 1)[0]
    assert with_title(hit) == f"Harbour ferry returns to service: {hit.text}"
    untitled = searched.search("car 3-21", 1)[0]
    assert untitled.article.title == ""
    assert with_title(untitled) == untitled.text
