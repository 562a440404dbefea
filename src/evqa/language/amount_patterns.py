"""How amounts are written: the words, units and patterns, and what their matches mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Literal

from evqa.language.date_patterns import MONTH_NUMBERS

Bound = Literal["", "about", "almost", "over", "at least", "up to", "under"]


def _bag(words: str) -> frozenset[str]:
    return frozenset(words.split())


COUNT = "count"
DURATION = "day"
LENGTH = "metre"
PERCENT = "percent"
SCORE = "score"
DATE = "date"
YEARLY = "day of any year"
CURRENCIES = _bag(
    "USD EUR GBP CNY JPY ¥ INR KRW CHF SEK NOK DKK CAD AUD HKD TWD SGD NZD BRL MXN RUB krone"
)


# -- nouns ----------------------------------------------------------------------------------------

_PLURALS = {"people": "person", "men": "man", "women": "woman", "children": "child"}
_GENERAL = frozenset({"unit", "item", "piece"})
_SYNONYMS = (
    frozenset({"car", "vehicle", "ev", "auto", "automobile", "bev", "nev"}),
    frozenset({"person", "individual"}),
    frozenset({"employee", "worker", "job", "staff", "staffer", "position"}),
    frozenset({"shop", "store", "outlet"}),
    frozenset({"death", "fatality", "dead"}),
    frozenset({"delivery", "handover"}),
    frozenset({"home", "house", "household"}),
    frozenset({"booking", "pre-booking", "reservation", "preorder", "pre-order"}),
)
_ADJECTIVE = _bag(
    "is was has plus minus versus less its this as does yes us thus various always perhaps "
    "previous serious famous religious numerous"
)
_NOUN_STOP = re.compile(
    r"(?:a|an|and|or|but|in|on|at|by|for|from|to|with|as|is|was|are|were|be|been|has|have|had|will"
    r"|would|that|which|who|when|while|after|before|during|since|until|than|per|each|every|under"
    r"|over|into|within|it|he|she|they|we|last|this|next|if|also|not|only|ago|earlier|later|about)$"
)


def singular(noun: str) -> str:
    """A counted noun as it is compared: lower case, without its plural's ending."""
    word = noun.lower().removesuffix("'s").removesuffix("’s")
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:sh|ch|x|ss)es$", word):
        return word[:-2]
    return word[:-1] if re.search(r"[^s]s$", word) else word


def same_noun(a: str, b: str) -> bool:
    """Whether two nouns can stand for the same things; one that is general or missing fits any."""
    one, other = singular(a), singular(b)
    return (
        one == other
        or not one
        or not other
        or one in _GENERAL
        or other in _GENERAL
        or any(one in group and other in group for group in _SYNONYMS)
    )


def is_plural(word: str) -> bool:
    """Whether a word is likely a noun in the plural."""
    low = word.lower()
    if low in _PLURALS or low in ("staff", "police", "dead"):
        return True
    ends = low.endswith("s") and not low.endswith(("ss", "us", "'s", "’s", "ous"))
    return ends and low not in _ADJECTIVE and len(low) > 2


def noun_after(text: str, end: int) -> tuple[str, int]:
    """The first plural noun within five words after a number, and where it ends."""
    at = end
    for _ in range(5):
        word = re.compile(r"[ \u00a0](?:of (?:its |their |the |all )?)?([\w’'-]+)").match(text, at)
        if not word or _NOUN_STOP.match(word[1].lower()):
            return "", end
        at = word.end()
        if is_plural(word[1]):
            return singular(word[1]), at
    return "", end


# -- numbers and units ----------------------------------------------------------------------------

