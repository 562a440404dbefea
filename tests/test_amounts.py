from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.language.amount_patterns import same_noun
from evqa.language.amounts import Amount, alike, amounts, comparable, same

Seen = tuple[str, object, str, str, str]


def day(year: int, month: int, of_month: int) -> int:
    return date(year, month, of_month).toordinal()


def seen(text: str) -> list[Seen]:
    """Each amount of a text as its words, value, unit, bound and noun."""
    return [
        (text[a.start : a.end], plain(a.low, a.high), a.unit, a.bound, a.noun)
        for a in amounts(text)
    ]


def plain(low: Fraction, high: Fraction) -> object:
    ends = [int(end) if end.denominator == 1 else float(end) for end in (low, high)]
    return ends[0] if low == high else tuple(ends)


def only(text: str) -> Amount:
    (amount,) = amounts(text)
    return amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It built 81,302 vehicles.", ("81,302 vehicles", 81302, "count", "", "vehicle")),
        ("350 thousand cars", ("350 thousand cars", 350000, "count", "", "car")),
        ("350k units", ("350k units", 350000, "count", "", "unit")),
        ("some 20m people", ("some 20m people", 20000000, "count", "about", "person")),
        ("half a million fans", ("half a million fans", 500000, "count", "", "fan")),
        ("a quarter of a million homes",
         ("a quarter of a million homes", 250000, "count", "", "home")),
        ("2.5 million doses", ("2.5 million doses", 2500000, "count", "", "dose")),
        ("three goals", ("three goals", 3, "count", "", "goal")),
        ("twenty-five thousand people",
         ("twenty-five thousand people", 25000, "count", "", "person")),
        ("one hundred and twenty staff",
         ("one hundred and twenty staff", 120, "count", "", "staff")),
        ("a dozen eggs", ("a dozen eggs", 12, "count", "", "egg")),
        ("over 500,000 of its EVs", ("over 500,000 of its EVs", 500000, "count", "over", "ev")),
        ("nearly 10,000 fans", ("nearly 10,000 fans", 10000, "count", "almost", "fan")),
        ("no more than 3 goals", ("no more than 3 goals", 3, "count", "up to", "goal")),
        ("no fewer than 40 men", ("no fewer than 40 men", 40, "count", "at least", "man")),
        ("fewer than 40 men", ("fewer than 40 men", 40, "count", "under", "man")),
        ("500,000+ downloads", ("500,000+ downloads", 500000, "count", "at least", "download")),
        ("40 or more nurses", ("40 or more nurses", 40, "count", "at least", "nurse")),
        ("50 or so guests", ("50 or so guests", 50, "count", "about", "guest")),
        ("240,000 confirmed orders", ("240,000 confirmed orders", 240000, "count", "", "order")),
        ("1900 people came", ("1900 people", 1900, "count", "", "person")),
        ("about 2000 cars", ("about 2000 cars", 2000, "count", "about", "car")),
        ("20 to 30 guests", ("20 to 30 guests", (20, 30), "count", "", "guest")),
        ("2-3 million visitors",
         ("2-3 million visitors", (2000000, 3000000), "count", "", "visitor")),
        ("between 40 and 45 weeks", ("between 40 and 45 weeks", (280, 315), "day", "", "")),
        ("won 3-1 at home", ("3-1", (3.0, 1.0), "score", "", "")),
        ("26.4%", ("26.4%", 26.4, "percent", "", "")),
        ("4.5 per cent", ("4.5 per cent", 4.5, "percent", "", "")),
        ("around 30 percent", ("around 30 percent", 30, "percent", "about", "")),
        ("0.5 percentage points", ("0.5 percentage points", 0.5, "percentage point", "", "")),
        ("$630", ("$630", 630, "USD", "", "")),
        ("US$1.2bn", ("US$1.2bn", 1200000000, "USD", "", "")),
        ("£3m", ("£3m", 3000000, "GBP", "", "")),
        ("€1,250.50", ("€1,250.50", 1250.5, "EUR", "", "")),
        ("5 million yuan", ("5 million yuan", 5000000, "CNY", "", "")),
        ("RMB20bn", ("RMB20bn", 20000000000, "CNY", "", "")),
        ("around ¥250,000", ("around ¥250,000", 250000, "¥", "about", "")),
        ("40 Swedish kronor", ("40 Swedish kronor", 40, "SEK", "", "")),
        ("42 kroner", ("42 kroner", 42, "krone", "", "")),
        ("58 weeks", ("58 weeks", 406, "day", "", "")),
        ("over a year", ("over a year", 365, "day", "over", "")),
        ("up to a year", ("up to a year", 365, "day", "up to", "")),
        ("half an hour", ("half an hour", 1 / 48, "day", "", "")),
        ("a wait of a year and a half", ("a year and a half", 547.5, "day", "", "")),
        ("three and a half years", ("three and a half years", 1277.5, "day", "", "")),
        ("an eight-day trip", ("eight-day", 8, "day", "", "")),
        ("519 miles", ("519 miles", 835249.536, "metre", "", "")),
        ("830 km", ("830 km", 830000, "metre", "", "")),
        ("681hp", ("681hp", 507.821612832, "kW", "", "")),
        ("508 kW", ("508 kW", 508, "kW", "", "")),
        ("690 PS", ("690 PS", 507.4941375, "kW", "", "")),
        ("60 mph", ("60 mph", 96.56064, "km/h", "", "")),
        ("0-62mph", ("0-62mph", (0.0, 99.779328), "km/h", "", "")),
        ("1.2 tonnes", ("1.2 tonnes", 1200, "kg", "", "")),
        ("101.7 kWh", ("101.7 kWh", 101.7, "kWh", "", "")),
        ("-", None),
        ("in 2027", ("2027", (day(2027, 1, 1), day(2027, 12, 31)), "date", "", "")),
        ("by 2027", ("by 2027", (day(2027, 1, 1), day(2027, 12, 31)), "date", "up to", "")),
        ("until at least 2027",
         ("until at least 2027", (day(2027, 1, 1), day(2027, 12, 31)), "date", "at least", "")),
        ("in late 2025", ("late 2025", (day(2025, 7, 1), day(2025, 12, 31)), "date", "", "")),
        ("in Q2 2025", ("Q2 2025", (day(2025, 4, 1), day(2025, 6, 30)), "date", "", "")),
        ("the second quarter of 2025",
         ("the second quarter of 2025", (day(2025, 4, 1), day(2025, 6, 30)), "date", "", "")),
        ("in March 2020", ("March 2020", (day(2020, 3, 1), day(2020, 3, 31)), "date", "", "")),
        ("on 10 February 2026", ("10 February 2026", day(2026, 2, 10), "date", "", "")),
        ("on Feb. 10, 2026", ("Feb. 10, 2026", day(2026, 2, 10), "date", "", "")),
        ("on 2026-02-10", ("2026-02-10", day(2026, 2, 10), "date", "", "")),
        ("on February 10", ("February 10", day(2000, 2, 10), "day of any year", "", "")),
        ("2025年6月10日", ("2025年6月10日", day(2025, 6, 10), "date", "", "")),
        ("等待58周", ("58周", 406, "day", "", "")),
        ("超过50万辆", ("超过50万辆", 500000, "count", "over", "vehicle")),
        ("售价25万元", ("25万元", 250000, "CNY", "", "")),
        ("206亿美元", ("206亿美元", 20600000000, "USD", "", "")),
    ],
)  # fmt: skip
def test_an_amount_is_read_with_its_value_unit_bound_and_noun(
    text: str, expected: Seen | None
) -> None:
    assert seen(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "The YU7 and the SU7 met on the I-5.",
        "The iPhone 17, the Model 3 and the Mi 1",
        "Phase 2 of the plant",
        "A Boeing 737 on Highway 61",
        "The G20 discussed COVID-19.",
        "A 5-star hotel, open 24/7",
        "It began at 10:41 PM (UTC+4).",
        "Version 3.5.1 fixes #512.",
        "One of the biggest, and no one knew",
        "Twice a week it may march on.",
        "",
    ],
)
def test_names_and_numbers_that_count_nothing_are_no_amounts(text: str) -> None:
    assert amounts(text) == []


