"""Amounts in a text: numbers with what they measure or count, and dates, compared by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from evqa.language.amount_patterns import (
    AFTER_RANGE,
    AND_A_HALF,
    ARTICLE_DURATION,
    BEFORE_ARTICLE,
    CALENDAR_DATE,
    CLASSIFIERS,
    CONVERSION,
    COUNT,
    CURRENCIES,
    CURRENCY_SIGNS,
    DATE,
    DURATION,
    MEASURES,
    NAMING,
    NOT_NAMING,
    NUMBER,
    OR_MORE,
    OR_SO,
    RANGE_SIGN,
    RANGE_TO,
    SCALE,
    SCORE,
    UNIT,
    WORD_VALUES,
    YEARLY,
    Bound,
    bound_before,
    date_bound_before,
    days_of,
    is_plural,
    noun_after,
    read_digits,
    read_words,
    same_noun,
    scale_of,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that stands at `text[start:end]`, the words that bound it included.

    `low` and `high` are its value in `unit`, alike unless it is a range; a date's are the ordinals
    of its first and last day. `grain` is the step to which the value is stated: 10,000 for 350,000.
    `noun` is what a count counts. `converted` is the same sum in another currency.
    """

    start: int
    end: int
    low: Fraction
    high: Fraction
    unit: str
    grain: Fraction
    bound: Bound = ""
    noun: str = ""
    converted: Amount | None = None


def amounts(text: str) -> list[Amount]:
    """The amounts of a text, in its order; no two share a character."""
    dates = list(_dates(text))
    numbers = _undated(text, dates)
    joined = [*dates, *(_finished(text, one) for one in _ranges(text, numbers) if not one.name)]
    joined = [one for one in joined if not _is_pronoun(text, one)]
    return _with_conversions(text, sorted(joined, key=lambda one: one.start))


def same(a: Amount, b: Amount) -> bool:
    """Whether two amounts can both be true: alike by value and unit, as far as each is stated.

    Values are alike within the rounding of the one that is stated less precisely; a bound, such as
    `over` or `up to`, is met by every value within it.
    """
    for one in _currencies(a):
        for other in _currencies(b):
            if _comparable(one, other):
                return _compatible(one, other)
    return False


def comparable(a: Amount, b: Amount) -> bool:
    """Whether two amounts measure in the same unit or count the same."""
    return any(_comparable(one, other) for one in _currencies(a) for other in _currencies(b))


def alike(a: Amount, b: Amount) -> bool:
    """Whether two amounts say exactly the same, as `1 km` and `1,000 m` do."""
    return a.bound == b.bound and any(
        _comparable(one, other) and (one.low, one.high) == (other.low, other.high)
        for one in _currencies(a)
        for other in _currencies(b)
    )


def numbered_names(text: str) -> list[str]:
    """The names in a text that end in a number, such as `Phase 2`, which is no amount."""
    found = []
    for number in _undated(text, list(_dates(text))):
        word = re.search(r"[\w’'.]+\s$", text[: number.start])
        if number.name and word:
            found.append(text[word.start() : number.end])
    return found


def _is_pronoun(text: str, amount: Amount) -> bool:
    """Whether a small number in words counts nothing, as in `one of the biggest`."""
    words = text[amount.start : amount.end].lower()
    return (
        amount.unit == COUNT
        and not amount.bound
        and (
            (amount.low == 1 and words.startswith("one"))
            or (not amount.noun and words in WORD_VALUES)
        )
    )


# -- comparing ------------------------------------------------------------------------------------


def _currencies(amount: Amount) -> list[Amount]:
    return [amount, *([amount.converted] if amount.converted else [])]


def _comparable(a: Amount, b: Amount) -> bool:
    units = {a.unit, b.unit}
    if units in ({"¥", "CNY"}, {"¥", "JPY"}, {DATE, YEARLY}):
        return True
    return len(units) == 1 and (a.unit != COUNT or same_noun(a.noun, b.noun))