_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORD_VALUES = {word: value for value, word in enumerate(_SMALL)} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
_SCALES = {
    "hundred": 100, "dozen": 12, "thousand": 10**3, "k": 10**3, "lakh": 10**5, "crore": 10**7,
    "million": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9, "b": 10**9,
    "trillion": 10**12, "tn": 10**12, "千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8,
    "万亿": 10**12,
}  # fmt: skip
CURRENCY_SIGNS = {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "S$": "SGD", "NZ$": "NZD", "R$": "BRL", "$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR",
    "£": "GBP", "GBP": "GBP", "CN¥": "CNY", "RMB": "CNY", "CNY": "CNY", "JP¥": "JPY", "JPY": "JPY",
    "¥": "¥", "￥": "¥", "₹": "INR", "INR": "INR", "Rs": "INR", "₩": "KRW", "KRW": "KRW",
    "CHF": "CHF", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "CAD": "CAD", "AUD": "AUD", "₽": "RUB",
    "人民币": "CNY",
}  # fmt: skip
_CURRENCY_WORDS = (
    (r"(?:U\.?S\.? )?dollars?|USD|美元", "USD"), (r"euros?|EUR|欧元", "EUR"),
    (r"pounds sterling|GBP|英镑", "GBP"), (r"yuan|renminbi|RMB|CNY|元人民币|人民币|元", "CNY"),
    (r"yen|JPY|日元", "JPY"), (r"rupees?|INR", "INR"), (r"won(?= |,|\.|$)|KRW", "KRW"),
    (r"(?:Swiss )?francs?|CHF", "CHF"), (r"Swedish kron(?:or|a)|SEK", "SEK"),
    (r"Norwegian kron(?:er|e)|NOK", "NOK"), (r"Danish kron(?:er|e)|DKK", "DKK"),
    (r"kroner|kronor|krona|krone|kr", "krone"),
    (r"roubles?|rubles?|RUB", "RUB"),
)  # fmt: skip
# Unit words, the unit that all of a kind are turned into, and how many of those one is. A word that
# begins with another one stands before it.
MEASURES: tuple[tuple[str, str, Fraction], ...] = tuple(
    (pattern, unit, Fraction(factor))
    for pattern, unit, factor in (
        (r"km/h|kph|kmh|kilomet(?:er|re)s? (?:per|an) hour|公里/小时", "km/h", "1"),
        (r"mph|miles? (?:per|an) hour", "km/h", "1.609344"),
        (r"knots?", "km/h", "1.852"),
        (r"square kilomet(?:er|re)s?|sq\.? ?km|km²|平方公里", "m²", "1000000"),
        (r"square miles?|sq\.? ?mi", "m²", "2589988.110336"),
        (r"square (?:foot|feet)|sq\.? ?ft", "m²", "0.09290304"),
        (r"square met(?:er|re)s?|sq\.? ?m|m²|平方米", "m²", "1"),
        (r"hectares?|ha", "m²", "10000"),
        (r"acres?", "m²", "4046.8564224"),
        (r"percentage points?|个百分点", "percentage point", "1"),
        (r"%|％|percent|per cent|pct", PERCENT, "1"),
        (r"basis points?|bps", "percentage point", "0.01"),
        (r"nanoseconds?|ns", DURATION, f"1/{86400 * 10**9}"),
        (r"milliseconds?|ms", DURATION, f"1/{86400 * 10**3}"),
        (r"seconds?|secs?|s|秒", DURATION, "1/86400"),
        (r"minutes?|mins?|分钟", DURATION, "1/1440"),
        (r"hours?|hrs?|小时", DURATION, "1/24"),
        (r"days?|天", DURATION, "1"),
        (r"weeks?|wks?|周|星期", DURATION, "7"),
        (r"months?|个月", DURATION, "365/12"),
        (r"years?(?:-old|-olds)?|yrs?|年", DURATION, "365"),
        (r"decades?", DURATION, "3650"),
        (r"centur(?:y|ies)", DURATION, "36500"),
        (r"kilowatt[- ]hours?|kWh|千瓦时|度电", "kWh", "1"),
        (r"megawatt[- ]hours?|MWh", "kWh", "1000"),
        (r"gigawatt[- ]hours?|GWh", "kWh", "1000000"),
        (r"terawatt[- ]hours?|TWh", "kWh", "1000000000"),
        (r"watt[- ]hours?|Wh", "kWh", "1/1000"),
        (r"horsepower|bhp|hp|马力", "kW", "0.745699872"),
        (r"PS|metric horsepower", "kW", "0.73549875"),
        (r"kilowatts?|kW|千瓦", "kW", "1"),
        (r"megawatts?|MW", "kW", "1000"),
        (r"gigawatts?|GW", "kW", "1000000"),
        (r"watts?|W", "kW", "1/1000"),
        (r"newton[- ]met(?:er|re)s?|Nm", "Nm", "1"),
        (r"kilomet(?:er|re)s?|kms?|公里|千米", LENGTH, "1000"),
        (r"nautical miles?", LENGTH, "1852"),
        (r"miles?|mi", LENGTH, "1609.344"),
        (r"centimet(?:er|re)s?|cm|厘米", LENGTH, "0.01"),
        (r"millimet(?:er|re)s?|mm|毫米", LENGTH, "0.001"),
        (r"met(?:er|re)s?|m|米", LENGTH, "1"),
        (r"feet|foot|ft", LENGTH, "0.3048"),
        (r"inch(?:es)?", LENGTH, "0.0254"),
        (r"yards?|yds?", LENGTH, "0.9144"),
        (r"kilograms?|kilos?|kgs?|公斤|千克", "kg", "1"),
        (r"milligrams?|mg|毫克", "kg", "1/1000000"),
        (r"micrograms?|µg|mcg", "kg", "1/1000000000"),
        (r"grams?|g|克", "kg", "1/1000"),
        (r"metric tons?|tonnes?|吨", "kg", "1000"),
        (r"tons?", "ton", "1"),
        (r"pounds?|lbs?", "kg", "0.45359237"),
        (r"ounces?|oz", "kg", "0.028349523125"),
        (r"millilit(?:er|re)s?|ml|毫升", "litre", "0.001"),
        (r"lit(?:er|re)s?|升", "litre", "1"),
        (r"gallons?", "gallon", "1"),
        (r"barrels?", "barrel", "1"),
        (r"(?:°|º|degrees? )(?:C|Celsius)\b|℃|摄氏度", "°C", "1"),
        (r"(?:°|º|degrees? )(?:F|Fahrenheit)\b", "°F", "1"),
        (r"volts?|V", "volt", "1"),
        (r"megabytes?|MB", "byte", "1000000"),
        (r"gigabytes?|GB", "byte", "1000000000"),
        (r"terabytes?|TB", "byte", "1000000000000"),
        *((pattern, unit, "1") for pattern, unit in _CURRENCY_WORDS),
    )
)
CLASSIFIERS = {
    "辆": "vehicle", "台": "unit", "人": "person", "名": "person", "个": "unit", "家": "company",
    "次": "time", "件": "item", "例": "case",
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f]\d{3})+|\d+(?:\.\d+)?"
_NUMBER_WORD = "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True)])
_BIG_WORD = "hundred|thousand|million|billion|trillion|dozen"
_SPELT = (
    rf"(?:(?:half|(?:a )?quarter of|three[- ]quarters of) an? |(?:an?|{_NUMBER_WORD})[ -])"
    rf"(?:{_BIG_WORD})\b(?:[ -](?:and )?(?:{_NUMBER_WORD}|{_BIG_WORD})\b)*"
    rf"|(?:{_NUMBER_WORD})\b(?:[ -](?:and )?(?:{_NUMBER_WORD}|{_BIG_WORD})\b)*"
)
_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
# Nothing that belongs to a longer word, time of day, fraction or number may stand around a number.
NUMBER = re.compile(
    rf"(?<![A-Za-zÀ-ÿ0-9_])(?<![A-Za-zÀ-ÿ0-9)][-–])(?<!\d[.,:/])(?<!#)(?<![A-Za-z][+])"
    rf"(?:(?P<sign>{_SIGNS})[\s\u00a0]?)?"
    rf"(?:(?P<digits>{_DIGITS})(?![\d_])(?![.,:/]\d)|(?P<spelt>\b(?i:{_SPELT})))"
)
AFTER_RANGE = re.compile(
    rf"(?P<sign>{_SIGNS})?[\s\u00a0]?(?P<digits>{_DIGITS})(?![\d_])(?![.,:/]\d)"
    rf"|(?P<spelt>\b(?i:{_SPELT}))"
)
SCALE = re.compile(
    r"[\s\u00a0-]?(?P<word>thousand|million|billion|trillion|hundred|dozen|lakh|crore)\b"
    r"|[\s\u00a0]?(?P<short>bn|mn|tn)\b|(?P<letter>[kKmMbB])(?![A-Za-z])"
    r"|\s?(?P<han>万亿|百万|亿|万|千(?!瓦|米|克))"
)
UNIT = re.compile(
    r"[\s\u00a0-]{0,1}(?:"
    + "|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _, _) in enumerate(MEASURES))
    + r")(?![A-Za-z]|\d)"
)
ARTICLE_DURATION = re.compile(
    r"(?:\b(?P<half>half )an? (?P<unit>year|month|week|day|hour|minute|century|decade)"
    r"|(?<=\b)(?P<article>an?|one) (?P<one>year|month|week|day|hour|minute|century|decade))\b"
    r"(?P<more> and a half)?",
    re.IGNORECASE,
)
BEFORE_ARTICLE = re.compile(
    r"(?:^|[(“\"]|\b(?:over|than|to|about|around|nearly|almost|roughly|approximately|for|in|within"
    r"|after|least|most|under|every|take|takes|took|last|lasts|lasted|wait|waited|waits|of|is|was"
    r"|are|were|be|been|by|until|only|just|another|beyond|long as|above|exceed|exceeds|exceeding"
    r"|some)) ?$",
    re.IGNORECASE,
)
AND_A_HALF = re.compile(r" and a half\b", re.IGNORECASE)
RANGE_SIGN = re.compile(r"\s?[-–—]\s?|\s?至\s?|\s?到\s?|~")
RANGE_TO = re.compile(r" to (?:about |around |as much as |as many as |up to )?")
CONVERSION = re.compile(
    r"\s?[(（]|,? or |, which is |, equal to |, equivalent to | \(equivalent to ", re.IGNORECASE
)
NAMING = _bag(
    "phase model level chapter page act article section route highway interstate flight no number "
    "generation version stage type gate room step top season episode part volume week day round "
    "game group class grade tier figure table line track unit block terminal runway channel"
)
NOT_NAMING = _bag(
    "about above after all almost among an and any approximately around as at below between both "
    "but by during each every exactly for from had has have if in into its just last less more "
    "nearly next of on only or other out over past per roughly since some than that the their "
    "then these they those to under until up was we were when where while with within first "
    "another additional january february march april may june july august september october "
    "november december"
)


