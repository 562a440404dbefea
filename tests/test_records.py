import dataclasses
import json
from datetime import date

import pytest

from evqa.filters import NO_FILTERS
from evqa.records import (
    Answer,
    Article,
    Disagreement,
    Failure,
    Hit,
    IndexReport,
    IndexStatus,
    Original,
    Passage,
    Quote,
    Reading,
    hit_to_dict,
)

ARTICLE = Article(
    id="a/ferry.md",
    title="Ferry returns",
    text="Before. It takes 17 minutes. After.",
    source="Port Gazette",
    url="https://gazette.example/ferry",
    author="Mara Lindqvist",
    published=date(2025, 3, 4),
)
HIT = Hit(Passage(7, "a/ferry.md", 0, 8, 28, 6), ARTICLE, 2.5, ("b.md",))
QUOTE = Quote(
    article_id="a/ferry.md",
    start=8,
    end=28,
    text="It takes 17 minutes.",
    title="Ferry returns",
    source="Port Gazette",
    url="https://gazette.example/ferry",
    author="Mara Lindqvist",
    published=date(2025, 3, 4),
    score=0.9,
    context_start=8,
    context_end=28,
    reports_on=Original("Harbour Post", "Back", "Ole Berg", date(2025, 3, 3)),
    also_in=("b.md",),
)


def test_a_hit_shows_the_slice_of_its_article() -> None:
    assert HIT.text == "It takes 17 minutes."


def test_a_hit_as_json_carries_its_text_and_where_it_stands() -> None:
    assert hit_to_dict(HIT) == {
        "article_id": "a/ferry.md",
        "start": 8,
        "end": 28,
        "text": "It takes 17 minutes.",
        "title": "Ferry returns",
        "source": "Port Gazette",
        "url": "https://gazette.example/ferry",
        "author": "Mara Lindqvist",
        "published": "2025-03-04",
        "score": 2.5,
        "also_in": ["b.md"],
    }


def test_a_hit_of_an_undated_article_has_no_date() -> None:
    undated = dataclasses.replace(HIT, article=dataclasses.replace(ARTICLE, published=None))
    assert hit_to_dict(undated)["published"] is None


def test_an_answer_as_json_holds_all_that_it_says() -> None:
    undated = dataclasses.replace(QUOTE, article_id="c.md", source="", author="", reports_on=None)
    undated = dataclasses.replace(undated, published=None)
    readings = (
        Reading("17 minutes", 17, 27, (QUOTE, undated)),
        Reading("It takes 17", 8, 19, (undated,)),
    )
    answer = Answer(
        question="How long?",
        standalone_question="How long (Ferry)?",
        text="17",
        answered=True,
        confidence=0.9,
        quotes=(QUOTE,),
        hits=(HIT,),
        disagreements=(Disagreement("How long", readings),),
        agreements=readings[:1],
        unknown_names=("Oslo",),
        timings={"a": 0.1},
    )
    first = {
        "text": "17 minutes",
        "told_by": ["Harbour Post", "c.md"],
        "published": "2025-03-03",
        "quotes": [
            {"article_id": "a/ferry.md", "start": 8, "end": 28},
            {"article_id": "c.md", "start": 8, "end": 28},
        ],
    }
    second = {
        "text": "It takes 17",
        "told_by": ["c.md"],
        "published": None,
        "quotes": [{"article_id": "c.md", "start": 8, "end": 28}],
    }
    expected = {
        "question": "How long?",
        "standalone_question": "How long (Ferry)?",
        "answered": True,
        "text": "17",
        "confidence": 0.9,
        "quotes": [
            {
                "article_id": "a/ferry.md",
                "start": 8,
                "end": 28,
                "text": "It takes 17 minutes.",
                "title": "Ferry returns",
                "source": "Port Gazette",
                "url": "https://gazette.example/ferry",
                "author": "Mara Lindqvist",
                "published": "2025-03-04",
                "score": 0.9,
                "context_start": 8,
                "context_end": 28,
                "reports_on": {
                    "outlet": "Harbour Post",
                    "title": "Back",
                    "author": "Ole Berg",
                    "published": "2025-03-03",
                },
                "also_in": ["b.md"],
                "page": None,
            }
        ],
        "hits": [hit_to_dict(HIT)],
        "disagreements": [{"about": "How long", "readings": [first, second]}],
        "agreements": [first],
        "unknown_names": ["Oslo"],
        "timings": {"a": 0.1},
        "answerer": "extractive",
        "filters": NO_FILTERS.to_dict(),
    }
    assert answer.to_dict() == expected
    assert json.loads(json.dumps(answer.to_dict())) == expected


def test_a_digest_counts_as_the_publication_that_it_reports_on() -> None:
    original = Original("Herald", "Landslide", "Ann Lee", date(2025, 1, 5))
    digest = dataclasses.replace(QUOTE, source="digest", author="", reports_on=original)
    assert (digest.told_by, digest.told_on) == ("Herald", date(2025, 1, 5))
    by_author = dataclasses.replace(digest, reports_on=Original(author="Ann Lee"))
    assert by_author.told_by == "Ann Lee"
    by_title = dataclasses.replace(digest, reports_on=Original(title="Landslide"))
    assert by_title.told_by == "Landslide"
    unknown = dataclasses.replace(digest, reports_on=Original())
    assert unknown.told_by == "digest"
    assert unknown.told_on is None


def test_an_article_of_one_s_own_is_told_by_its_source_or_author_on_its_day() -> None:
    own = dataclasses.replace(QUOTE, reports_on=None)
    assert (own.told_by, own.told_on) == ("Port Gazette", date(2025, 3, 4))
    assert dataclasses.replace(own, source="").told_by == "Mara Lindqvist"
    assert dataclasses.replace(own, source="", author="").told_by == "a/ferry.md"


def test_a_report_and_a_status_are_json() -> None:
    report = IndexReport(("a",), (), ("b",), (), (Failure("c", "c: empty"),), 3, 40, 0.5)
    assert json.loads(json.dumps(report.to_dict())) == {
        "added": ["a"],
        "updated": [],
        "removed": ["b"],
        "unchanged": [],
        "failed": [{"article_id": "c", "reason": "c: empty"}],
        "passages": 3,
        "tokens_embedded": 40,
        "seconds": 0.5,
        "renamed": [],
        "reprints": 0,
        "looked_at": ["."],
    }
    status = IndexStatus("corpus", "index", 1, 3, 9, "model", 2, "2026-01-01", ("b",))
    assert json.loads(json.dumps(status.to_dict())) == {
        "corpus": "corpus",
        "index": "index",
        "articles": 1,
        "passages": 3,
        "bytes_on_disk": 9,
        "embedding_model": "model",
        "generation": 2,
        "built_at": "2026-01-01",
        "stale": ["b"],
        "reprints": 0,
        "waiting": 0,
    }


@pytest.mark.parametrize("record", [ARTICLE, HIT, HIT.passage])
def test_a_record_cannot_be_changed(record: object) -> None:
    first = dataclasses.fields(record)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, first, None)


@pytest.mark.parametrize(
    ("offset", "page"), [(0, 1), (9, 1), (10, 2), (19, 2), (20, 4), (34, 4), (35, 4)]
)
def test_a_character_stands_on_the_last_page_that_starts_before_it(offset: int, page: int) -> None:
    paged = dataclasses.replace(ARTICLE, pages=(0, 10, 20, 20))
    assert paged.page(offset) == page
    assert ARTICLE.page(offset) is None