def _compatible(a: Amount, b: Amount) -> bool:
    if {a.unit, b.unit} == {DATE, YEARLY}:
        dated, yearly = (a, b) if a.unit == DATE else (b, a)
        folded = _in_any_year(dated)
        return folded is None or _compatible(folded, yearly)
    if a.unit == SCORE:
        return (a.low, a.high) == (b.low, b.high)
    coarse, fine = sorted((a, b), key=lambda one: one.grain, reverse=True)
    if coarse.bound == fine.bound and coarse.bound in ("", "up to", "almost"):
        return _rounds_to(coarse, fine)
    (low_a, high_a), (low_b, high_b) = _interval(a), _interval(b)
    low, high = max(low_a, low_b), min(high_a, high_b)
    if {a.bound, b.bound} in ({"over", "up to"}, {"under", "at least"}, {"over", "under"}):
        return low < high
    return low <= high


def _rounds_to(coarse: Amount, fine: Amount) -> bool:
    """Whether the finer value lies within half a step of the coarser one, or their ranges meet."""
    half = coarse.grain / 2
    if coarse.unit in (DATE, YEARLY):
        return coarse.low <= fine.high and fine.low <= coarse.high
    if coarse.grain == fine.grain:
        return coarse.low - half < fine.high and fine.low < coarse.high + half
    return coarse.low - half <= fine.high and fine.low < coarse.high + half


def _interval(amount: Amount) -> tuple[Fraction, Fraction]:
    """All values that an amount with its bound admits."""
    low, high = amount.low, amount.high
    far = Fraction(10) ** 30
    half = Fraction(0) if amount.unit in (DATE, YEARLY) else amount.grain / 2
    spread = max(half, abs(high) / 10)
    return {
        "": (low - half, high + half) if amount.unit not in (DATE, YEARLY) else (low, high),
        "about": (low - spread, high + spread),
        "almost": (low - spread, high),
        "over": (low, 2 * high if high > 0 else far),
        "at least": (low, far),
        "up to": (-far, high),
        "under": (low / 2, high),
    }[amount.bound]


def _in_any_year(amount: Amount) -> Amount | None:
    """A date within one year as days of any year; None where it says no more than the year."""
    if amount.bound:
        return None
    first, last = date.fromordinal(int(amount.low)), date.fromordinal(int(amount.high))
    if first.year != last.year or (last - first).days > 100:
        return None
    return replace(
        amount,
        unit=YEARLY,
        low=Fraction(first.replace(year=2000).toordinal()),
        high=Fraction(last.replace(year=2000).toordinal()),
    )


# -- numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written: its value, and what is written around it."""

    start: int
    end: int
    low: Fraction
    high: Fraction
    grain: Fraction
    scale: Fraction | None = None
    unit: str = ""
    factor: Fraction = Fraction(1)
    spelt: bool = False
    name: bool = False
    plain: bool = True
    counted: str = ""
    dashed: bool = False


def _numbers(text: str) -> Iterator[_Number]:
    """The numbers of a text with their scales and units, the parts of names among them."""
    at = 0
    while match := NUMBER.search(text, at):
        number = _number(text, match)
        yield from _article_durations(text, at, match.start())
        if number:
            yield number
        at = max(number.end if number else 0, match.end())
    yield from _article_durations(text, at, len(text))


def _undated(text: str, dates: Sequence[Amount]) -> list[_Number]:
    """The numbers of a text that are no part of its dates."""
    return [
        number
        for number in _numbers(text)
        if not any(day.start < number.end and number.start < day.end for day in dates)
    ]