def read_digits(written: str) -> tuple[Fraction, Fraction]:
    """A number's value, and its step: its last digit, or the first zero of those at its end.

    Two digits always count, so that 300,000 is stated to 10,000.
    """
    plain = re.sub(r"[,\u00a0\u202f]", "", written)
    if "." in plain:
        return Fraction(plain), Fraction(1, 10 ** len(plain.partition(".")[2]))
    zeros = len(plain) - len(plain.rstrip("0"))
    return Fraction(plain), Fraction(10 ** max(0, min(zeros, len(plain) - 2)))


def read_words(written: str) -> tuple[Fraction, Fraction]:
    """A spelt number's value, and the step to which it is stated."""
    words = re.findall(r"[a-z]+", written.lower())
    part = Fraction(1)
    if "half" in words:
        part = Fraction(1, 2)
    elif "quarter" in words or "quarters" in words:
        part = Fraction(3 if words[0] == "three" else 1, 4)
        words = words[1:] if words[0] == "three" else words
    total, group, grain = Fraction(0), Fraction(0), Fraction(1)
    for word in words:
        if word in WORD_VALUES:
            group, grain = group + WORD_VALUES[word], Fraction(1)
        elif word in ("hundred", "dozen"):
            group, grain = max(group, Fraction(1)) * _SCALES[word], Fraction(_SCALES[word], 10)
        elif word in _SCALES:
            total += max(group, Fraction(1)) * _SCALES[word]
            group, grain = Fraction(0), Fraction(_SCALES[word], 10)
    grain = grain if grain >= 1 else Fraction(1)
    return (total + group) * part, grain


