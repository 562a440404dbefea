"""The words that dates are written with, and the patterns that find them."""

import re

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NUMBERS = {month[:3].casefold(): number for number, month in enumerate(MONTHS, 1)}
ORDINALS = ("first", "second", "third", "fourth")
QUARTER_NUMBERS = {
    **{word: n for n, word in enumerate(ORDINALS, 1)},
    **{str(n): n for n in range(1, 5)},
    **{sign: n for n, sign in enumerate("一二三四", 1)},
}
HALF_NUMBERS = {"1": 1, "first": 1, "上": 1, "2": 2, "second": 2, "下": 2}
NUMBERS = {
    word: number
    for number, words in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
    for word in words.split()
}
DAY_STEPS = {
    words: step
    for step, names in {
        -2: ("the day before yesterday", "前天"),
        -1: ("yesterday", "last night", "昨天", "昨日", "昨晚"),
        0: ("today", "this morning", "this afternoon", "this evening", "tonight", "今天"),
        1: ("tomorrow", "明天", "明日"),
        2: ("the day after tomorrow", "后天"),
    }.items()
    for words in names
} | {"今日": 0, "今晚": 0}
STEPS = {
    word: step
    for step, words in {
        -2: ("前年",),
        -1: ("last", "上", "上个", "去年"),
        0: ("this", "本", "这", "这个", "今年"),
        1: ("next", "下", "下个", "明年"),
    }.items()
    for word in words
}
UNITS = {"周": "week", "星期": "week", "月": "month", "年": "year"}

# Any sign of a date: a text without one names no period.
SIGNS = re.compile(
    r"\d{4}|\d\s?月|[今昨明后前去]|[上本这下]个?[周星月]|day|night|week|month|year|morn|noon|evening"
    r"|morrow|jan|feb|mar|apr|may|jun|jul|aug|[sſ]ep|oct|nov|dec",
    re.I,
)

# Parts of the patterns below.
_M = (
    r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_LONG_M = "|".join(MONTHS)
_Y = r"(?P<y>(?:1\d|20)\d\d)"
_W = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,?\s{1,3}(?:the\s)?)?"
_TH = r"(?:st|nd|rd|th)?"
_AGO = (
    r"(?<!than )(?<!over )(?<!about )(?<!almost )(?<!nearly )(?<!some )(?<!around )\b"
    rf"(?P<all>(?P<n>\d{{1,2}}|{'|'.join(NUMBERS)})\s+"
)
_WEEKDAY_ENDS = r"\b(?!\s+[A-Z]|\s+the\b|\s+\w+s\b|['’-])"

