import itertools
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.citations import cut
from evqa.errors import ArticleLinkError
from evqa.records import Article, Hit, Passage
from evqa.web.places import (
    Place,
    Span,
    fingerprint,
    link,
    link_to,
    link_to_article,
    read_link,
    span_of,
    spans,
)

ARTICLE = Article("a&b #1.md", "Title", "One sentence. Another sentence. A third.")
HIT = Hit(Passage(0, ARTICLE.id, 0, 0, 31, 6), ARTICLE, 0.9)
ONE, ANOTHER, THIRD = cut(HIT, 0, 13, 0.9), cut(HIT, 14, 31, 0.8), cut(HIT, 32, 40, 0.8)
ELSEWHERE = replace(ONE, article_id="other.md")


def test_a_link_leads_back_to_its_quote_and_the_others_of_its_article() -> None:
    query = link_to(ONE, [ONE, ANOTHER, ELSEWHERE, THIRD])
    assert query.startswith("?article=a%26b+%231.md&start=0&end=13&words=")
    place = read_link(query)
    assert place == Place(ARTICLE.id, span_of(ONE), (span_of(ANOTHER), span_of(THIRD)))
    assert spans(place, ARTICLE) == [span_of(ONE), span_of(ANOTHER), span_of(THIRD)]


def test_a_link_by_hand_needs_no_fingerprint() -> None:
    place = read_link("?article=a%26b%20%231.md&start=14&end=31")
    assert place == Place(ARTICLE.id, Span(14, 31))
    assert spans(place, ARTICLE) == [Span(14, 31)]


def test_a_link_to_an_article_names_no_quote_in_it() -> None:
    place = read_link(link_to_article(ARTICLE.id))
    assert place == Place(ARTICLE.id, None)
    assert spans(place, ARTICLE) == []


@pytest.mark.parametrize("query", ["", "?", "?start=1&end=2", "?__theme=dark"])
def test_other_queries_name_no_article(query: str) -> None:
    assert read_link(query) is None


@pytest.mark.parametrize(
    "query",
    [
        "?article=a.md&start=1",
        "?article=a.md&end=1",
        "?article=a.md&start=x&end=3",
        "?article=a.md&start=-1&end=3",
        "?article=a.md&start=1&end=٣",
        f"?article=a.md&start=1&end={'9' * 20}",
        f"?article={'a' * 5000}&start=1&end=2",
    ],
)
def test_a_link_without_a_place_is_told(query: str) -> None:
    with pytest.raises(ArticleLinkError):
        read_link(query)


def test_a_link_to_an_article_that_is_gone_is_told() -> None:
    with pytest.raises(ArticleLinkError) as caught:
        spans(Place("gone.md", Span(0, 3)), None)
    assert str(caught.value) == "The article gone.md is not in the collection."


@pytest.mark.parametrize(("start", "end"), [(0, 41), (41, 50), (5, 5), (9, 3)])
def test_offsets_outside_the_article_are_told(start: int, end: int) -> None:
    with pytest.raises(ArticleLinkError, match=r"lies outside a&b #1\.md, which has 40 characters"):
        spans(Place(ARTICLE.id, Span(start, end)), ARTICLE)


def test_a_changed_text_is_told() -> None:
    place = Place(ARTICLE.id, span_of(ONE))
    with pytest.raises(ArticleLinkError, match="has changed"):
        spans(place, replace(ARTICLE, text=f"Now {ARTICLE.text}"))


def test_other_quotes_that_changed_or_overlap_are_not_marked() -> None:
    place = Place(
        ARTICLE.id,
        span_of(ONE),
        (Span(14, 31, fingerprint("other")), Span(5, 20), span_of(THIRD), Span(39, 99)),
    )
    assert spans(place, ARTICLE) == [span_of(ONE), span_of(THIRD)]


SPANS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Span(*pair))


@given(st.text(max_size=50), SPANS, st.lists(SPANS, max_size=6))
def test_what_is_marked_lies_in_the_text_in_order_and_apart(
    text: str, own: Span, also: list[Span]
) -> None:
    place = Place("a.md", own, tuple(also))
    try:
        marked = spans(place, Article("a.md", "", text))
    except ArticleLinkError:
        assert not 0 <= own.start < own.end <= len(text)
        return
    assert own in marked
    assert all(0 <= span.start < span.end <= len(text) for span in marked)
    assert all(one.end <= other.start for one, other in itertools.pairwise(marked))


@given(st.text(min_size=1, max_size=50), st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1))
def test_every_link_can_be_read(article_id: str, start: int, end: int) -> None:
    place = Place(article_id, Span(start, end, "0123456789ab"), (Span(1, 2, "0123456789ab"),))
    assert read_link(link(place.article_id, place.span, place.also)) == place


@given(st.text(max_size=200))
def test_no_query_is_more_than_a_link_error(query: str) -> None:
    with suppress(ArticleLinkError):
        read_link(query)