def _number(text: str, match: re.Match[str]) -> _Number | None:
    digits, spelt = match["digits"], match["spelt"]
    value, grain = read_digits(digits) if digits else read_words(spelt)
    sign = match["sign"]
    number = _Number(match.start(), match.end(), value, value, grain, spelt=bool(spelt))
    number = replace(number, plain=bool(digits) and digits.isdigit())
    if half := AND_A_HALF.match(text, number.end):
        number = _moved(number, half.end(), number.low + Fraction(1, 2), Fraction(1, 2))
    scale = SCALE.match(text, number.end)
    if scale and (sign or scale["letter"] not in ("m", "M") or _counts(text, scale.end())):
        number = _scaled(replace(number, end=scale.end()), scale_of(scale))
    unit = None if sign else UNIT.match(text, number.end)
    if sign:
        number = replace(number, unit=CURRENCY_SIGNS[sign])
    elif unit and not _misread(unit):
        _, name, factor = MEASURES[int((unit.lastgroup or "u0")[1:])]
        number = replace(number, end=unit.end(), unit=name, factor=factor)
        if half := AND_A_HALF.match(text, number.end):
            number = _moved(number, half.end(), number.low + Fraction(1, 2), Fraction(1, 2))
    elif text[number.end : number.end + 1] in CLASSIFIERS and text[number.end : number.end + 1]:
        classifier = text[number.end]
        number = replace(number, end=number.end + 1, counted=CLASSIFIERS[classifier])
    if re.match(r"[A-Za-zÀ-ÿ°º]|-[A-Za-z]", text[number.end : number.end + 2]):
        return None
    return replace(number, name=_is_name(text, number))


def _counts(text: str, end: int) -> bool:
    """Whether a plural follows at once, so that the `m` before it is a million: `20m people`."""
    word = re.compile(r" ([a-z]+)").match(text, end)
    return bool(word and is_plural(word[1]))


def _misread(unit: re.Match[str]) -> bool:
    """Whether a unit of one letter stands apart from its number, as the `s` and `g` of words do."""
    return len(unit[0].strip()) == 1 and unit[0][0] in " \u00a0-" and unit[0].strip().isascii()


def _scaled(number: _Number, scale: Fraction) -> _Number:
    # "20 billion" and "2 million" are stated to a whole billion and to a tenth of a million.
    grain = scale * number.grain
    if number.low == number.high and 0 < number.low < 10 and number.grain == 1:
        grain = scale / 10
    return replace(
        number, low=number.low * scale, high=number.high * scale, grain=grain, scale=scale
    )


def _moved(number: _Number, end: int, value: Fraction, grain: Fraction) -> _Number:
    return replace(number, end=end, low=value, high=value, grain=grain, plain=False)


def _is_name(text: str, number: _Number) -> bool:
    """Whether a bare number belongs to a name, such as `Phase 2`, `Model 3` or `Falcon 9`."""
    if not number.plain or number.scale or number.unit or number.counted:
        return False
    before = re.search(r"([\w’'.]+)\s$", text[max(0, number.start - 30) : number.start])
    if not before:
        return False
    word = before[1].strip(".")
    if re.search(r"[’']s?$", word):
        return False
    return word.lower() in NAMING or (
        word != word.lower() and word.lower() not in NOT_NAMING and number.low < 10000
    )


def _article_durations(text: str, start: int, end: int) -> Iterator[_Number]:
    """`a year`, `half an hour` and the like where they are lengths of time, not rates."""
    for match in ARTICLE_DURATION.finditer(text, start, end):
        if not match["half"] and not BEFORE_ARTICLE.search(
            text[max(0, match.start() - 20) : match.start()]
        ):
            continue
        unit = UNIT.match(f" {match['unit'] or match['one']}")
        assert unit
        _, name, factor = MEASURES[int((unit.lastgroup or "u0")[1:])]
        value = Fraction(1, 2) if match["half"] else Fraction(1)
        if match["more"]:
            value += Fraction(1, 2)
        grain = Fraction(1) if value == 1 else Fraction(1, 2)
        yield _Number(
            match.start(), match.end(), value, value, grain, unit=name, factor=factor, spelt=True
        )


def _ranges(text: str, numbers: Sequence[_Number]) -> Iterator[_Number]:
    """The numbers, two that are the ends of one range or score as one."""
    held: _Number | None = None
    for number in sorted(numbers, key=lambda one: one.start):
        if held and (joined := _joined(text, held, number)):
            yield joined
            held = None
            continue
        if held:
            yield from _after_dash(text, held)
        held = number
    if held:
        yield from _after_dash(text, held)