# Each kind of date by the patterns that find it, uncompiled; `all` is what a mention spans.
COMPLETE_DATES = (
    (
        r"(?<![A-Za-z\d.-])(?P<all>(?P<y>\d{4})(?P<sep>[-/])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2}))"
        r"(?![\d-])"
    ),
    (
        r"(?P<all>(?<!\d)(?P<y>\d{4})\s{0,3}年\s{0,3}(?P<m>\d{1,2})\s{0,3}月\s{0,3}(?P<d>\d{1,2})"
        r"\s{0,3}[日号])"
    ),
    (
        rf"\b(?P<all>{_W}(?P<m>{_M})\b\.?\s{{1,3}}(?P<d>\d{{1,2}}){_TH}(?:,\s{{0,3}}|\s{{1,3}})"
        r"(?P<y>\d{4}))(?!\d)"
    ),
    (
        rf"(?<![\w.])(?P<all>{_W}(?P<d>\d{{1,2}}){_TH}(?:\s{{1,3}}of)?[\s-]{{1,3}}(?P<m>{_M})\b"
        r"\.?,?[\s-]{1,3}(?P<y>\d{4}))(?!\d)"
    ),
)
QUARTERS = (
    rf"(?<![A-Za-z\d])(?P<all>Q(?P<n>[1-4])(?:\s{{1,3}}of)?\s{{0,3}}{_Y})(?!\d)",
    rf"(?<![A-Za-z\d])(?P<all>{_Y}\s?Q(?P<n>[1-4]))(?!\d)",
    (
        r"\b(?P<all>(?P<n>first|second|third|fourth|[1-4])(?:st|nd|rd|th)?[\s-]quarter"
        rf"(?:\s{{1,3}}(?:of|in))?,?\s{{1,3}}{_Y})(?!\d)"
    ),
    rf"(?P<all>(?<!\d){_Y}\s?年\s?第?(?P<n>[一二三四1-4])季度?)",
)
HALVES = (
    rf"\b(?P<all>(?P<n>first|second)[\s-]half\s{{1,3}}(?:of\s{{1,3}})?{_Y})(?!\d)",
    rf"(?<![A-Za-z\d])(?P<all>H(?P<n>[12])\s{{1,3}}{_Y})(?!\d)",
    rf"(?P<all>(?<!\d){_Y}\s?年\s?(?P<n>[上下])半年)",
)
MONTHS_OF_YEAR = (
    (
        rf"\b(?P<all>(?:(?P<m1>{_M})\b\.?\s?(?:to|and|through|[-–—])\s?)?(?P<m>{_M})\b\.?"
        rf"(?:\s{{1,3}}of)?,?\s{{1,3}}{_Y})(?![\d%]|[.,]\d)"
    ),
)
CHINESE_MONTHS_OF_YEAR = (rf"(?P<all>(?<!\d){_Y}\s?年\s?(?P<m>\d{{1,2}})\s?月)",)
MONTHS_OF_COUNTED_YEAR = (
    (
        rf"\b(?P<all>(?P<m>{_M})\b\.?,?\s{{1,3}}(?:of\s{{1,3}})?(?P<step>last|this|next)"
        r"\s{1,3}year)\b"
    ),
    r"(?P<all>(?P<step>[今去前明]年)\s?(?P<m>\d{1,2})\s?月(?:\s?(?P<d>\d{1,2})\s?[日号])?)",
)
DAY_WORDS = (
    (
        r"\b(?P<all>the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|yesterday|today"
        r"|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening)|tonight)\b"
    ),
)
CHINESE_DAY_WORDS = (r"(?<![目以之先])(?P<all>[前昨今明后]天|[昨今明]日(?!头条)|[昨今]晚)",)
COUNTED = (
    (
        r"(?<!\b[Tt]he )(?<![\w-])"
        r"(?P<all>(?P<step>[Ll]ast|[Tt]his|[Nn]ext)\s+(?P<unit>week|month|year))\b(?!\s+of\b|-|\s+or\s+so)"
    ),
)
CHINESE_COUNTED = (
    r"(?P<all>(?P<step>上个?|本|这个?|下个?)(?P<unit>周|星期|月))(?![末一二三四五六日天])",
    r"(?<![目以之当])(?P<all>(?P<step>[今去前明](?P<unit>年)))(?![轻龄代产])",
)
DAYS_AGO = (rf"{_AGO}(?P<unit>day)s?\s+ago)\b",)
LONG_AGO = (rf"{_AGO}(?P<unit>week|month|year)s?\s+ago)\b",)
YEARLESS_DAYS = (
    rf"\b(?P<all>{_W}(?P<m>{_M})\b\.?\s{{1,3}}(?P<d>\d{{1,2}}){_TH})\b(?![.,:]?\d|%)",
    rf"(?<![\w.,:-])(?P<all>{_W}(?P<d>\d{{1,2}}){_TH}(?:\s+of)?\s{{1,3}}(?P<m>{_M}))\b",
    r"(?<![\d年月])(?P<all>(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号])",
)
YEARLESS_MONTHS = (
    (
        r"\b(?P<all>(?:in|during|(?P<which>this\s+past|this|last))\s{1,3}"
        rf"(?:(?:early|late|mid)[\s-]{{1,3}})?(?P<m>{_LONG_M}))\b(?!-)"
    ),
    rf"(?<=\bsince )(?P<all>(?P<m>{_LONG_M}))\b(?!-)",
    r"(?<![\d年])(?P<all>(?P<m>\d{1,2})\s?月)(?![\d日]|\s?\d{1,2}\s?[日号])",
)
LATEST_WEEKDAYS = (
    rf"\b(?P<all>on\s{{1,3}}(?:(?:early|late)\s)?(?P<w>{'|'.join(WEEKDAYS)})){_WEEKDAY_ENDS}",
    (
        r"(?:(?<=\bsaid )|(?<=\bannounced )|(?<=\breported )|(?<=\bconfirmed ))"
        rf"(?P<all>(?P<w>{'|'.join(WEEKDAYS)})){_WEEKDAY_ENDS}"
    ),
)
YEARS = (rf"(?:(?<![\w.,$€£¥#/-])|(?<=\bmid-))(?P<all>{_Y})(?!\w|[.,]\d)",)
CHINESE_YEARS = (rf"(?P<all>(?<!\d){_Y}\s?年度?)(?![款型代])",)

