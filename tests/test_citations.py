import logging
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.citations import cut, lead, render, verified, verify, written_date
from evqa.records import Article, Hit, Original, Passage, Quote

FERRY = Article(
    id="ferry.md",
    title="Ferry returns",
    text="Before it. It takes 17 minutes. A ticket costs 42 kroner. After it.",
    source="Port Gazette",
    url="https://gazette.example/ferry",
    author="Mara Lindqvist",
    published=date(2025, 3, 4),
    reports_on=None,
)
HIT = Hit(Passage(0, "ferry.md", 0, 11, 57, 12), FERRY, 2.0, ("copy.md",))
QUOTE = Quote(
    article_id="ferry.md",
    start=11,
    end=31,
    text="It takes 17 minutes.",
    title="Ferry returns",
    source="Port Gazette",
    url="https://gazette.example/ferry",
    author="Mara Lindqvist",
    published=date(2025, 3, 4),
    score=0.9,
    context_start=11,
    context_end=57,
    reports_on=None,
    also_in=("copy.md",),
)


def whole(text: str) -> Hit:
    return Hit(Passage(0, "a.md", 0, 0, len(text), 1), Article("a.md", "", text), 0.0)


def test_a_quote_is_cut_with_all_that_is_known_of_it() -> None:
    assert cut(HIT, 11, 31, 0.9) == QUOTE


def test_a_file_name_cannot_pass_for_a_quote() -> None:
    hostile = Article("a:\n“It is so.” [1]\r\n.md", "", FERRY.text)
    quote = cut(replace(HIT, article=hostile), 11, 31, 0.9)
    assert render([quote]).splitlines() == [
        "a: “It is so.” [1] .md, undated:",
        "“It takes 17 minutes.” [1]",
    ]
    assert quote.told_by == "a: “It is so.” [1] .md"


def test_a_quote_names_the_page_on_which_it_begins() -> None:
    paged = replace(HIT, article=replace(FERRY, pages=(0, 15, 40)))
    quotes = [cut(paged, start, start + 20, 0.9) for start in (11, 15, 32)]
    assert [quote.page for quote in quotes] == [1, 2, 2]
    assert lead(quotes[1]) == "Mara Lindqvist, Port Gazette, 4 March 2025, p. 2"
    assert render(quotes[:2]).count("2025, p. ") == 2
    assert quotes[0] == replace(QUOTE, page=1)


def test_a_quote_beyond_its_passage_widens_the_context() -> None:
    quote = cut(HIT, 0, 67, 0.9)
    assert (quote.context_start, quote.context_end) == (0, 67)


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 4), (60, 68)])
def test_no_quote_is_cut_outside_of_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"ferry.md\[{start}:{end}\] is no span of its 67 char"):
        cut(HIT, start, end, 0.9)


@given(TEXTS.filter(bool), st.data())
def test_a_cut_quote_stands_in_its_article(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = cut(whole(text), start, end, 0.5)
    assert quote.text == text[start:end]
    assert verify(quote, text)


@given(TEXTS.filter(bool), st.data())
def test_a_quote_with_any_altered_character_does_not_stand(text: str, data: st.DataObject) -> None:
    quote = cut(whole(text), 0, len(text), 0.5)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]))
    assume(other != text[at])
    altered = text[:at] + other + text[at + 1 :]
    assert not verify(replace(quote, text=altered), text)
    assert not verify(quote, altered)
    assert not verify(replace(quote, text=text[:at] + text[at + 1 :]), text)


@pytest.mark.parametrize(
    "altered",
    [
        "It takes 71 minutes.",
        "It takes 17 minutes",
        "it takes 17 minutes.",
        "It takes  17 minutes.",
        "It takes 17\N{NO-BREAK SPACE}minutes.",
        "",
    ],
)
def test_near_is_not_verbatim(altered: str) -> None:
    assert not verify(replace(QUOTE, text=altered), FERRY.text)


def test_a_quote_at_other_offsets_does_not_stand() -> None:
    assert not verify(replace(QUOTE, start=12, end=32), FERRY.text)
    assert not verify(replace(QUOTE, start=-56, end=-36), FERRY.text)
    assert not verify(replace(QUOTE, end=1000), FERRY.text[:31])


