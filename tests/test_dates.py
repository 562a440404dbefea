from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.language.dates import (
    Form,
    Mention,
    Period,
    in_words,
    periods,
    written_date,
    written_dates,
)

# A Wednesday.
TODAY = date(2026, 2, 11)


def day(iso: str) -> Period:
    there = date.fromisoformat(iso)
    return Period(there, there)


def span(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-11", "2026-02-11"),
        ("2026-2-1", "2026-02-01"),
        ("2026/02/11", "2026-02-11"),
        ("2026-02-11T10:41:00Z", "2026-02-11"),
        ("Feb 11, 2026", "2026-02-11"),
        ("Feb. 11, 2026 at 10:41 PM (UTC+4)", "2026-02-11"),
        ("Sept. 3, 2025", "2025-09-03"),
        ("February 11 2026", "2026-02-11"),
        ("February 11th, 2026", "2026-02-11"),
        ("FEBRUARY 11, 2026", "2026-02-11"),
        ("11 February 2026", "2026-02-11"),
        ("11th of February, 2026", "2026-02-11"),
        ("11-Feb-2026", "2026-02-11"),
        ("1 may 2025", "2025-05-01"),
        ("Wednesday, February 11, 2026", "2026-02-11"),
        ("Wed, 11 Feb 2026 10:41:00", "2026-02-11"),
        ("2026年2月11日", "2026-02-11"),
        ("2026 年 2 月 11 日", "2026-02-11"),
        ("发布时间：2026年2月11号", "2026-02-11"),
        ("小米于2026-02-11发布", "2026-02-11"),
        ("31 February 2026, then 1 March 2026", "2026-03-01"),
        ("December 13, 2025 and 2026-02-11", "2025-12-13"),
        ("29 February 2024", "2024-02-29"),
        ("29 February 2025", None),
        ("2026-13-01", None),
        ("02/11/2026", None),
        ("12026-02-11", None),
        ("part 7-2026-02-11-9", None),
        ("February 2026", None),
        ("11 things in 2026", None),
        ("Maybe 11, 2026", None),
        ("", None),
    ],
)
def test_the_first_complete_date_that_exists_is_found(text: str, expected: str | None) -> None:
    assert written_date(text) == (expected and date.fromisoformat(expected))


def test_complete_dates_come_in_order_with_their_spans() -> None:
    text = "On Saturday, December 13th, 2025 (2025-12-13), updated 11 Feb. 2026."
    assert [(text[m.start : m.end], m.period) for m in written_dates(text)] == [
        ("Saturday, December 13th, 2025", day("2025-12-13")),
        ("2025-12-13", day("2025-12-13")),
        ("11 Feb. 2026", day("2026-02-11")),
    ]