def scale_of(match: re.Match[str]) -> Fraction:
    """What a match of `SCALE` multiplies by."""
    word = match["word"] or match["short"] or match["letter"] or match["han"]
    return Fraction(_SCALES[word.lower()])


# -- bounds ---------------------------------------------------------------------------------------

_BOUND_WORDS: tuple[tuple[Bound, str], ...] = (
    ("almost", r"nearly|almost|just under|just shy of|close to|just short of|将近|近"),
    ("up to", r"up to|as much as|as many as|as long as|at most|no more than|not more than"
     r"|a maximum of|最多|高达|长达"),
    ("at least", r"at least|no fewer than|no less than|not less than|a minimum of|至少"),
    ("over", r"(?:slightly |well |just |a little )?(?:over|more than|above)|upwards of|north of"
     r"|exceeding|exceeded|surpassing|surpassed|beyond|in excess of|超过|逾"),
    ("under", r"(?:slightly |well )?(?:under|less than|fewer than|below)|不到"),
    ("about", r"about|around|approximately|approx\.|roughly|some|circa|an estimated|estimated at"
     r"|~|≈|大约|约"),
)  # fmt: skip
_BEFORE = re.compile(
    r"(?:"
    + "|".join(f"(?P<b{at}>{words})" for at, (_, words) in enumerate(_BOUND_WORDS))
    + r")\s?(?:a |an |the |its )?$",
    re.IGNORECASE,
)
OR_MORE = re.compile(r"\+| or more\b| or longer\b| plus\b", re.IGNORECASE)
OR_SO = re.compile(r" or so\b", re.IGNORECASE)