# What the words around a match say about it.
MONTH_LEADS = re.compile(
    r"\b(?:in|since|during|before|after|by|of|until|till|from|to|and|early|late|mid|past|last|this)"
    r"[\s-]{1,3}$",
    re.I,
)
SURE_LEADS = re.compile(
    r"(?:\b(?:in|since|during|until|till|before|after|by|early|late|mid|throughout|circa|the year"
    r"|as of|as at|(?:later|earlier|sooner) than|spring|summer|autumn|winter)"
    r"(?:\s+at\s+least)?)[\s-]{1,3}$",
    re.I,
)
LIKELY_LEADS = re.compile(
    r"(?:\b(?:from|to|with|between|and|or|of|for|through|around|the|its|their|his|her|our|this"
    r"|full-year|calendar|Olympics|Games|Cup|Show|Expo|Championships?|Elections?|Summit|Festival"
    r"|Awards|Congress|CES|MWC|IAA|IFA)|[’']s|s[’'])\s{1,3}$",
    re.I,
)
STARTS = re.compile(r"(?:^|[.!?“\"(\n])\s{0,3}(?:[-*+•]\s)?$")
YEAR_TELLS = re.compile(r"\)|\s+(?:was|is|will|saw|has|had|brought|marks|marked)\b|\s*[–—:]\s")
PLAIN_WORD = re.compile(
    r"(?<![\w’'-])(?!(?:model|type|version|no|number|room|route|flight|section|page|port|chapter"
    r"|level|highway|code|build|article|than|over|under|about|nearly|almost|least|most|only)\s)"
    r"[a-z]{3,}\s$"
)
ACTS = re.compile(r"\s+(?:is|has|gets|comes)\b")
ENDS = re.compile(r"\s*(?:$|[?!,;。？])")
# What the press counts by the year, so that a recent number before it is one.
FIGURES = re.compile(
    r"\s(?:sales|deliver(?:y|ies)|results|revenues?|profits?|earnings|figures|targets?|goals?"
    r"|forecasts?|budget|elections?|season|output|production|exports)\b"
)
GLUED = re.compile(r"[-–‑/][A-Za-z]|\s?%|°")
# What a number before it counts, so that the number is no year.
COUNTED_UNIT = re.compile(
    r"\s{0,3}-?(?:units?|cars?|vehicles?|trucks?|SUVs?|EVs?|models|miles?|mi|km|kilomet(?:er|re)s?"
    r"|met(?:er|re)s?|m|mm|cm|ft|feet|inch(?:es)?|kg|g|lbs?|pounds|tons?|tonnes|[kMG]?Wh?|mAh|hp|PS"
    r"|horsepower|Nm|rpm|watts|volts|V|people|persons|customers|buyers|owners|workers|employees"
    r"|staff|jobs|students|voters|votes|soldiers|troops|men|women|children|dollars|euros|yuan|RMB"
    r"|percent|orders|reservations|bookings|pre-orders|stores|shops|outlets|stations|chargers"
    r"|homes|houses|deaths|cases|points|times|days?|weeks?|months?|years?|hours?|minutes?"
    r"|seconds?|gallons|lit(?:er|re)s|barrels|copies|seats|[MG]Hz|pixels|nits|words|pages)\b"
)
YEAR_FOLLOWS = re.compile(
    r"(?:['’]s\b)|[^.;!?\n]{0,16}?\b(?:1\d|20)\d\d\b"
    r"|,?\s+(?:of\s+)?(?:that|the\s+same|the\s+(?:following|previous)|a)\s+year",
)
POSSESSIVE = re.compile(r"['’]s")
NO_DAY_LEADS = re.compile(r"\b(?:like|(?<!as )of)\s+$")