WRITTEN = [
    ("shipped by December 2025", "December 2025", span("2025-12-01", "2025-12-31")),
    ("in Dec. 2025.", "Dec. 2025", span("2025-12-01", "2025-12-31")),
    ("in February of 2024", "February of 2024", span("2024-02-01", "2024-02-29")),
    ("in may 2025", "may 2025", span("2025-05-01", "2025-05-31")),
    ("from June to August 2025", "June to August 2025", span("2025-06-01", "2025-08-31")),
    ("November–January 2026", "November–January 2026", span("2025-11-01", "2026-01-31")),
    ("2025年12月的报道", "2025年12月", span("2025-12-01", "2025-12-31")),
    ("in Q2 2025", "Q2 2025", span("2025-04-01", "2025-06-30")),
    ("小米2025Q4交付", "2025Q4", span("2025-10-01", "2025-12-31")),
    ("the second quarter of 2025", "second quarter of 2025", span("2025-04-01", "2025-06-30")),
    ("Fourth-quarter 2025 sales", "Fourth-quarter 2025", span("2025-10-01", "2025-12-31")),
    ("2025年第二季度", "2025年第二季度", span("2025-04-01", "2025-06-30")),
    ("the first half of 2025", "first half of 2025", span("2025-01-01", "2025-06-30")),
    ("H2 2025 results", "H2 2025", span("2025-07-01", "2025-12-31")),
    ("2025年下半年", "2025年下半年", span("2025-07-01", "2025-12-31")),
    ("What happened in 2024?", "2024", year(2024)),
    ("before 2026", "2026", year(2026)),
    ("In late 2025, it said", "2025", year(2025)),
    ("by mid-2025", "2025", year(2025)),
    ("Xiaomi's 2025 sales goal", "2025", year(2025)),
    ("its 2025 target", "2025", year(2025)),
    ("the goal for 2025 to 350,000 cars", "2025", year(2025)),
    ("shown at MWC 2024 in Barcelona", "2024", year(2024)),
    ("2010 – Xiaomi is founded", "2010", year(2010)),
    ("2025 was a good year", "2025", year(2025)),
    ("The SU7 (2024) sold well", "2024", year(2024)),
    ("xiaomi deliveries 2025", "2025", year(2025)),
    ("- 2010: Xiaomi is founded", "2010", year(2010)),
    ("For 2025 Xiaomi set a goal", "2025", year(2025)),
    ("in 1066", "1066", year(1066)),
    ("在2024年发生了什么", "2024年", year(2024)),
    ("the event of 11 February 2026", "11 February 2026", day("2026-02-11")),
]
COUNTED = [
    ("as said yesterday.", "yesterday", day("2026-02-10")),
    ("Yesterday, it rained", "Yesterday", day("2026-02-10")),
    ("the day before yesterday", "the day before yesterday", day("2026-02-09")),
    ("It was announced today", "today", day("2026-02-11")),
    ("It opens tomorrow", "tomorrow", day("2026-02-12")),
    ("crashed last night", "last night", day("2026-02-10")),
    ("earlier this morning", "this morning", day("2026-02-11")),
    ("since last week", "last week", span("2026-02-02", "2026-02-08")),
    ("last month’s sales", "last month", span("2026-01-01", "2026-01-31")),
    ("earlier this month", "this month", span("2026-02-01", "2026-02-28")),
    ("since last year", "last year", year(2025)),
    ("This year it will", "This year", year(2026)),
    ("next year", "next year", year(2027)),
    ("in June last year", "June last year", span("2025-06-01", "2025-06-30")),
    ("in March of this year", "March of this year", span("2026-03-01", "2026-03-31")),
    ("two days ago", "two days ago", day("2026-02-09")),
    ("小米昨天宣布", "昨天", day("2026-02-10")),
    ("今天上市", "今天", day("2026-02-11")),
    ("去年的销量", "去年", year(2025)),
    ("去年12月", "去年12月", span("2025-12-01", "2025-12-31")),
    ("今年2月10日", "今年2月10日", day("2026-02-10")),
    ("上个月的交付量", "上个月", span("2026-01-01", "2026-01-31")),
    ("上周发布", "上周", span("2026-02-02", "2026-02-08")),
]
ROUGH = [
    ("a week ago", "a week ago", span("2026-02-02", "2026-02-08")),
    ("3 months ago", "3 months ago", span("2025-11-01", "2025-11-30")),
    ("ten years ago", "ten years ago", year(2016)),
]
YEARLESS = [
    ("delivered 28,000 in June.", "in June", span("2025-06-01", "2025-06-30")),
    ("in February", "in February", span("2026-02-01", "2026-02-28")),
    ("in late May", "in late May", span("2025-05-01", "2025-05-31")),
    ("this past May", "this past May", span("2025-05-01", "2025-05-31")),
    ("last October", "last October", span("2025-10-01", "2025-10-31")),
    ("this March", "this March", span("2026-03-01", "2026-03-31")),
    ("since November", "November", span("2025-11-01", "2025-11-30")),
    ("On February 10 it said", "February 10", day("2026-02-10")),
    ("on 13 December it said", "13 December", day("2025-12-13")),
    ("on Tuesday, Feb. 10, it said", "Tuesday, Feb. 10", day("2026-02-10")),
    ("it said on Tuesday", "on Tuesday", day("2026-02-10")),
    ("the firm said Friday", "Friday", day("2026-02-06")),
    ("on Wednesday", "on Wednesday", day("2026-02-11")),
    ("6月交付2.8万辆", "6月", span("2025-06-01", "2025-06-30")),
    ("12月13日宣布", "12月13日", day("2025-12-13")),
]


@pytest.mark.parametrize(
    ("text", "words", "period", "form"),
    [
        *((*case, Form.WRITTEN) for case in WRITTEN),
        *((*case, Form.COUNTED) for case in COUNTED),
        *((*case, Form.ROUGH) for case in ROUGH),
        *((*case, Form.YEARLESS) for case in YEARLESS),
    ],
)
def test_a_period_is_found_in_its_words(text: str, words: str, period: Period, form: Form) -> None:
    start = text.index(words)
    assert periods(text, TODAY) == [Mention(start, start + len(words), period, form)]


