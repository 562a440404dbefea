"""Dates and periods as people write them: found in a text, and put into words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from evqa.language import date_patterns as patterns

MONTHS = patterns.MONTHS


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both in it; raises ValueError where they are reversed."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end on {self.last}, before it begins: {self.first}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """The period in words: `10 February 2026`, `June 2025`, `2025`, `2 to 8 February 2026`."""
        return _in_words(self)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last

    def covers(self, other: Period) -> bool:
        """Whether every day of the other is in this one."""
        return self.first <= other.first and other.last <= self.last


class Form(StrEnum):
    """How a text names a period."""

    WRITTEN = "written"
    """In full, by its year: `11 February 2026`, `Q2 2025`, `in 2024`."""
    COUNTED = "counted"
    """By its distance from the anchor: `yesterday`, `last year`."""
    ROUGH = "rough"
    """By a rounded distance from the anchor: `two months ago`."""
    YEARLESS = "yearless"
    """By its place in the year or the week: `in June`, `on Tuesday`; read as the latest one."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A period that `text[start:end]` names."""

    start: int
    end: int
    period: Period
    form: Form


def written_date(text: str) -> date | None:
    """The first complete date of a text that exists, or None: `Feb 11, 2026`, `2026年2月11日`."""
    return next((mention.period.first for mention in written_dates(text)), None)


def written_dates(text: str) -> list[Mention]:
    """The complete dates of a text, in order; one that does not exist (30 February) is skipped."""
    return _mentions(text, None, _COMPLETE)


def periods(text: str, anchor: date | None = None) -> list[Mention]:
    """The periods that a text names, in order, none inside another.

    What the text leaves open (`yesterday`, `in June`) is read from the anchor, the day that the
    article was published or the question is asked: a yearless date as the latest one that does not
    begin after it. Without an anchor only periods written in full are found.
    """
    return _mentions(text, anchor, _RULES)


