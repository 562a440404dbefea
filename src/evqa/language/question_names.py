"""The names in a question or a quote, and the kind of thing that each seems to name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evqa.language.question_words import (
    OPENERS,
    PERIOD,
    PLACES,
    POSSESSIVE,
    PREPOSITION,
    ROLE,
    SPEECH,
    VARIANTS,
    WORD,
    word_set,
)

Kind = Literal["person", "product", "organisation", "place", "period", "people"]
_PLACING = word_set("in into near across outside inside throughout around within")
_TITLE = re.compile(ROLE, re.I)
_ORGANISATIONS = word_set(
    "inc corp corporation company co ltd llc plc gmbh ag group holdings automobile automotive"
    " motor motors technologies technology labs bank university institute journal times post news"
    " gazette herald tribune agency ministry council commission committee union association"
    " foundation team department party club magazine network"
)
_PRODUCT = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|\bModel\b|[^\W\d_] \d{1,3}\b(?! \d)")
LOCATION = re.compile(
    r"\s+(?:plant|factory|building|office|store|shop|city|town|village|country|state|market|museum"
    r"|station|airport|port|harbour|school|university|hospital|hotel|restaurant|track|circuit|site"
    r"|park|stadium|showroom|headquarters|summit|event|fair|conference)\b",
    re.I,
)
# `EVs` and `an EV` are kinds of things, not names.
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:[A-Z]{2,4}s|(?:(?i:an?|any|each|every|no)|[a-z]+-[a-z]+) [A-Z]{2,4})$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, `text[start:end]`, and what it seems to name."""

    text: str
    start: int
    end: int
    kind: Kind
    governed: bool
    certainty: int = 0


def names_in(text: str, known: frozenset[str] = frozenset()) -> list[Name]:
    """The names in a text; `known` holds words that are names in lower case too."""
    names: list[Name] = []
    run: list[re.Match[str]] = []
    for token in WORD.finditer(text):
        joins = run and _joins(text[run[-1].end() : token.start()], run[-1].group())
        if run and not (joins and _in_name(token.group(), known, inside=True)):
            names.append(_named(text, run))
            run = []
        if not _TITLE.fullmatch(token.group()) and (
            run or _in_name(token.group(), known, inside=False)
        ):
            run.append(token)
    if run:
        names.append(_named(text, run))
    return names


def _joins(gap: str, before: str) -> bool:
    return gap == " " and not before.endswith(("'s", "’s"))


def _in_name(word: str, known: frozenset[str], *, inside: bool) -> bool:
    bare = POSSESSIVE.sub("", word)
    if _TITLE.fullmatch(bare):
        return False
    if bare.isdigit():
        return inside or bool(re.fullmatch(r"(?:19|20)\d\d", bare))
    if bare.lower() in known or (inside and bare.lower() in VARIANTS):
        return True
    if re.fullmatch(r"[^\W\d_]+-?\d+[^\W\d_]*", bare):
        return True
    capital = bare[:1].isupper() or bool(re.match(r"[a-z]{1,2}[A-Z]", bare))
    return capital and (bare.lower() not in OPENERS or bare == "US")


def _named(text: str, run: Sequence[re.Match[str]]) -> Name:
    start = run[0].start()
    last = POSSESSIVE.sub("", run[-1].group())
    end = run[-1].start() + len(last)
    before = text[:start].split()
    governing = [word.lower().strip(",") for word in before[-2:]]
    if governing and governing[-1] in ("the", "a", "an"):
        with_the, governing = True, governing[:-1]
    else:
        with_the = False
    preposition = governing[-1] if governing else ""
    kind = _kind(text[start:end], preposition, with_the=with_the)
    if _ABBREVIATION.search(text[:start] + text[start:end]):
        kind = "people"
    certainty = 2 * bool(before and _TITLE.fullmatch(before[-1].strip(",")))
    certainty += preposition == "by"
    certainty += bool(re.match(rf"[\s,]+(?:also\s+|has\s+)?{SPEECH}\b", text[end : end + 30]))
    governed = bool(re.fullmatch(PREPOSITION, preposition))
    return Name(text[start:end], start, end, kind, governed, certainty)


def _kind(name: str, preposition: str, *, with_the: bool) -> Kind:
    words = name.lower().split()
    if PERIOD.fullmatch(name):
        return "period"
    if any(word in PLACES for word in words) or name in ("US", "U.S"):
        return "place"
    if len(words) == 1 and any(word[:4] == words[0][:4] and len(word) > 3 for word in PLACES):
        return "people"
    if preposition == "on" or (preposition == "at" and with_the):
        return "place"
    if _PRODUCT.search(name) or (len(words) > 1 and VARIANTS.intersection(words)):
        return "product"
    if preposition in _PLACING:
        return "place"
    if any(word in _ORGANISATIONS for word in words) or len(words) not in (2, 3):
        return "organisation"
    if with_the:
        return "organisation"
    return "person" if name.replace(" ", "").replace("-", "").isalpha() else "organisation"


def place_parts(text: str, known: frozenset[str]) -> list[tuple[int, int]]:
    """The spans of a text's places, each with its preposition and article."""
    parts = []
    for name in names_in(text, known):
        if name.kind == "place":
            before = re.search(rf"(?:\b{PREPOSITION}\s+)?(?:\bthe\s+)?$", text[: name.start], re.I)
            noun = LOCATION.match(text, name.end)
            start = before.start() if before else name.start
            parts.append((start, noun.end() if noun else name.end))
    return parts
