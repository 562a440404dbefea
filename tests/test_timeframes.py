from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_dates import ANCHORS, DATED, TODAY, day, span, year
from texts import TEXTS

from evqa.language.dates import Period
from evqa.language.timeframes import FrameKind, TimeFrame, excludes, time_frame, weight

NOW = Period(TODAY, TODAY)
DECEMBER = span("2025-12-01", "2025-12-31")


@pytest.mark.parametrize(
    ("question", "kind", "period"),
    [
        ("Why was a YU7 on I-5?", FrameKind.NONE, None),
        ("How many units did Xiaomi deliver in June?", FrameKind.NONE, None),
        ("May I ask what he said on Tuesday?", FrameKind.NONE, None),
        ("What was the area now known as Jacksonville called?", FrameKind.NONE, None),
        ("What is the current of the motor?", FrameKind.NONE, None),
        ("When did it arrive, at the latest?", FrameKind.NONE, None),
        ("What does USA Today say?", FrameKind.NONE, None),
        ("What is the latest on exports?", FrameKind.NEWEST, NOW),
        ("What is the newest model?", FrameKind.NEWEST, NOW),
        ("Who runs Xiaomi now?", FrameKind.NEWEST, NOW),
        ("Who currently owns it?", FrameKind.NEWEST, NOW),
        ("Who is the current CEO?", FrameKind.NEWEST, NOW),
        ("What is the most recent sales figure?", FrameKind.NEWEST, NOW),
        ("What is today's news?", FrameKind.NEWEST, NOW),
        ("How many are there as of today?", FrameKind.NEWEST, NOW),
        ("How many have been sold to date?", FrameKind.NEWEST, NOW),
        ("小米最新的销量是多少？", FrameKind.NEWEST, NOW),
        ("小米现在有多少门店？", FrameKind.NEWEST, NOW),
        ("目前的交付周期是多久？", FrameKind.NEWEST, NOW),
        ("How many EVs had it shipped as of December 2025?", FrameKind.AS_OF, DECEMBER),
        ("As of the end of 2025, who led?", FrameKind.AS_OF, day("2025-12-31")),
        ("as of yesterday, who led?", FrameKind.AS_OF, day("2026-02-10")),
        ("截至2025年12月，小米交付了多少？", FrameKind.AS_OF, DECEMBER),
        ("Did Xiaomi build cars before 2024?", FrameKind.BEFORE, year(2024)),
        ("Was it prior to December 2025?", FrameKind.BEFORE, DECEMBER),
        ("2026年之前有多少？", FrameKind.BEFORE, year(2026)),
        ("How many EVs were shipped by late 2025?", FrameKind.UNTIL, year(2025)),
        ("Will there be exports until at least 2027?", FrameKind.UNTIL, year(2027)),
        ("What changed after December 2025?", FrameKind.AFTER, DECEMBER),
        ("2024年以后呢？", FrameKind.AFTER, year(2024)),
        ("How many since 2024?", FrameKind.SINCE, year(2024)),
        ("What was sold from 2024 onwards?", FrameKind.SINCE, year(2024)),
        ("2024年以来的销量", FrameKind.SINCE, year(2024)),
        ("Where was the SU7 shown in 2024?", FrameKind.WITHIN, year(2024)),
        ("How many were delivered in Q2 2025?", FrameKind.WITHIN, span("2025-04-01", "2025-06-30")),
        (
            "How did sales in 2025 compare with 2024?",
            FrameKind.WITHIN,
            span("2024-01-01", "2025-12-31"),
        ),
        ("How did 2025 sales compare to 2024?", FrameKind.WITHIN, span("2024-01-01", "2025-12-31")),
        (
            "What happened between 2020 and 2024?",
            FrameKind.WITHIN,
            span("2020-01-01", "2024-12-31"),
        ),
        ("What was sold from 2020 until 2024?", FrameKind.WITHIN, span("2020-01-01", "2024-12-31")),
        ("从2020年到2024年卖了多少？", FrameKind.WITHIN, span("2020-01-01", "2024-12-31")),
        ("到2025年卖了多少？", FrameKind.UNTIL, year(2025)),
        ("What happened last year?", FrameKind.WITHIN, year(2025)),
        ("Who led two years ago?", FrameKind.WITHIN, year(2024)),
        ("What did he say yesterday?", FrameKind.WITHIN, day("2026-02-10")),
        ("去年卖了多少？", FrameKind.WITHIN, year(2025)),
        ("What is the latest sales figure for 2025?", FrameKind.WITHIN, year(2025)),
    ],
)
def test_a_question_asks_for_a_time(question: str, kind: FrameKind, period: Period | None) -> None:
    assert time_frame(question, TODAY) == TimeFrame(kind, period)


@pytest.mark.parametrize(
    ("question", "kind", "period"),
    [
        ("What do articles published before 2026 say?", FrameKind.BEFORE, year(2026)),
        ("What do articles about Xiaomi from 2025 say?", FrameKind.WITHIN, year(2025)),
        ("Which stories of December 2025 name Rivian?", FrameKind.WITHIN, DECEMBER),
        ("Is there coverage since 2026-02-10?", FrameKind.SINCE, day("2026-02-10")),
        ("2025年的报道说了什么？", FrameKind.WITHIN, year(2025)),
    ],
)
def test_a_question_may_ask_for_articles_of_a_time(
    question: str, kind: FrameKind, period: Period
) -> None:
    assert time_frame(question, TODAY) == TimeFrame(kind, period, of_articles=True)