def test_a_converted_sum_belongs_to_the_sum_before_it() -> None:
    text = "It took RMB 20.6 billion ($2.87 billion) of revenue"
    amount = only(text)
    assert text[amount.start : amount.end] == "RMB 20.6 billion ($2.87 billion)"
    assert (amount.low, amount.unit) == (20_600_000_000, "CNY")
    assert amount.converted
    assert (amount.converted.low, amount.converted.unit) == (2_870_000_000, "USD")


def test_two_sums_in_one_currency_are_two_amounts() -> None:
    assert [one[0] for one in seen("$300 ($250 for members)")] == ["$300", "$250"]


def test_each_amount_of_a_sentence_is_found() -> None:
    text = "In Q2 2025 it sold 81,302 cars, up 197.73%, after 41 weeks, for $34,700 each."
    assert [one[0] for one in seen(text)] == [
        "Q2 2025", "81,302 cars", "197.73%", "41 weeks", "$34,700"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("350,000", "350 thousand"),
        ("350,000 cars", "350,000 vehicles"),
        ("500,000 EVs", "half a million EVs"),
        ("over 500,000 EVs", "512,000 EVs"),
        ("over 500,000 EVs", "500,000 EVs"),
        ("81,302 vehicles", "about 81,000 vehicles"),
        ("81,302 vehicles", "81,000 vehicles"),
        ("58 weeks", "over a year"),
        ("58 weeks", "up to 60 weeks"),
        ("12 months", "a wait of a year"),
        ("52 weeks", "for a year"),
        ("RMB 20.6 billion ($2.87 billion)", "$2.87 billion"),
        ("RMB 20.6 billion ($2.87 billion)", "20.6 billion yuan"),
        ("¥250,000", "RMB 250,000"),
        ("20%", "20.4 percent"),
        ("681hp", "508 kW"),
        ("519 miles", "835 km"),
        ("10 February", "10 February 2026"),
        ("in 2026", "10 February 2026"),
        ("by 2027", "from 2027"),
        ("by 2027", "in 2026"),
        ("in Q2 2025", "in May 2025"),
        ("40 to 45 weeks", "42 weeks"),
        ("50万辆", "500,000 vehicles"),
        ("nearly 10,000 fans", "9,800 fans"),
    ],
)
def test_amounts_that_can_both_be_true_are_the_same(one: str, other: str) -> None:
    assert same(only(one), only(other))
    assert same(only(other), only(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("494,507", "484,507"),
        ("350,000 cars", "300,000 cars"),
        ("350,000 cars", "350,000 orders"),
        ("350,000", "3,500,000"),
        ("over 500,000 EVs", "494,507 EVs"),
        ("over 500,000 EVs", "5 million EVs"),
        ("58 weeks", "up to a year"),
        ("58 weeks", "for a year"),
        ("up to 60 weeks", "up to a year"),
        ("over a year", "up to a year"),
        ("58 weeks", "58 days"),
        ("$2.87 billion", "€2.87 billion"),
        ("$2.87 billion", "$2.78 billion"),
        ("20%", "25%"),
        ("20%", "20"),
        ("519 miles", "519 km"),
        ("in 2026", "in 2027"),
        ("by 2027", "in 2028"),
        ("10 February", "11 February 2026"),
        ("3-1", "2-1"),
        ("3-1", "1-3"),
        ("40 to 45 weeks", "46 weeks"),
        ("3.2 seconds", "4.3 seconds"),
    ],
)
def test_amounts_that_cannot_both_be_true_differ(one: str, other: str) -> None:
    assert not same(only(one), only(other))
    assert not same(only(other), only(one))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("350,000 cars", "350 thousand vehicles", True),
        ("about 350,000 cars", "350,000 cars", False),
        ("81,302 cars", "81,000 cars", False),
        ("1 km", "1,000 metres", True),
        ("$2.87 billion", "RMB 20.6 billion ($2.87 billion)", True),
        ("over 500,000 EVs", "500,000 EVs", False),
        ("up to 60 weeks", "58 weeks", False),
        ("over 500,000 EVs", "over 600,000 EVs", False),
    ],
)
def test_amounts_are_alike_where_their_bounds_are_too(one: str, other: str, expected: bool) -> None:
    assert alike(only(one), only(other)) is expected


