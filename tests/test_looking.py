from dataclasses import replace
from datetime import date

import pytest

from evqa.errors import QuestionError
from evqa.filters import Filters, Listed
from evqa.records import Failure
from evqa.web.looking import COLUMNS, ROWS_AT_ONCE, Look, Row, rows_of

FERRY = Listed("ferry.md", "Ferry", "Gazette", "Gazette", date(2025, 3, 4), "en", 3)
BEES = Listed("bees.txt", "", "Courier", "digest", date(2024, 6, 3), "de", 1)
UNDATED = Listed("undated.txt", "Undated", "", "", None, "", 2)
ROWS = [Row(FERRY), Row(BEES, "It is broken."), Row(UNDATED)]
FORM = {
    "outlets": ["Gazette"],
    "languages": ["en"],
    "from": "2025-03-01",
    "to": "2025-03-31",
    "words": "ferry",
}


def shown(look: Look) -> list[str]:
    return [row.article.id for row in look.rows(ROWS)]


def test_files_that_could_not_be_read_are_rows_too() -> None:
    failures = [Failure("bees.txt", "It is broken."), Failure("x.pdf", "It is locked.")]
    nothing = Listed("x.pdf", "", "", "", None, "", 0)
    assert rows_of([FERRY, BEES, UNDATED], failures) == [*ROWS, Row(nothing, "It is locked.")]


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        ("title", ["bees.txt", "ferry.md", "undated.txt"]),
        ("outlet", ["undated.txt", "bees.txt", "ferry.md"]),
        ("date", ["undated.txt", "bees.txt", "ferry.md"]),
        ("language", ["undated.txt", "bees.txt", "ferry.md"]),
        ("passages", ["bees.txt", "undated.txt", "ferry.md"]),
        ("status", ["ferry.md", "undated.txt", "bees.txt"]),
    ],
)
def test_the_table_is_sorted_by_each_column_both_ways(column: str, ids: list[str]) -> None:
    assert column in COLUMNS
    look = Look(column="", descending=False).sorted_by(column)
    if look.descending:
        look = look.sorted_by(column)
    assert shown(look) == ids
    assert look.sorted_by(column).descending
    assert look.sorted_by("evil") == look


def test_the_form_says_what_is_asked_and_shown() -> None:
    look = Look(count=500).chosen(FORM)
    first, last = date(2025, 3, 1), date(2025, 3, 31)
    assert look == Look(Filters(("Gazette",), first, last, ("en",)), "ferry", count=ROWS_AT_ONCE)
    assert shown(look) == ["ferry.md"]
    assert shown(Look().chosen({"words": "COURIER digest"})) == ["bees.txt"]
    assert look.chosen({}) == Look()
    assert Look().chosen({"outlets": "Gazette", "from": 3, "words": None}) == Look()
    with pytest.raises(QuestionError):
        Look().chosen({"from": "soon"})


def test_articles_are_picked_one_by_one_and_stay_among_the_others() -> None:
    look = Look().picked("ferry.md", wanted=True).picked("bees.txt", wanted=True)
    assert look.filters == Filters(articles=("ferry.md", "bees.txt"))
    assert shown(look) == ["ferry.md", "bees.txt", "undated.txt"]
    assert look.picked("ferry.md", wanted=False).filters.articles == ("bees.txt",)
    assert look.picked(7, wanted=True) == look
    assert replace(look.chosen(FORM), words="").filters.articles == look.filters.articles
