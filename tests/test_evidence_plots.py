from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from evqa.citations import cut
from evqa.records import Article, Hit, Original, Passage, Quote
from evqa.web.evidence_plots import Point, amount_plot, label_rows, points, timeline

QUESTION = "How many cars did Xiaomi deliver in 2025?"


def said(text: str, day: date | None, name: str = "a.md") -> Quote:
    article = Article(name, "", text, source=name, published=day)
    return cut(Hit(Passage(0, name, 0, 0, len(text), 9), article, 0.9), 0, len(text), 0.9)


MORE = said("Xiaomi delivered 410,000 cars in 2025.", date(2026, 1, 20), "b.md")
FEWER = said("Xiaomi delivered 350,000 cars in 2025.", date(2026, 1, 2))


def svg(markup: str) -> ElementTree.Element:
    start, end = markup.index("<svg"), markup.index("</svg>") + 6
    return ElementTree.fromstring(markup[start:end])


def cells(markup: str) -> list[str]:
    found: list[str] = []

    class Cells(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
            self.inside = tag in ("td", "th")

        def handle_data(self, data: str) -> None:
            if self.inside:
                found.append(data)

    Cells().feed(markup)
    return found


def test_the_quotes_stand_by_their_days() -> None:
    third = replace(FEWER, reports_on=Original(published=date(2026, 1, 20)))
    markup = timeline([MORE, FEWER, third])
    assert cells(markup) == ["Day", "Quotes", "2 Jan 2026", "[2]", "20 Jan 2026", "[1] [3]"]
    drawing = svg(markup)
    assert [one.get("cx") for one in drawing.iter("circle")] == ["60.0", "580.0"]
    assert [one.text for one in drawing.iter("text")] == [
        "[2]",
        "2 Jan 2026",
        "[1] [3]",
        "20 Jan 2026",
    ]


def test_one_day_is_no_timeline() -> None:
    assert timeline([FEWER, FEWER]) == ""
    assert timeline([FEWER, replace(MORE, published=None)]) == ""
    assert timeline([]) == ""


def test_amounts_that_differ_are_drawn_by_day() -> None:
    assert points(QUESTION, [MORE, FEWER]) == [
        Point(2, date(2026, 1, 2), "350,000 cars", 350_000.0, 350_000.0),
        Point(1, date(2026, 1, 20), "410,000 cars", 410_000.0, 410_000.0),
    ]
    markup = amount_plot(QUESTION, [MORE, FEWER])
    assert cells(markup) == [
        *("Day", "Amount", "Quote"),
        *("2 Jan 2026", "350,000 cars", "[2]"),
        *("20 Jan 2026", "410,000 cars", "[1]"),
    ]
    heights = [float(one.get("cy") or 0) for one in svg(markup).iter("circle")]
    assert heights[0] > heights[1]


def test_amounts_that_agree_or_have_no_day_are_not_drawn() -> None:
    agreeing = replace(MORE, text=FEWER.text)
    assert amount_plot(QUESTION, [agreeing, FEWER]) == ""
    assert amount_plot(QUESTION, [MORE, replace(FEWER, published=None)]) == ""
    assert amount_plot("Why did Xiaomi deliver cars?", [MORE, FEWER]) == ""
    assert amount_plot(QUESTION, []) == ""


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


@given(st.lists(DAYS | st.none(), max_size=10))
def test_every_timeline_is_a_drawing_within_its_frame(days: list[date | None]) -> None:
    markup = timeline([said("It rains.", day) for day in days])
    if not markup:
        assert len({day for day in days if day}) < 2
        return
    drawing = svg(markup)
    _, _, width, height = (float(one) for one in (drawing.get("viewBox") or "").split())
    for text in drawing.iter("text"):
        assert 0 <= float(text.get("x") or -1) <= width
        assert 0 <= float(text.get("y") or -1) <= height


@given(st.lists(st.floats(0, 640), max_size=12).map(sorted))
def test_no_two_labels_of_a_row_meet(places: list[float]) -> None:
    rows = label_rows(places)
    for row in set(rows):
        own = [place for place, one in zip(places, rows, strict=True) if one == row]
        assert all(b - a >= 104 for a, b in pairwise(own))