IN_DECEMBER, IN_FEBRUARY = date(2025, 12, 13), date(2026, 2, 11)


@pytest.mark.parametrize(
    ("question", "published", "text", "expected"),
    [
        ("as of December 2025", IN_FEBRUARY, "It has 9 stores.", True),
        ("as of December 2025", IN_FEBRUARY, "It had 9 stores in December 2025.", False),
        ("as of December 2025", IN_FEBRUARY, "It had 9 stores last year.", False),
        ("as of December 2025", IN_DECEMBER, "It has 9 stores.", False),
        ("as of December 2025", date(2024, 1, 1), "It has 9 stores.", False),
        ("as of December 2025", None, "It has 9 stores.", False),
        ("sold before 2026", IN_FEBRUARY, "It sold 9.", False),
        ("sold in 2024", IN_FEBRUARY, "It sold 9.", False),
        ("sold after 2025", IN_DECEMBER, "It will sell 9.", False),
        ("articles published before 2026", IN_FEBRUARY, "In 2025 it sold 9.", True),
        ("articles published before 2026", IN_DECEMBER, "It sold 9.", False),
        ("articles published before 2026", None, "It sold 9.", False),
        ("articles published in 2024", IN_DECEMBER, "It sold 9.", True),
        ("articles published since 2026", IN_DECEMBER, "It sold 9.", True),
        ("articles published since 2026", IN_FEBRUARY, "It sold 9.", False),
        ("articles published after 2025", IN_DECEMBER, "It sold 9.", True),
        ("articles published by the end of 2025", IN_DECEMBER, "It sold 9.", False),
        ("the latest", date(1999, 1, 1), "It sold 9.", False),
        ("no time at all", IN_FEBRUARY, "It sold 9.", False),
    ],
)
def test_only_what_cannot_be_asked_for_is_excluded(
    question: str, published: date | None, text: str, expected: bool
) -> None:
    assert excludes(time_frame(question, TODAY), published, text) is expected


@pytest.mark.parametrize(
    ("question", "published", "text", "expected"),
    [
        ("no time at all", IN_FEBRUARY, "In 2024 it sold 9.", 0.0),
        ("the latest", IN_FEBRUARY, "It sold 9.", 1.5),
        ("the latest", IN_FEBRUARY - timedelta(days=90), "It sold 9.", 0.75),
        ("the latest", None, "It sold 9.", 0.0),
        ("sold in 2024", IN_FEBRUARY, "In April 2024 it sold 9.", 1.0),
        ("sold in 2024", date(2025, 3, 1), "It sold 9 last year.", 1.0),
        ("sold in 2024", date(2025, 3, 1), "It sold 9 last July.", 1.0),
        ("sold in 2024", date(2024, 3, 1), "It sold 9.", 0.3),
        ("sold in 2024", date(2024, 3, 1), "It sold 9 in 2023.", 0.0),
        ("sold in 2024", IN_FEBRUARY, "It sold 9.", 0.0),
        ("sold in 2024", None, "It sold 9 in 2024.", 1.0),
        ("sold in June 2024", IN_FEBRUARY, "It sold 9 in 2024.", 0.5),
        ("sold before 2026", IN_FEBRUARY, "It sold 9 in 2024.", 0.5),
        ("sold before 2027", IN_FEBRUARY, "It will not until 2027.", 1.0),
        ("sold since 2024", IN_FEBRUARY, "It sold 9 last year.", 0.5),
        ("sold after 2024", IN_FEBRUARY, "It sold 9 in 2023.", 0.0),
        ("as of 2025", date(2025, 12, 31), "It sold 9.", 1.8),
        ("as of 2025", date(2025, 12, 31), "It sold 9 in 2025.", 2.5),
        ("as of 2025", IN_FEBRUARY, "It sold 9.", 0.0),
    ],
)
def test_a_passage_weighs_what_fits_the_time_asked_for(
    question: str, published: date | None, text: str, expected: float
) -> None:
    assert weight(time_frame(question, TODAY), published, text) == pytest.approx(expected)


def test_the_newest_article_weighs_most_however_old_the_archive_is() -> None:
    frame = time_frame("What is the latest?", date(2036, 2, 11))
    weights = [weight(frame, day, "", IN_FEBRUARY) for day in (IN_FEBRUARY, IN_DECEMBER)]
    assert weights == [1.5, pytest.approx(1.5 * 0.5 ** (60 / 90))]


@given(DATED, st.dates(), ANCHORS, TEXTS)
def test_any_question_has_a_frame_that_weighs_and_excludes(
    question: str, today: date, published: date | None, text: str
) -> None:
    frame = time_frame(question, today)
    assert (frame.period is None) == (frame.kind is FrameKind.NONE) == (frame.asked is None)
    assert 0 <= weight(frame, published, text) <= 2.5
    assert not (published is None and excludes(frame, published, text))