def _after_dash(text: str, number: _Number) -> Iterator[_Number]:
    """A number and the one that a dash joins to it, which the search for numbers passes over."""
    sign = RANGE_SIGN.match(text, number.end)
    match = AFTER_RANGE.match(text, sign.end()) if sign else None
    second = _number(text, match) if match else None
    joined = _joined(text, number, second) if second else None
    yield joined or number


def _joined(text: str, first: _Number, second: _Number) -> _Number | None:
    between = text[first.end : second.start]
    lead = text[max(0, first.start - 10) : first.start].lower()
    dash = RANGE_SIGN.fullmatch(between)
    to = RANGE_TO.fullmatch(between) and not re.search(r"\bfrom (?:\w+ )?$", lead)
    either = between == " and " and re.search(r"\bbetween $", lead)
    if not (dash or to or either) or second.name:
        return None
    if first.unit and (first.unit, first.factor) != (second.unit, second.factor):
        if second.unit or second.counted:
            return None
        second = replace(second, unit=first.unit, factor=first.factor)
    if second.scale and not first.scale and first.high < 1000:
        first = _scaled(first, second.scale)
    return replace(
        second,
        start=first.start - (len("between ") if either else 0),
        low=first.low,
        grain=max(first.grain, second.grain),
        dashed=bool(dash),
    )


def _finished(text: str, number: _Number) -> Amount:
    """A number as an amount, with its bound before or after it and the noun that it counts."""
    noun, end, unit = number.counted, number.end, number.unit or COUNT
    more, so = OR_MORE.match(text, end), OR_SO.match(text, end)
    if not number.unit and not noun:
        noun, end = noun_after(text, more.end() if more else so.end() if so else end)
        end = end if noun or not (more or so) else max(part.end() for part in (more, so) if part)
        if not noun and number.dashed and number.high < 200:
            unit = SCORE
    elif more or so:
        end = max(part.end() for part in (more, so) if part)
    bound, start = bound_before(text, number.start)
    if not bound and (more or so):
        bound = "at least" if more else "about"
    low, high, grain = (part * number.factor for part in (number.low, number.high, number.grain))
    if number.unit == DURATION and number.factor >= 28:
        grain = min(grain, max(low, number.factor / 2) / 5)
    if unit != SCORE:
        low, high = min(low, high), max(low, high)
    return Amount(start, end, low, high, unit, grain, bound, noun)


def _with_conversions(text: str, found: Sequence[Amount]) -> list[Amount]:
    """The amounts, a sum of money as one with its conversion that follows in parentheses."""
    merged: list[Amount] = []
    for amount in found:
        last = merged[-1] if merged else None
        between = text[last.end : amount.start] if last else ""
        if (
            last
            and {last.unit, amount.unit} <= CURRENCIES
            and last.unit != amount.unit
            and last.converted is None
            and CONVERSION.fullmatch(between)
        ):
            closing = (
                re.match(r"\s?[)）]", text[amount.end :]) if re.search(r"[(（]", between) else None
            )
            end = amount.end + (closing.end() if closing else 0)
            merged[-1] = replace(last, end=end, converted=amount)
        else:
            merged.append(amount)
    return merged


# -- dates ----------------------------------------------------------------------------------------


def _dates(text: str) -> Iterator[Amount]:
    """The dates of a text: days, months, quarters and years, with or without their year."""
    for match in CALENDAR_DATE.finditer(text):
        days = days_of(text, match)
        if days is None:
            continue
        first, last, unit = days
        bound, start = date_bound_before(text, match.start())
        ordinals = Fraction(first.toordinal()), Fraction(last.toordinal())
        grain = ordinals[1] - ordinals[0] + 1
        yield Amount(start, match.end(), *ordinals, unit, grain, bound)
