"""Lines that belong to a web page and not to its story: kept in the text, never evidence."""

from __future__ import annotations

import re

from evqa.language.sentences import lines

# Each alternative is matched at the start of a line, without regard to case.
_STARTS = (
    r"also read\b|read (more|next|also)\s*:|related( articles?| stories)?\s*:|see also\s*:",
    r"(click|tap) (here|the|on|to)\b|share (this|on|via|to)\b|follow us\b|like us on\b",
    r"subscribe\b|sign up (for|to)\b|join our\b|(get|download) (our|the) (newsletter|app)\b",
    r"advertisement\b|sponsored (content|post|by)\b|promoted\b|scroll to (top|continue)\b",
    r"(explore|discover|view|visit|browse|shop)\b.*\b(powered|presented|sponsored) by\b",
    r"all rights reserved\b|copyright\b|©|\(c\) \d{4}|terms of (use|service)\b|privacy policy\b",
    r"(accept|we use) (all )?cookies\b|leave a (reply|comment)\b|comments?\s*(\(\d+\))?\s*$",
    r"(edited|reviewed|fact[- ]checked) by\b|(image|photo|picture) (credits?|courtesy)\b",
    r"last updated\b|skip to (main )?content\b|table of contents\s*$|tags?\s*:|filed under\b",
    r"相关阅读|延伸阅读|推荐阅读|点击(这里|关注|查看)|关注我们|责任编辑|版权所有|扫码",
)
# These give a line away wherever in it they stand.
_ANYWHERE = (
    r"\b(auctions?|offers?|deals?)\b.{0,60}\bpowered by\b",
    r"\b(click|tap) the\b.{0,40}\b(icon|button|link)\b",
    r"\bin google search\b.{0,40}\bto stay\b",
)
_BOILERPLATE = re.compile(
    "|".join([rf"^\W*(?:{start})" for start in _STARTS] + list(_ANYWHERE)), re.IGNORECASE
)


def is_boilerplate(line: str) -> bool:
    """Whether a line is a share prompt, an advert, a link to another story or the like."""
    return bool(_BOILERPLATE.search(line))


def boilerplate_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the boilerplate lines that `text[start:end]` holds, wholly or in part."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    whole = lines(text, first, len(text) if last < 0 else last)
    return [span for span in whole if is_boilerplate(text[slice(*span)])]
