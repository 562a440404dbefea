"""Pronouns and descriptions such as `the car`, replaced by the names they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from evqa.language.antecedents import (
    Past,
    antecedent,
    organisation_meant,
    person_meant,
    place_meant,
    thing_meant,
)
from evqa.language.question_names import Kind, names_in
from evqa.language.question_words import (
    ASKS,
    AUX,
    CAR,
    CONNECTIVE,
    FIRM,
    PERIOD,
    PREPOSITION,
    ROLE,
    VARIANTS,
    as_in,
)

_NOT_NARROWED = r"(?!\s+(?:of|that|which|who|with|from|by|in|about)\b)(?![\w’'-])"
_REFERENCE = re.compile(
    r"\b(?:(?P<thing>it|its|itself)|(?P<people>they|them|their|theirs)"
    r"|(?P<person>he|him|his|she|her|hers)"
    rf"|(?P<car>(?:the|this|that)\s+{CAR}){_NOT_NARROWED}"
    rf"|(?P<firm>(?:the|this|that)\s+{FIRM}){_NOT_NARROWED}"
    rf"|(?P<role>the\s+{ROLE}){_NOT_NARROWED}"
    rf"|(?P<that>(?:that|this)(?=\s*$|\s+(?:in|on|at|for|than|now|then|too|still)\b)"
    rf"|(?<=is )(?:that|this)|(?<=was )(?:that|this))"
    r"|(?P<there>there)|(?P<then>then))(?![\w-])",
    re.I,
)
_WHOSE = frozenset(("its", "their", "his", "her", "theirs", "hers"))
_BEFORE_A_SUBJECT = re.compile(
    rf"(?:^|\b(?:{AUX}|{ASKS}|that|if|whether|because|and|but|than|as|before|after|until|while"
    r"|since|long|far|fast|much|many|often|soon|once))\s*$",
    re.I,
)


def pointing_back(asked: str, past: Sequence[Past]) -> str | None:
    """The question with names for its pronouns and for descriptions such as `the car`."""
    pieces: list[str] = []
    done, many = 0, False
    for found in _REFERENCE.finditer(asked):
        name = "" if _within(asked, found) else _stands_for(found, asked, past)
        if name:
            pieces += [asked[done : found.start()], name]
            done = found.end()
            many = many or found.group().lower() == "they"
    if not pieces:
        return None
    words = CONNECTIVE.sub("", "".join([*pieces, asked[done:]]))
    return _agreeing(words) if many else words


def variant(asked: str, past: Sequence[Past]) -> str | None:
    """`The Max` with the model that it was last named with."""
    found = re.search(r"\bthe\s+([A-Z][a-z]+)(?=\s|$|[’'])", asked)
    if not found or found.group(1).lower() not in VARIANTS:
        return None
    for turn in reversed(past):
        for text in (turn.question, *turn.quotes):
            for name in names_in(text):
                if name.kind == "product" and name.text.endswith(f" {found.group(1)}"):
                    return asked[: found.start(1)] + name.text + asked[found.end(1) :]
    return None


def _stands_for(found: re.Match[str], asked: str, past: Sequence[Past]) -> str:
    """What a pronoun or description stands for, in the form that replaces it."""
    word = found.group().lower()
    if found["role"]:
        firm = organisation_meant(past, asked)
        return f"{found.group()} of {firm}" if firm else ""
    if word in _WHOSE:
        return _owner(found, asked, past)
    as_object = not _BEFORE_A_SUBJECT.search(asked[: found.start()])
    finders: dict[str, Callable[[], str]] = {
        "thing": lambda: thing_meant(asked, past, as_object=as_object),
        "that": lambda: thing_meant(asked, past),
        "people": lambda: organisation_meant(past, asked) or person_meant(past, asked),
        "firm": lambda: organisation_meant(past, asked),
        "person": lambda: person_meant(past, asked),
        "car": lambda: antecedent(("product",), past, asked),
        "there": lambda: place_meant(past),
        "then": lambda: _period(past),
    }
    return finders[str(found.lastgroup)]()


def _owner(found: re.Match[str], asked: str, past: Sequence[Past]) -> str:
    """What `its`, `their`, `his` or `her` stands for, with its `'s`."""
    if found["person"]:
        name = person_meant(past, asked)
    elif found["people"]:
        name = organisation_meant(past, asked) or person_meant(past, asked)
    else:
        name = re.sub(r"[’']s\s.*$", "", thing_meant(asked, past))
    is_object = found.group().lower() == "her" and not re.match(r"\s+\w", asked[found.end() :])
    return name if is_object or not name else f"{name}'s"


def _period(past: Sequence[Past]) -> str:
    found = PERIOD.search(past[-1].about)
    return found.group().strip() if found else ""


def _within(asked: str, found: re.Match[str]) -> bool:
    """Whether a reference is explained by the question itself, or is none at all."""
    before, after = asked[: found.start()], asked[found.end() :]
    if found["there"]:
        return bool(
            re.match(rf"[’']s\b|\s+{AUX}\b", after, re.I)
            or (re.search(r"\b(?:is|are|was|were|be|been)\s+$", before, re.I) and after.strip())
        )
    if found["that"] and re.search(r"\bdo(?:es|ing|ne)?\s+$", before, re.I):
        return True
    if found["then"]:
        return bool(after.strip(" ,")) or not before.strip(" ,")
    if found["thing"] and re.match(r"\s+(?:true|possible|clear|known|likely)\s+that", after, re.I):
        return True
    kinds: dict[str, tuple[Kind, ...]] = {
        "person": ("person",),
        "car": ("product",),
        "firm": ("organisation",),
        "role": ("organisation",),
        "people": ("organisation", "people"),
    }
    wanted = kinds.get(str(found.lastgroup), ("product", "organisation"))
    own = [name for name in names_in(asked) if name.kind in wanted]
    if found.group().lower() in _WHOSE:
        return any(not name.governed or name.end < found.start() for name in own)
    earlier = [name for name in own if name.end <= found.start()]
    if found["car"] or found["firm"] or found["role"]:
        return bool(own)
    return bool(earlier) and bool(_BEFORE_A_SUBJECT.search(before))


def _agreeing(words: str) -> str:
    """The first verb in the singular, where a name took the place of `they` after it."""
    singular = {"are": "is", "were": "was", "do": "does", "have": "has"}

    def one(found: re.Match[str]) -> str:
        verb = found.group(1)
        return as_in(singular[verb.lower()], verb)

    return re.sub(
        rf"(?<!\w)((?i:are|were|do|have))(?=\s+(?:the\s+)?[A-Z]\S*(?:\s+(?!{PREPOSITION}\b)|$))",
        one,
        words,
        count=1,
    )
