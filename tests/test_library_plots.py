import re
from datetime import date

from evqa.filters import Listed
from evqa.web.library_plots import MOST_BARS, per_month, per_outlet, plots


def listed(outlet: str, told_on: date | None = None) -> Listed:
    return Listed("a.md", "", outlet, outlet, told_on, "", 1)


def test_every_month_from_the_first_to_the_last_is_counted() -> None:
    days = [date(2025, 11, 3), date(2026, 2, 1), date(2026, 2, 28), None]
    assert per_month([listed("", day) for day in days]) == [
        ("Nov 2025", 1),
        ("Dec 2025", 0),
        ("Jan 2026", 0),
        ("Feb 2026", 2),
        ("no date", 1),
    ]
    assert per_month([listed("")]) == [("no date", 1)]
    assert per_month([]) == []


def test_of_many_months_the_latest_are_told_one_by_one() -> None:
    days = [date(2020, 1, 1), date(2020, 2, 1), date(2026, 2, 1)]
    counted = per_month([listed("", day) for day in days])
    assert len(counted) == MOST_BARS + 1
    assert (counted[0], counted[1], counted[-1]) == (
        ("earlier", 2),
        ("Mar 2024", 0),
        ("Feb 2026", 1),
    )


def test_outlets_are_counted_the_most_first() -> None:
    assert per_outlet([listed(name) for name in ("b", "A", "b", "", "c")]) == [
        ("b", 2),
        ("A", 1),
        ("c", 1),
        ("not known", 1),
    ]
    many = per_outlet([listed(str(number)) for number in range(MOST_BARS + 3)])
    assert (len(many), many[-1]) == (MOST_BARS + 1, ("others", 3))


def test_the_bars_are_drawn_and_can_be_read_as_tables() -> None:
    html = plots([listed("<b>Gazette</b> of the harbour", date(2026, 2, 1)), listed("Post")] * 2)
    assert re.findall(r"<td>([^<]*)</td>", html) == [
        *("Feb 2026", "2", "no date", "2"),
        *("&lt;b&gt;Gazette&lt;/b&gt; of the harbour", "2", "Post", "2"),
    ]
    assert re.findall(r'<rect class="bar" [^>]*width="([\d.]+)"', html) == ["230.0"] * 4
    assert "&lt;b&gt;Gazette&lt;/b&gt; of t…</text>" in html
    assert "<b>" not in html
    assert plots([]) == ""