def in_words(day: date) -> str:
    """A day as `11 February 2026`, whatever the locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# How periods are found: the rules in order, each a pattern and what reads a match of it. A match
# that overlaps one of an earlier rule is dropped, and so is one that its reader makes nothing of.
# Compiling all patterns takes longer than a question may wait, so each is compiled when it is used
# first, and none is for a text without any sign of a date.

_Reader = Callable[[re.Match[str], date], Period | None]
_Rule = tuple[Form, str, int, _Reader]

_compiled = cache(re.compile)
_NO_ANCHOR = date(2070, 1, 1)


def _mentions(text: str, anchor: date | None, rules: tuple[_Rule, ...]) -> list[Mention]:
    found: list[Mention] = []
    if not patterns.SIGNS.search(text):
        return found
    for form, pattern, flags, read in rules:
        if anchor is None and form is not Form.WRITTEN:
            continue
        for match in _compiled(pattern, flags).finditer(text):
            period = _read(read, match, anchor or _NO_ANCHOR)
            start, end = match.span("all")
            if period and all(end <= other.start or other.end <= start for other in found):
                found.append(Mention(start, end, period, form))
    return sorted(found, key=lambda mention: mention.start)


def _read(read: _Reader, match: re.Match[str], anchor: date) -> Period | None:
    """What the reader makes of a match; None for a date that does not exist."""
    try:
        return read(match, anchor)
    except (ValueError, OverflowError, LookupError):
        return None


def _group(match: re.Match[str], name: str) -> str:
    """A group of a match in lower case, or the empty string where its pattern has none."""
    return " ".join((match.groupdict().get(name) or "").casefold().split())


def _day(year: int, month: int, day: int) -> Period:
    there = date(year, month, day)
    return Period(there, there)


def _months(year: int, month: int, count: int = 1) -> Period:
    """So many whole months; a month below 1 or above 12 counts into the years around."""
    first = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    last_month = year * 12 + month + count - 2
    year, month = divmod(last_month, 12)
    if month == 11:
        return Period(first, date(year, 12, 31))
    return Period(first, date(year, month + 2, 1) - timedelta(days=1))


def _month_number(name: str) -> int:
    """The number of an English month name, a short one, or a number."""
    return int(name) if name.isdigit() else patterns.MONTH_NUMBERS[name[:3].casefold()]


def _complete(match: re.Match[str], _anchor: date) -> Period | None:
    return _day(int(match["y"]), _month_number(match["m"]), int(match["d"]))


def _month_of_year(match: re.Match[str], _anchor: date) -> Period | None:
    if not _names_month(match) or patterns.COUNTED_UNIT.match(*_after(match)):
        return None
    month, year = _month_number(match["m"]), int(match["y"])
    first = _month_number(_group(match, "m1") or match["m"])
    return _months(year - (first > month), first, (month - first) % 12 + 1)


def _chinese_month_of_year(match: re.Match[str], _anchor: date) -> Period | None:
    return _months(int(match["y"]), int(match["m"]))


def _quarter(match: re.Match[str], _anchor: date) -> Period | None:
    return _months(int(match["y"]), 3 * patterns.QUARTER_NUMBERS[_group(match, "n")] - 2, 3)


def _half(match: re.Match[str], _anchor: date) -> Period | None:
    return _months(int(match["y"]), 6 * patterns.HALF_NUMBERS[_group(match, "n")] - 5, 6)


def _year(match: re.Match[str], anchor: date) -> Period | None:
    return _months(int(match["y"]), 1, 12) if _is_year(match, anchor) else None


def _chinese_year(match: re.Match[str], _anchor: date) -> Period | None:
    return _months(int(match["y"]), 1, 12)


def _month_of_counted_year(match: re.Match[str], anchor: date) -> Period | None:
    year, month = anchor.year + patterns.STEPS[_group(match, "step")], _month_number(match["m"])
    day = _group(match, "d")
    return _day(year, month, int(day)) if day else _months(year, month)


def _day_word(match: re.Match[str], anchor: date) -> Period | None:
    words = _group(match, "all")
    if _is_name(match) or (
        words in ("today", "tomorrow") and patterns.POSSESSIVE.match(*_after(match))
    ):
        return None
    return _around_anchor(anchor, "day", patterns.DAY_STEPS[words])


def _chinese_day_word(match: re.Match[str], anchor: date) -> Period | None:
    return _around_anchor(anchor, "day", patterns.DAY_STEPS[match["all"]])


def _counted(match: re.Match[str], anchor: date) -> Period | None:
    unit = match["unit"]
    return _around_anchor(
        anchor, patterns.UNITS.get(unit, unit), patterns.STEPS[_group(match, "step")]
    )


def _ago(match: re.Match[str], anchor: date) -> Period | None:
    number = _group(match, "n")
    count = int(number) if number.isdigit() else patterns.NUMBERS[number]
    return _around_anchor(anchor, _group(match, "unit"), -count)


def _around_anchor(anchor: date, unit: str, step: int) -> Period:
    """The day, week (from Monday), month or year that is so many steps from the anchor's."""
    match unit:
        case "day":
            there = anchor + timedelta(days=step)
            return Period(there, there)
        case "week":
            monday = anchor + timedelta(days=7 * step - anchor.weekday())
            return Period(monday, monday + timedelta(days=6))
        case "month":
            return _months(anchor.year, anchor.month + step)
    return _months(anchor.year + step, 1, 12)


def _yearless_day(match: re.Match[str], anchor: date) -> Period | None:
    if not _names_month(match) or patterns.COUNTED_UNIT.match(*_after(match)):
        return None
    if patterns.YEAR_FOLLOWS.match(*_after(match)):
        return None
    month, day = _month_number(match["m"]), int(match["d"])
    is_past = (month, day) <= (anchor.month, anchor.day)
    return _day(anchor.year if is_past else anchor.year - 1, month, day)


def _yearless_month(match: re.Match[str], anchor: date) -> Period | None:
    if not _names_month(match) or patterns.YEAR_FOLLOWS.match(*_after(match)):
        return None
    month, which = _month_number(match["m"]), _group(match, "which")
    # In August `last June` may be this year's or last year's.
    is_unclear = (which == "last" and month < anchor.month) or (
        which == "this past" and month == anchor.month
    )
    if is_unclear:
        return None
    is_this_year = which == "this" or (month <= anchor.month and which != "last")
    return _months(anchor.year if is_this_year else anchor.year - 1, month)


def _weekday(match: re.Match[str], anchor: date) -> Period | None:
    return _around_anchor(
        anchor, "day", -((anchor.weekday() - patterns.WEEKDAYS.index(match["w"])) % 7)
    )


def _after(match: re.Match[str]) -> tuple[str, int]:
    """The text and the place where a mention ends, for a pattern to match from there."""
    return match.string, match.end("all")


def _names_month(match: re.Match[str]) -> bool:
    """Whether the month is no verb: `may` and `march` count only after a word like `in`."""
    if match["m"] not in ("may", "march", "mar", "august"):
        return True
    before = match.string[max(0, match.start("m") - 12) : match.start("m")]
    return bool(patterns.MONTH_LEADS.search(before))


