import re
from datetime import date

from evqa.filters import Filters, Listed
from evqa.web.library_view import asked_of, form, index_state, table

HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;amp;"
EVIL = Listed(HOSTILE, HOSTILE, HOSTILE, HOSTILE, date(2025, 3, 4), HOSTILE, 3)


def test_whatever_an_article_is_called_is_plain_text() -> None:
    html = table([(EVIL, HOSTILE)], [], "date", 50, descending=True)
    html += form(Filters((HOSTILE,), languages=(HOSTILE,)), [EVIL], HOSTILE)
    html += asked_of(Filters((HOSTILE,)), 1, 1) + asked_of(Filters(), 0, 0, HOSTILE)
    assert "<img" not in html
    assert html.count(ESCAPED) >= 12
    assert set(re.findall(r"\son\w+=", html.replace(ESCAPED, ""))) == set()


def test_the_table_says_how_it_is_sorted_and_how_many_there_are() -> None:
    rows = [(EVIL, "")] * 3
    html = table(rows, [HOSTILE], "title", 2, descending=False)
    assert re.findall(r'aria-sort="(\w+)"', html) == ["ascending"]
    assert html.count('role="row"') == 3
    assert html.count(" checked") == 2
    assert "3 articles</caption>" in html
    assert "Show more of the 3" in html
    assert "Show more" not in table(rows, [], "title", 3, descending=False)


def test_the_form_offers_what_the_articles_have() -> None:
    html = form(Filters((), date(2025, 3, 1)), [EVIL], "")
    assert html.count('type="checkbox"') == 2
    assert 'name="from" value="2025-03-01"' in html
    assert "fieldset" not in form(Filters(), [], "")


def test_the_state_shows_how_far_an_update_is() -> None:
    assert index_state("<p>3 articles</p>", None, busy=False) == "<p>3 articles</p>"
    assert index_state("", (3, 10), busy=True) == (
        '<p class="updating"><span>Updating the index: 3 of 10 passages</span>'
        '<progress aria-label="Update of the index" value="3" max="10"></progress></p>'
    )
    assert "<span>Updating the index</span>" in index_state("", None, busy=True)


def test_it_is_said_of_which_articles_is_asked() -> None:
    assert asked_of(Filters(), 3, 3) == "<p>Questions are asked of all 3 articles.</p>"
    assert asked_of(Filters(("Gazette",)), 1, 3) == (
        "<p>Questions are asked of 1 of 3 articles: those <bdi>of Gazette</bdi>.</p>"
    )