@pytest.mark.parametrize("text", [text for text, _, _ in COUNTED + ROUGH + YEARLESS])
def test_without_an_anchor_open_dates_are_not_read(text: str) -> None:
    assert periods(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "May I ask who said it?",
        "They march on Washington",
        "You may 11 times",
        "the second of three",
        "the first quarter of the game",
        "It sold 2024 units",
        "in 2024 units of account",
        "a fleet of 2024 cars",
        "after 1500 miles",
        "Type 1911",
        "a Peugeot 2008",
        "a Peugeot 2008 in red",
        "the Model 2024",
        "model 2024",
        "an RTX 2060 card",
        "in the 1990s",
        "the 2020s",
        "in the 1940's",
        "$2024 and €1999",
        "route 2025",
        "2,024 people and 2024.5",
        "20256 and 12025",
        "2024-built",
        "1999%",
        "Room 2025 is closed",
        "USA Today wrote",
        "the hit Yesterday",
        "It feels like yesterday",
        "the car of tomorrow",
        "today’s cars",
        "Black Friday sales",
        "on Sunday Times Radio",
        "on Monday mornings",
        "Sheffield Wednesday won",
        "over the last year",
        "The last year was hard",
        "more than two years ago",
        "the last week of talks",
        "April told reporters",
        "the August crowd",
        "an august body",
        "in June of that year",
        "2024年款的SU7",
        "1990年代",
        "今日头条",
        "当今年轻人",
        "3个月",
        "目前天气",
        "Q5 2025",
        "SU7 and YU7 on I-5",
        "681hp, 519 miles, ¥250,000",
    ],
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert periods(text, TODAY) == []


def test_dates_that_no_calendar_has_are_left_out() -> None:
    assert periods("yesterday and last year", date.min) == []
    assert periods("tomorrow and next year", date.max) == []
    assert [m.period for m in periods("today and in December", date.max)] == [
        Period(date.max, date.max),
        Period(date(9999, 12, 1), date.max),
    ]


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (day("2026-02-10"), "10 February 2026"),
        (span("2025-06-01", "2025-06-30"), "June 2025"),
        (span("2025-04-01", "2025-06-30"), "the second quarter of 2025"),
        (year(2025), "2025"),
        (span("2026-02-02", "2026-02-08"), "2 to 8 February 2026"),
        (span("2026-01-26", "2026-02-01"), "26 January to 1 February 2026"),
        (span("2025-12-29", "2026-01-04"), "29 December 2025 to 4 January 2026"),
        (span("2024-01-01", "2025-12-31"), "1 January 2024 to 31 December 2025"),
        (Period(date(9999, 12, 1), date.max), "December 9999"),
        (Period(date.min, date.max), "1 January 1 to 31 December 9999"),
    ],
)
def test_a_period_is_put_into_words(period: Period, words: str) -> None:
    assert str(period) == words


def test_a_day_is_put_into_words() -> None:
    assert in_words(TODAY) == "11 February 2026"


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end on 2026-02-10"):
        Period(TODAY, date(2026, 2, 10))


_WORDS = st.sampled_from(
    [
        *(words for _, words, _ in WRITTEN + COUNTED + ROUGH + YEARLESS),
        *("in ", "as of ", "before ", " said ", ", ", ". ", "“", "”", '"', "’s", "年", "月", "日"),
        *("2024", "11", "May", "ſept", "aprİl", "²", "٣", "２０２６年", "the second", "will "),
    ]
)
DATED = st.one_of(TEXTS, st.lists(st.one_of(_WORDS, TEXTS), max_size=12).map("".join))
ANCHORS = st.one_of(st.none(), st.dates(), st.sampled_from([date.min, date.max]))


@given(DATED, ANCHORS)
def test_mentions_are_in_order_apart_and_never_empty(text: str, anchor: date | None) -> None:
    end_before = 0
    for mention in periods(text, anchor):
        assert end_before <= mention.start < mention.end <= len(text)
        assert mention.period.first <= mention.period.last
        assert text[mention.start : mention.end].strip() == text[mention.start : mention.end]
        assert str(mention.period)
        end_before = mention.end


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_in_words_is_read_as_that_day(there: date) -> None:
    assert written_date(in_words(there)) == written_date(there.isoformat()) == there
