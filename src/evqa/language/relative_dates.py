"""What a quote's open dates mean: `yesterday`, `in June`, by the date of its article."""

from __future__ import annotations

import re
from datetime import date

from evqa.language.date_patterns import WEEKDAYS
from evqa.language.dates import Form, Mention, periods


def resolved(quote_text: str, published: date | None) -> list[Mention]:
    """The open dates of a quote that its article's date settles, each with its period.

    Left out are those that may mean another: rough ones; those in somebody's own words, spoken on
    a day unknown; yearless ones that may lie ahead, or beside another year; any in an undated
    article.
    """
    if published is None:
        return []
    mentions = periods(quote_text, published)
    return [
        mention
        for mention in mentions
        if mention.form in (Form.COUNTED, Form.YEARLESS)
        and not _is_spoken(quote_text, mention)
        and (mention.form is Form.COUNTED or _is_settled(quote_text, mention, mentions, published))
    ]


def explain(quote_text: str, published: date | None) -> str:
    """What a quote's open dates mean: `“yesterday” is 10 February 2026; “in June” is June 2025`.

    Empty where there is none that the article's date settles.
    """
    notes = (
        f"“{' '.join(quote_text[mention.start : mention.end].split())}” is {mention.period}"
        for mention in resolved(quote_text, published)
    )
    return "; ".join(dict.fromkeys(notes))


_HALF_A_YEAR = 182
# So many characters to either side of a date may tell whether it is past.
_CLAUSE = 300
_CLAUSE_END = re.compile(r"[.!?;。！？；\n](?!\d)")
_AHEAD = re.compile(
    r"\b(?:will|won[’']t|shall|would|may|might|could|should|going\s+to|expect\w*|plan\w*|aim\w*"
    r"|due|set\s+to|schedul\w*|upcoming|next|slated|intend\w*|hop(?:e|es|ing)\s+to|(?:is|are)\s+to)"
    r"\b|[’']ll\b|将|计划|预计|拟|有望"
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|has|have|said|told|came|began|sold|built|went|made|saw|took|rose|fell"
    r"|grew|got|became|won|lost|led|left|gave|held|ran|met|wrote|spoke|paid|bought|brought|drew"
    r"|broke|chose|drove|kept|sent|spent|stood|(?!hundred)\w{2,}(?<!e)ed)\b|[了已曾]|宣布|公布|表示",
    re.I,
)


def _is_spoken(text: str, mention: Mention) -> bool:
    """Whether a mention stands inside quotation marks, one of which may be cut off."""
    start = mention.start
    if text.count('"', 0, start) % 2:
        return True
    for opening, closing in ("“”", "「」", "«»"):
        if text.rfind(opening, 0, start) > text.rfind(closing, 0, start):
            return True
        closes, opens = text.find(closing, start), text.find(opening, start)
        if closes >= 0 and not 0 <= opens < closes:
            return True
    return False


def _is_settled(text: str, mention: Mention, all_: list[Mention], anchor: date) -> bool:
    """Whether a yearless date means the latest one: told as past, and beside no other year."""
    clause = _clause(text, mention)
    if _AHEAD.search(clause):
        return False
    others = [other for other in all_ if other.form is not Form.YEARLESS]
    if any(other.period.first.year != mention.period.first.year for other in others):
        return False
    # A weekday, and a day or month that is nearer ahead than behind, may be one to come.
    is_weekday = text[mention.start : mention.end].endswith(WEEKDAYS)
    is_near = not is_weekday and (anchor - mention.period.first).days <= _HALF_A_YEAR
    return is_near or bool(_PAST.search(clause))


def _clause(text: str, mention: Mention) -> str:
    """The words around a mention, from one full stop to the next, without the mention."""
    near = max(0, mention.start - _CLAUSE)
    start = max((m.end() for m in _CLAUSE_END.finditer(text, near, mention.start)), default=near)
    stop = _CLAUSE_END.search(text, mention.end, mention.end + _CLAUSE)
    end = stop.start() if stop else mention.end + _CLAUSE
    return f"{text[start : mention.start]} {text[mention.end : end]}"