def _is_name(match: re.Match[str]) -> bool:
    """Whether it names no day: `USA Today`, the song `Yesterday`, `the car of tomorrow`."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    if not match["all"][0].isupper():
        return bool(patterns.NO_DAY_LEADS.search(before[-12:])) and match["all"] != "today"
    before = before.rstrip(" \t*_#>-")
    return bool(before) and before[-1] not in ".!?:;…\n\r\"“‘'(（—–。！？；："


def _is_year(match: re.Match[str], anchor: date) -> bool:
    """Whether a number of four digits is a year, by the words around it."""
    text, start, end, year = match.string, match.start("y"), match.end("y"), int(match["y"])
    before = text[max(0, start - 24) : start]
    is_decade = year % 10 == 0 and patterns.POSSESSIVE.match(text, end)
    if is_decade or patterns.COUNTED_UNIT.match(text, end) or patterns.GLUED.match(text, end):
        return False
    if patterns.SURE_LEADS.search(before):
        return True
    if not 1900 <= year <= anchor.year + 30:
        return False
    is_recent = anchor is not _NO_ANCHOR and abs(year - anchor.year) <= 5
    return _reads_as_year(before, text, end) or (is_recent and _may_be_year(before, text, end))


def _reads_as_year(before: str, text: str, end: int) -> bool:
    """Whether the words before and after make it a year: `the goal for 2025`, `2010 – founded`."""
    if patterns.LIKELY_LEADS.search(before):
        return not patterns.ACTS.match(text, end)
    return bool(patterns.STARTS.search(before) and patterns.YEAR_TELLS.match(text, end))


def _may_be_year(before: str, text: str, end: int) -> bool:
    """Whether the words allow a recent year: `2025 sales`, `deliveries 2025?`."""
    if patterns.FIGURES.match(text, end):
        return True
    return bool(patterns.PLAIN_WORD.search(before) and patterns.ENDS.match(text, end))


def _rules(
    form: Form, sources: tuple[str, ...], read: _Reader, flags: int = re.I
) -> tuple[_Rule, ...]:
    return tuple((form, pattern, flags, read) for pattern in sources)


_COMPLETE = _rules(Form.WRITTEN, patterns.COMPLETE_DATES, _complete)
_RULES = (
    *_COMPLETE,
    *_rules(Form.WRITTEN, patterns.QUARTERS, _quarter),
    *_rules(Form.WRITTEN, patterns.HALVES, _half),
    *_rules(Form.WRITTEN, patterns.MONTHS_OF_YEAR, _month_of_year),
    *_rules(Form.WRITTEN, patterns.CHINESE_MONTHS_OF_YEAR, _chinese_month_of_year),
    *_rules(Form.COUNTED, patterns.MONTHS_OF_COUNTED_YEAR, _month_of_counted_year),
    *_rules(Form.COUNTED, patterns.DAY_WORDS, _day_word),
    *_rules(Form.COUNTED, patterns.CHINESE_DAY_WORDS, _chinese_day_word),
    *_rules(Form.COUNTED, patterns.COUNTED, _counted, 0),
    *_rules(Form.COUNTED, patterns.CHINESE_COUNTED, _counted),
    *_rules(Form.COUNTED, patterns.DAYS_AGO, _ago),
    *_rules(Form.ROUGH, patterns.LONG_AGO, _ago),
    *_rules(Form.YEARLESS, patterns.YEARLESS_DAYS, _yearless_day),
    *_rules(Form.YEARLESS, patterns.YEARLESS_MONTHS, _yearless_month),
    *_rules(Form.YEARLESS, patterns.LATEST_WEEKDAYS, _weekday, 0),
    *_rules(Form.WRITTEN, patterns.YEARS, _year),
    *_rules(Form.WRITTEN, patterns.CHINESE_YEARS, _chinese_year),
)


def _in_words(period: Period) -> str:
    first, last = period.first, period.last
    if first == last:
        return in_words(first)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if period == _months(first.year, first.month, months):
        if months == 12 and first.month == 1:
            return str(first.year)
        if months == 3 and first.month % 3 == 1:
            return f"the {patterns.ORDINALS[first.month // 3]} quarter of {first.year}"
        if months == 1:
            return f"{MONTHS[first.month - 1]} {first.year}"
    return f"{_start_in_words(period)} to {in_words(last)}"


def _start_in_words(period: Period) -> str:
    """A period's first day, without the month and the year that its last day names again."""
    first, last = period.first, period.last
    if first.year != last.year:
        return in_words(first)
    return f"{first.day}" if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