def test_amounts_of_different_units_are_not_comparable() -> None:
    assert not comparable(only("20%"), only("20 miles"))
    assert comparable(only("20 km"), only("20 miles"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("cars", "vehicles", True),
        ("car", "cars", True),
        ("units", "phones", True),
        ("", "phones", True),
        ("people", "person", True),
        ("orders", "deliveries", False),
        ("goals", "matches", False),
    ],
)
def test_nouns_are_the_same_by_number_and_meaning(one: str, other: str, expected: bool) -> None:
    assert same_noun(one, other) is expected


AMOUNTS = st.builds(
    "{}{:,}{} {}".format,
    st.sampled_from(["", "over ", "up to ", "about ", "at least ", "nearly ", "under "]),
    st.integers(1, 10**9),
    st.sampled_from(["", " million", ".5"]),
    st.sampled_from(["cars", "orders", "weeks", "%", "miles", "kWh", "yuan", "dollars", "units"]),
)


@given(AMOUNTS)
def test_every_amount_is_the_same_as_itself(text: str) -> None:
    assert same(only(text), only(text))
    assert alike(only(text), only(text))


@given(AMOUNTS, AMOUNTS)
def test_being_the_same_goes_both_ways(one: str, other: str) -> None:
    assert same(only(one), only(other)) == same(only(other), only(one))
    assert alike(only(one), only(other)) == alike(only(other), only(one))


@given(st.one_of(TEXTS, st.lists(AMOUNTS, max_size=4).map(", and ".join)))
def test_amounts_are_slices_in_order_that_share_no_character(text: str) -> None:
    at = 0
    for amount in amounts(text):
        assert at <= amount.start < amount.end <= len(text)
        assert text[amount.start : amount.end].strip()
        at = amount.end


@given(st.integers(10, 10**9), st.data())
def test_a_changed_digit_is_another_amount(value: int, data: st.DataObject) -> None:
    written = str(value)
    assume(not written.endswith("0"))
    place = data.draw(st.integers(0, len(written) - 1))
    digit = data.draw(st.sampled_from("123456789"))
    assume(digit != written[place])
    changed = written[:place] + digit + written[place + 1 :]
    one, other = only(f"{int(written):,} units"), only(f"{int(changed):,} units")
    assert not same(one, other)


@given(st.integers(1, 999))
def test_a_number_is_read_alike_in_digits_and_with_a_scale(value: int) -> None:
    assert only(f"{value},000,000 units").low == only(f"{value} million units").low
    assert same(only(f"{value},000,000 units"), only(f"{value} million units"))
