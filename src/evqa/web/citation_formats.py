"""A quote with its citation in the forms that people paste: plain, Markdown, APA and BibTeX."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote as percent_encoded

from evqa.citations import lead
from evqa.language.date_patterns import MONTHS
from evqa.records import Quote
from evqa.web.markup import is_web_address, reporting_on

_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # BibTeX counts braces, with a backslash before them too.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
    }
    | {character: f"\\{character}" for character in "$&#_%"}
)
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&$!^@:]|(?<=www)\.")
_MARKDOWN_BLOCK = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")
_BIDIRECTIONAL = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
_UNSEEN = frozenset({"Cc", "Cs"})
_ADDRESS_CHARACTERS = "!#$%&'()*+,/:;=?@[]~-._"


def cited(quote: Quote) -> dict[str, str]:
    """The quote with its citation, by the name of the form."""
    return {
        "Plain": plain(quote),
        "Markdown": markdown(quote),
        "APA": apa(quote),
        "BibTeX": bibtex(quote),
    }


def plain(quote: Quote) -> str:
    """The quote in quotation marks, then who said it and when, the title and the address."""
    title = f"“{_line(quote.title)}”" if quote.title else ""
    parts = (_line(lead(quote)), title, _address(quote.url))
    return f"“{quote.text}” — {', '.join(part for part in parts if part)}"


def markdown(quote: Quote) -> str:
    """A block quotation, and under it who said it and when, with the title as a link.

    Whatever could format something is escaped, so that it reads as the article does.
    """
    lines = quote.text.splitlines() or [""]
    said = "\n".join(f"> {escape_markdown(line)}".rstrip() for line in lines)
    title = escape_markdown(_line(quote.title or quote.article_id))
    address = _address(quote.url)
    linked = f"[{title}](<{address}>)" if address else f"“{title}”"
    return f"{said}\n>\n> — {escape_markdown(_line(lead(quote)))}, {linked}"


def apa(quote: Quote) -> str:
    """The quote with its citation in the text, then the reference in APA style (7th edition).

    Where no author is known the outlet takes their place, else the title. What a digest reports
    on stands in brackets.
    """
    outlet, title = _line(quote.source), _line(quote.title)
    authors = [_surname_first(name) for name in _names(quote.author)]
    authors = authors or [outlet or title or quote.article_id]
    day = quote.published
    year = str(day.year) if day else "n.d."
    when = f"{day.year}, {MONTHS[day.month - 1]} {day.day}" if day else "n.d."
    original = _line(reporting_on(quote.reports_on))
    bracket = f"[{original[0].upper()}{original[1:]}]" if original else ""
    named = " ".join(part for part in (title if title != authors[0] else "", bracket) if part)
    parts = [f"{_ended(_joined(authors))} ({when})", named, outlet if outlet != authors[0] else ""]
    sentences = [_ended(part) for part in parts if part]
    reference = " ".join(filter(None, (*sentences, _address(quote.url))))
    page = f", p. {quote.page}" if quote.page else ""
    return f"“{quote.text}” ({_short(authors)}, {year}{page})\n\n{reference}"


def bibtex(quote: Quote) -> str:
    """An entry `@misc` with the quote in its note; every field is escaped for LaTeX."""
    page = f"p. {quote.page}" if quote.page else ""
    original = escape_bibtex(_line(reporting_on(quote.reports_on)))
    said = f"``{escape_bibtex(_line(quote.text))}''"
    fields = {
        "author": " and ".join(escape_bibtex(name) for name in _names(quote.author)),
        "title": f"{{{escape_bibtex(_line(quote.title or quote.article_id))}}}",
        "howpublished": escape_bibtex(_line(quote.source)),
        "year": str(quote.published.year) if quote.published else "",
        "month": MONTHS[quote.published.month - 1] if quote.published else "",
        "url": _address(quote.url),
        "note": ", ".join(filter(None, (said, page, original))),
    }
    lines = (f"  {name} = {{{value}}}," for name, value in fields.items() if value)
    return "\n".join((f"@misc{{{_key(quote)},", *lines, "}"))


def escape_markdown(text: str) -> str:
    """One line of text as Markdown shows it character by character."""
    visible = _without_controls(text.strip())
    return _MARKDOWN_BLOCK.sub(_block_escaped, _MARKDOWN.sub(r"\\\g<0>", visible))


def escape_bibtex(text: str) -> str:
    """One line of text for a BibTeX field, with braces that always balance."""
    return _without_controls(text).translate(_BIBTEX)


def _block_escaped(match: re.Match[str]) -> str:
    """What would begin a list or a heading: a bullet, or a number before its full stop."""
    found = match[0]
    return f"{found}\\" if found.isdigit() else f"\\{found}"


def _line(text: str) -> str:
    """The text in one line, without characters that turn the direction of what follows."""
    return _without_controls(" ".join(text.translate(_BIDIRECTIONAL).split()))


def _without_controls(text: str) -> str:
    return "".join(one for one in text if one == "\t" or unicodedata.category(one) not in _UNSEEN)


def _address(url: str) -> str:
    """The address with what could end a link or a field percent-encoded; empty where it is none."""
    if not is_web_address(url):
        return ""
    return percent_encoded(url, safe=_ADDRESS_CHARACTERS, errors="replace")


def _names(author: str) -> list[str]:
    """The names in a byline; `Lee, Ann` is one."""
    line = _line(author)
    if re.fullmatch(r"[^\s,]+, [^\s,]+", line):
        return [line]
    names = re.split(r"\s*(?:,|;|&|、|\band\b)\s*", line)
    return [name for name in names if name]


def _surname_first(name: str) -> str:
    """`Ann B. Lee` as `Lee, A. B.`; a name that is not so made stays as it is."""
    match = re.fullmatch(r"((?:[A-ZÀ-Þ][\w.’'-]*\s)+)((?:[a-zà-ÿ]+\s)*[A-ZÀ-Þ][\w’'-]+)", name)
    if not match:
        return name
    initials = " ".join(f"{given[0]}." for given in match[1].split())
    return f"{match[2]}, {initials}"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in (".", "?", "!", "。", "？", "！") else f"{sentence}."


def _short(names: list[str]) -> str:
    """The authors as a citation in the text names them."""
    surnames = [name.partition(", ")[0] for name in names]
    return f"{surnames[0]} et al." if len(surnames) > 2 else " & ".join(surnames)


def _key(quote: Quote) -> str:
    """A key of ASCII letters and digits: author or outlet, year, first long word of the title."""
    names = _names(quote.author)
    who = _surname_first(names[0]).partition(",")[0] if names else quote.source
    long_words = [word for word in re.findall(r"\w+", quote.title) if len(word) > 3]
    year = str(quote.published.year) if quote.published else ""
    parts = (_ascii_word(who), year, _ascii_word(long_words[0] if long_words else ""))
    return "".join(parts) or "article"


def _ascii_word(text: str) -> str:
    plain_letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain_letters.casefold())