def bound_before(text: str, start: int) -> tuple[Bound, int]:
    """The bound that stands right before a number, and where the two begin."""
    first = max(0, start - 40)
    match = _BEFORE.search(text[first:start])
    if not match or not match.lastgroup:
        return "", start
    before = text[first + match.start() - 1 : first + match.start()] if match.start() else ""
    if before.isalnum() and before.isascii():
        return "", start
    return _BOUND_WORDS[int(match.lastgroup[1:])][0], first + match.start()


# -- dates ----------------------------------------------------------------------------------------

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_TH = r"(?:st|nd|rd|th)?"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
CALENDAR_DATE = re.compile(
    rf"(?<![\w.,:/$€£¥])(?:"
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)"
    rf"|(?P<dm_d>\d{{1,2}}){_TH}(?: of)? (?P<dm_m>{_MONTH})\b(?:,? (?P<dm_y>{_YEAR})\b)?"
    rf"|(?P<md_m>{_MONTH}) (?P<md_d>\d{{1,2}}){_TH}\b(?![:.,]\d)(?:,? (?P<md_y>{_YEAR})\b)?"
    rf"|(?P<my_m>{_MONTH}),?(?: of)? (?P<my_y>{_YEAR})\b"
    rf"|(?:(?:Q(?P<q>[1-4])|(?:the )?(?P<qw>first|second|third|fourth) quarter)"
    rf"(?:,?(?: of| in)? (?:the )?(?P<q_y>{_YEAR}))?\b)"
    rf"|(?:(?:H(?P<h>[12])|(?:the )?(?P<hw>first|second) half),?(?: of)? (?P<h_y>{_YEAR})\b)"
    rf"|(?P<s>spring|summer|autumn|fall)(?: of)? (?P<s_y>{_YEAR})\b"
    rf"|(?:(?P<only>{_MONTH})(?=[\s,.;:)?!]|$))"
    rf"|(?:(?P<part>early|mid|late)[- ])?(?P<year>{_YEAR}"
    rf"|(?<=in )1[0-4]\d\d|(?<=between )1[0-4]\d\d)(?:[-–](?P<to>\d\d))?"
    rf"(?![\w%]|[.,:/-]\d|-[A-Za-z])"
    rf")|(?P<zh_y>\d{{4}})年(?:(?P<zh_m>\d{{1,2}})月(?:(?P<zh_d>\d{{1,2}})[日号])?)?"
    rf"|(?<!\d)(?P<zm>\d{{1,2}})月(?:(?P<zd>\d{{1,2}})[日号])?"
)
_DATE_BOUNDS: tuple[tuple[Bound, str], ...] = (
    ("at least", r"until at least|not before|no earlier than|at least until"
     r"|(?:starting|beginning|starts|begins)(?: in| from| on)?"
     r"|as early as|at least|until|till|after|since|from|beyond"),
    ("up to", r"no later than|prior to|ahead of|before|by(?: the end of)?|as late as"),
    ("about", r"around|about|circa"),
)  # fmt: skip
_BEFORE_DATE = re.compile(
    r"(?<![A-Za-z])(?:"
    + "|".join(f"(?P<b{at}>{words})" for at, (_, words) in enumerate(_DATE_BOUNDS))
    + r") (?:the (?:start|end|middle|summer|spring) of |spring |autumn )?$",
    re.IGNORECASE,
)
_BEFORE_MONTH = re.compile(
    r"\b(?:in|by|until|till|since|of|from|to|before|after|during|last|this|next|past|early|late"
    r"|mid|through|for) $",
    re.IGNORECASE,
)
_COUNTED_BEFORE = re.compile(
    r"\b(?:over|than|about|some|nearly|almost|roughly|approximately|least|to|exceeding) $",
    re.IGNORECASE,
)