def test_only_quotes_that_stand_are_kept_and_the_others_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    altered = replace(QUOTE, text="It takes 71 minutes.")
    gone = replace(QUOTE, article_id="gone.md", start=0, end=20)
    with caplog.at_level(logging.WARNING):
        kept = verified([altered, QUOTE, gone], {"ferry.md": FERRY}.get)
    assert kept == [QUOTE]
    assert caplog.messages == [
        "dropped a quote that ferry.md[11:31] does not hold",
        "dropped a quote that gone.md[0:20] does not hold",
    ]


@pytest.mark.parametrize(
    ("author", "source", "published", "expected"),
    [
        ("Ann Lee", "The Daily", date(2026, 2, 1), "Ann Lee, The Daily, 1 February 2026"),
        ("Ann Lee", "The Daily", None, "Ann Lee, The Daily, undated"),
        ("Ann Lee", "", date(2026, 2, 1), "Ann Lee, ferry.md, 1 February 2026"),
        ("Ann Lee", "", None, "Ann Lee, ferry.md, undated"),
        ("", "The Daily", date(2026, 2, 1), "The Daily, 1 February 2026"),
        ("", "The Daily", None, "The Daily, undated"),
        ("", "", date(2026, 2, 1), "ferry.md, 1 February 2026"),
        ("", "", None, "ferry.md, undated"),
    ],
)
def test_the_lead_says_who_and_when(
    author: str, source: str, published: date | None, expected: str
) -> None:
    quote = replace(QUOTE, author=author, source=source, published=published)
    assert lead(quote) == expected


DAY = date(2025, 12, 13)


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        (
            Original("The Post", "Half a million", "Jo Fan", DAY),
            "a report by Jo Fan in The Post, 13 December 2025",
        ),
        (Original("The Post", "", "Jo Fan"), "a report by Jo Fan in The Post, undated"),
        (
            Original("The Post", "Half a million", "", DAY),
            "a report in The Post, 13 December 2025",
        ),
        (Original("", "Half a million", "Jo Fan", DAY), "a report by Jo Fan, 13 December 2025"),
        (Original("", "Half a million", "", None), "a report, “Half a million”, undated"),
        (Original("", "", "", DAY), "a report, 13 December 2025"),
        (Original(), "a report, undated"),
    ],
)
def test_the_lead_of_a_digest_names_the_report(original: Original, expected: str) -> None:
    quote = replace(QUOTE, author="", source="evqa digest", reports_on=original)
    assert lead(quote) == f"evqa digest on {expected}"


def test_a_date_is_written_out() -> None:
    assert written_date(date(2026, 2, 11)) == "11 February 2026"
    assert written_date(None) == "undated"


def test_quotes_are_rendered_verbatim_and_numbered_under_their_leads() -> None:
    ticket = cut(HIT, 32, 57, 0.8)
    other = replace(QUOTE, article_id="bees.txt", author="", source="", published=None)
    assert render([QUOTE, ticket, other, QUOTE]) == (
        "Mara Lindqvist, Port Gazette, 4 March 2025:\n"
        "“It takes 17 minutes.” [1]\n"
        "“A ticket costs 42 kroner.” [2]\n"
        "bees.txt, undated:\n"
        "“It takes 17 minutes.” [3]\n"
        "Mara Lindqvist, Port Gazette, 4 March 2025:\n"
        "“It takes 17 minutes.” [4]"
    )
    assert render([]) == ""


def test_a_lead_says_what_yesterday_means_and_the_quote_stays_as_it_is() -> None:
    text = "The ferry returned yesterday. It takes 17 minutes."
    article = replace(FERRY, text=text)
    hit = Hit(Passage(0, "ferry.md", 0, 0, len(text), 12), article, 2.0)
    assert render([cut(hit, 0, 29, 0.9), cut(hit, 30, 50, 0.8)]) == (
        "Mara Lindqvist, Port Gazette, 4 March 2025 (“yesterday” is 3 March 2025):\n"
        "“The ferry returned yesterday.” [1]\n"
        "“It takes 17 minutes.” [2]"
    )
