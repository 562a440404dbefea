"""What a question asks for in time, and how well a passage fits it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from evqa.language.dates import Form, Mention, Period, periods


class FrameKind(StrEnum):
    """What a question asks for in time."""

    NONE = "none"
    NEWEST = "newest"
    AS_OF = "as of"
    BEFORE = "before"
    UNTIL = "until"
    AFTER = "after"
    SINCE = "since"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """What a question asks for in time.

    `period` is the period that the question names; for NEWEST it is the day of asking. With
    `of_articles` the question is about articles published then, not about what happened then.
    """

    kind: FrameKind = FrameKind.NONE
    period: Period | None = None
    of_articles: bool = False

    @property
    def asked(self) -> Period | None:
        """The days that the question asks about: those before 2026 where it says `before 2026`."""
        if self.period is None:
            return None
        first, last = self.period.first, self.period.last
        day = timedelta(days=1)
        match self.kind:
            case FrameKind.AS_OF | FrameKind.UNTIL:
                return Period(date.min, last)
            case FrameKind.BEFORE:
                return Period(date.min, first - day if first > date.min else first)
            case FrameKind.SINCE:
                return Period(first, date.max)
            case FrameKind.AFTER:
                return Period(last + day if last < date.max else last, date.max)
        return self.period


ANY_TIME = TimeFrame()


# A newest article weighs this much more than one of long ago, and half as much more than one that
# is so many days older.
_NEWEST_WEIGHT = 1.5
_HALF_LIFE_DAYS = 90
# Text that names the days asked for, text that only touches them, and text without any date in an
# article of those days.
_NAMED, _TOUCHED, _PUBLISHED_THEN = 1.0, 0.5, 0.3


def time_frame(question: str, today: date) -> TimeFrame:
    """What a question, asked today, asks for in time.

    A yearless date (`in June`) makes no frame: an archive asked in November may hold the June of
    another year. A period named wins over `latest`. Several periods make one that spans them.
    """
    mentions = [m for m in periods(question, today) if m.form is not Form.YEARLESS]
    now = Period(today, today)
    dated = _ranged(question, [m for m in mentions if m.form is Form.WRITTEN or m.period != now])
    if dated:
        framed = [_framed(question, mention) for mention in dated]
        return next((f for f in framed if f.kind is not FrameKind.WITHIN), _spanning(framed))
    if mentions or _NEWEST.search(question):
        return TimeFrame(FrameKind.NEWEST, now)
    return TimeFrame()


def excludes(frame: TimeFrame, published: date | None, text: str) -> bool:
    """Whether a passage with this text, of an article published then, cannot be what is asked for.

    True only for articles outside the days asked for, where the question is about articles, and
    for articles later than an `as of` whose text does not go back to it. A question about events
    excludes nothing: later articles tell of them, and earlier ones foretell them. Undated articles
    are never excluded.
    """
    if published is None or frame.period is None or frame.asked is None:
        return False
    if published in frame.asked:
        return False
    if frame.kind is FrameKind.AS_OF:
        return not any(m.period.overlaps(frame.period) for m in periods(text, published))
    return frame.of_articles


def weight(
    frame: TimeFrame, published: date | None, text: str, newest: date | None = None
) -> float:
    """How well a passage with this text, of an article published then, fits the time asked for.

    From 0, which says nothing against it, to 2.5, to be added to a logit. NEWEST prefers late
    articles, counted back from `newest`, the day of the latest article at hand (without it, from
    the day of asking); AS_OF prefers the latest of those not after its period. All but NEWEST
    prefer text that names the days asked for, in full or by its article's date.
    """
    if frame.period is None or frame.asked is None:
        return 0.0
    if frame.kind is FrameKind.NEWEST:
        return _recency(published, newest or frame.period.last)
    named = _naming(frame.period, frame.asked, published, text)
    if frame.kind is FrameKind.AS_OF:
        return named + _recency(published, frame.period.last)
    return named


_EDGE = (
    r"(?:the\s+)?(?P<edge>(?:very\s+)?(?:end|close|start|beginning)\s+of\s+"
    r"|early\s+|late\s+|mid[\s-]+)?"
)
_LEADS = (
    (FrameKind.AS_OF, re.compile(rf"(?:\bas\s+(?:of|at)\s+|截[至止]到?){_EDGE}$", re.I)),
    (
        FrameKind.BEFORE,
        re.compile(rf"\b(?:before|prior\s+to|earlier\s+than|ahead\s+of)\s+{_EDGE}$", re.I),
    ),
    (
        FrameKind.UNTIL,
        re.compile(
            rf"(?:\b(?:by|until|till|up\s+to|no\s+later\s+than)\s+(?:at\s+least\s+)?|到){_EDGE}$",
            re.I,
        ),
    ),
    (FrameKind.SINCE, re.compile(rf"(?:\bsince\s+|自){_EDGE}$", re.I)),
    (FrameKind.AFTER, re.compile(rf"\b(?:after|later\s+than|following)\s+{_EDGE}$", re.I)),
)
_TAILS = (
    (FrameKind.BEFORE, re.compile(r"\s?(?:[之以]前|前(?=[，,？?的]|$))")),
    (FrameKind.AFTER, re.compile(r"\s?(?:[之以]后|后(?=[，,？?的]|$))")),
    (FrameKind.SINCE, re.compile(r"\s?(?:以来|起|onwards?\b|on(?=[?,.]|$))")),
)
_JOIN = re.compile(r"\s*(?:and|or|to|until|till|through|[-–—~至到和])\s*", re.I)
_ARTICLES = re.compile(
    r"(?:\b(?:articles?|stories|coverage|headlines|reporting)\b"
    r"(?:[^?.;]{0,60}?\b(?:published|written|printed|dated|from)\b)?"
    r"\s{0,3}(?:in|on|of|from|before|after|since|until|till|by|prior\s+to|between)?\s{0,3}"
    r"|(?:published|written|printed)\s+(?:in\s+)?(?:articles|stories)\s+\w+\s+)"
    rf"{_EDGE}$",
    re.I,
)
_ARTICLES_FOLLOW = re.compile(r"\s?(?:(?:[之以]?[前后]|以来)?发[表布])?的?(?:文章|报道|新闻)")
_NEWEST = re.compile(
    r"\b(?:(?<!at the )latest|newest|most\s+recent(?:ly)?|recent(?:ly)?|currently|nowadays"
    r"|these\s+days|at\s+present|at\s+the\s+moment|so\s+far|to\s+date|up[\s-]to[\s-]date"
    r"|(?-i:today|^Today)|now(?!\s+(?:that|known|called|named)\b)"
    r"|(?:the|its|their|his|her|your|[’']s|s[’'])\s+current(?=\s+(?!of\b|in\b|at\b)\w))\b"
    r"|最新|最近|现在|目前|当前|如今|至今|迄今",
    re.I,
)


def _ranged(question: str, mentions: list[Mention]) -> list[Mention]:
    """The mentions, those in a row that `and` or `to` joins made one."""
    ranged: list[Mention] = []
    for mention in mentions:
        if ranged and _JOIN.fullmatch(question, ranged[-1].end, mention.start):
            last = ranged.pop()
            ends = (last.period, mention.period)
            whole = Period(min(p.first for p in ends), max(p.last for p in ends))
            mention = Mention(last.start, mention.end, whole, mention.form)
        ranged.append(mention)
    return ranged


def _framed(question: str, mention: Mention) -> TimeFrame:
    """What a question asks for by one of the periods it names."""
    before, after = question[: mention.start], question[mention.end :]
    about_articles = bool(_ARTICLES.search(before) or _ARTICLES_FOLLOW.match(after))
    for kind, pattern in _TAILS:
        if pattern.match(after):
            return TimeFrame(kind, mention.period, about_articles)
    for kind, pattern in _LEADS:
        lead = pattern.search(before)
        if lead:
            return TimeFrame(kind, _edge(mention.period, lead["edge"]), about_articles)
    return TimeFrame(FrameKind.WITHIN, mention.period, about_articles)


def _edge(period: Period, words: str | None) -> Period:
    """The last day of a period for `the end of`, the first for `the start of`."""
    if words and re.search(r"end|close", words, re.I):
        return Period(period.last, period.last)
    if words and re.search(r"start|beginning", words, re.I):
        return Period(period.first, period.first)
    return period


def _spanning(frames: list[TimeFrame]) -> TimeFrame:
    """One frame for all periods named; it is about articles only where each is."""
    spans = [frame.period for frame in frames if frame.period]
    whole = Period(min(span.first for span in spans), max(span.last for span in spans))
    return TimeFrame(FrameKind.WITHIN, whole, all(frame.of_articles for frame in frames))


def _recency(published: date | None, latest: date) -> float:
    """The weight of an article's age; undated articles and those after the latest day have none."""
    if published is None or published > latest:
        return 0.0
    return float(_NEWEST_WEIGHT * 0.5 ** ((latest - published).days / _HALF_LIFE_DAYS))


def _naming(period: Period, asked: Period, published: date | None, text: str) -> float:
    """The weight of a text's dates: those of the period named count most."""
    named = [mention.period for mention in periods(text, published)]
    if any(period.covers(other) for other in named):
        return _NAMED
    if any(period.overlaps(other) or asked.covers(other) for other in named):
        return _TOUCHED
    return _PUBLISHED_THEN if not named and published and published in asked else 0.0
