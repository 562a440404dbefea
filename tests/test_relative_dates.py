from datetime import date

import pytest
from hypothesis import given
from test_dates import ANCHORS, DATED, TODAY

from evqa.language.dates import periods
from evqa.language.relative_dates import explain, resolved


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("He said so yesterday.", "“yesterday” is 10 February 2026"),
        ("Xiaomi delivered 28,000 cars in June.", "“in June” is June 2025"),
        (
            "Yesterday it said that it delivered 28,000 cars last\n year.",
            "“Yesterday” is 10 February 2026; “last year” is 2025",
        ),
        (
            "It delivered 9 in June, and in July it delivered more than in June.",
            "“in June” is June 2025; “in July” is July 2025",
        ),
        ("The firm said on Tuesday that it sold.", "“on Tuesday” is 10 February 2026"),
        ("“We have no plans,” he said yesterday.", "“yesterday” is 10 February 2026"),
        ("In December it had 9 stores.", "“In December” is December 2025"),
        ("Deliveries rose last week.", "“last week” is 2 to 8 February 2026"),
        ("It launched last year, in June.", "“last year” is 2025; “in June” is June 2025"),
        ("In 2025 it grew; in June it opened.", "“in June” is June 2025"),
        ("小米昨天宣布了。", "“昨天” is 10 February 2026"),
        ("小米6月交付了2.8万辆。", "“6月” is June 2025"),
        # Written in full, or no date at all.
        ("It sold 9 in 2024 and on 11 February 2026.", ""),
        ("May I ask?", ""),
        # Rounded.
        ("It won three months ago.", ""),
        # It may lie ahead.
        ("It will launch in June.", ""),
        ("It is expected to launch on March 3.", ""),
        ("The show is in March.", ""),
        ("The doors open on Friday.", ""),
        # In somebody's own words, on a day unknown.
        ("“It broke yesterday,” he said.", ""),
        ('"It broke yesterday," he said.', ""),
        ("It broke yesterday,” he said.", ""),
        ("He said: “It broke yesterday.", ""),
        ("他说：「昨天坏了」", ""),
        # Beside another year.
        ("In 2023 it grew; in June it opened.", ""),
        ("In June 2023 it grew; in July it opened.", ""),
        ("It opened in June of that year.", ""),
    ],
)
def test_open_dates_of_a_quote_are_explained_where_they_are_certain(
    quote: str, expected: str
) -> None:
    assert explain(quote, TODAY) == expected


def test_an_undated_article_explains_nothing() -> None:
    assert resolved("He said so yesterday, in June.", None) == []
    assert explain("He said so yesterday, in June.", None) == ""


@given(DATED, ANCHORS)
def test_an_explanation_quotes_only_words_of_the_quote(text: str, anchor: date | None) -> None:
    found = resolved(text, anchor)
    assert bool(explain(text, anchor)) == bool(found)
    assert set(found) <= set(periods(text, anchor))
    assert anchor or not found