def date_bound_before(text: str, start: int) -> tuple[Bound, int]:
    """The bound that stands right before a date, and where the two begin."""
    first = max(0, start - 40)
    match = _BEFORE_DATE.search(text[first:start])
    if not match or not match.lastgroup:
        return "", start
    return _DATE_BOUNDS[int(match.lastgroup[1:])][0], first + match.start()


def days_of(text: str, match: re.Match[str]) -> tuple[date, date, str] | None:
    """The first and the last day that a date names, and whether its year is known."""
    part = match.groupdict()
    try:
        if part["iso"]:
            day = date.fromisoformat(part["iso"])
            return day, day, DATE
        if part["year"]:
            return _year(text, match)
        if part["only"] and not _BEFORE_MONTH.search(text[: match.start()][-12:]):
            return None
        year = next((part[key] for key in ("dm_y", "md_y", "my_y", "q_y", "h_y", "s_y", "zh_y")
                     if part[key]), None)  # fmt: skip
        first, last, day_of = _months(part)
        unit = DATE if year else YEARLY
        whole = int(year) if year else 2000
        if day_of:
            day = date(whole, first, day_of)
            return day, day, unit
        return date(whole, first, 1), date(whole, last, monthrange(whole, last)[1]), unit
    except ValueError:
        return None


def _months(part: dict[str, str | None]) -> tuple[int, int, int | None]:
    """The first and the last month that a date names, and its day of the month."""
    if quarter := part["q"] or part["qw"]:
        last = 3 * _QUARTERS[quarter.lower()]
        return last - 2, last, None
    if half := part["h"] or part["hw"]:
        last = 6 * _QUARTERS[half.lower()]
        return last - 5, last, None
    if season := part["s"]:
        return *_SEASONS[season.lower()], None
    named = part["dm_m"] or part["md_m"] or part["my_m"] or part["only"]
    day = part["dm_d"] or part["md_d"] or part["zh_d"] or part["zd"]
    if named:
        month = MONTH_NUMBERS[named.lower()[:3]]
    elif number := part["zh_m"] or part["zm"]:
        month = int(number)
    else:
        return 1, 12, None
    return month, month, int(day) if day else None


def _year(text: str, match: re.Match[str]) -> tuple[date, date, str] | None:
    """A bare number of four digits as a year, unless words around it make it a count or a name."""
    after = text[match.end() :]
    if UNIT.match(after) or SCALE.match(after):
        return None
    if match["part"] is None and re.match(r" people\b", after):
        return None
    if _COUNTED_BEFORE.search(text[: match.start()][-16:]) and noun_after(text, match.end())[0]:
        return None
    first = int(match["year"])
    last = first - first % 100 + int(match["to"]) if match["to"] else first
    if not first <= last <= first + 30:
        last = first
    months = {"early": (1, 6), "mid": (4, 9), "late": (7, 12)}
    opening, closing = months.get((match["part"] or "").lower(), (1, 12))
    return date(first, opening, 1), date(last, closing, monthrange(last, closing)[1]), DATE
