"""What the turns before a question offer for `it`, `they`, `she` or `there` to mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evqa.language.question_names import LOCATION, Kind, Name, names_in, place_parts
from evqa.language.question_words import (
    ASKS,
    AUX,
    CAR,
    CONNECTIVE,
    DETERMINER,
    FIRM,
    OPENERS,
    POSSESSIVE,
    PREPOSITION,
    ROLE,
    SPEECH,
)

_COMPARED_TO_THINGS = re.compile(
    r"\b(?:cost|costs|price|priced|fast|far|range|accelerates?|horsepower|weighs?|seats?|charge"
    r"|look|quick|quickly|big|heavy|battery|motors?|available|on sale|come|expensive|cheap"
    r"|how much (?:is|was|will)|(?:is|was|been|be)\b.*\b(?:\w{3,}ed|built|made|sold|seen|shown))\b",
    re.I,
)
_DONE_BY_FIRMS = re.compile(
    r"\bwho\s+(?:founded|owns|runs|leads|started)\s+it\b|\b(?:employees|revenue|staff)\b"
    r"|\bit\s+(?:\w+ly\s+)?(?:make|build|sell|produce|hire|employ|plan|announce|enter|expand|earn"
    r"|ship|deliver)\b",
    re.I,
)
_OWNER = r"(?:(?:(?:the|an?)|(?-i:[A-Z]\S*))\s+)*[\w-]+[’']s?\s+"
_BEFORE_A_NOUN = rf"{DETERMINER}\s+(?:[a-z]+-[a-z]+\s+(?-i:(?=[A-Z])))?"
_AFTER_A_NOUN = re.compile(r"\s+(?:of|for)\b|(?<=s)\s+(?:are|were|have|and|in)\b")


@dataclass(frozen=True, slots=True)
class Past:
    """A turn before this one: its question as it was looked up, and what was quoted.

    `about` is that question, or the one before it where it only asks who said something and when.
    """

    question: str
    about: str
    quotes: tuple[str, ...]


def known_words(past: Sequence[Past]) -> frozenset[str]:
    """The words that the quotes write with a capital letter within a sentence, in lower case."""
    return frozenset(
        POSSESSIVE.sub("", word).lower()
        for turn in past
        for quote in turn.quotes
        for word in re.findall(r"(?<=[^\W_] )[A-Z][\w’'-]+", quote)
        if word.lower() not in OPENERS
    )


def subject_of(question: str) -> str:
    """The noun phrase after a question's first auxiliary, or nothing."""
    found = re.match(rf"(?:.*?\s)??({AUX})\s+", question, re.I)
    if not found:
        fragment = re.fullmatch(r"(?:the|an?)\s+\S+(?:\s+\S+)?", CONNECTIVE.sub("", question))
        return fragment.group() if fragment else ""
    rest = question[found.end() :]
    first = matched_length(_OWNER, rest) or matched_length(_BEFORE_A_NOUN, rest)
    name = next((name for name in names_in(rest) if name.start == first), None)
    if name:
        return rest[: name.end]
    if not first:
        return ""
    complete = re.match(r"(?:where|who|what)\s+(?:is|are|was|were)\s", question, re.I)
    return rest[:first] + _noun(rest[first:], complete=bool(complete))


def matched_length(pattern: str, text: str) -> int:
    """How many characters a pattern takes at a text's beginning."""
    found = re.match(pattern, text, re.I)
    return found.end() if found else 0


def _noun(rest: str, *, complete: bool) -> str:
    """The words that a text begins with up to a preposition, without the verb unless complete."""
    stop = re.search(
        rf"(?:^|\s)(?:{PREPOSITION}|{DETERMINER}|it|they|he|she|[A-Z\d]\S*)(?=\s|$)", rest
    )
    words = rest[: stop.start() if stop else None].split()
    if not complete and len(words) > 1:
        words = words[:-1]
    noun = " ".join(words)
    owner = re.match(rf"{re.escape(noun)} of (?:the )?(?=[A-Z\d])", rest)
    names = names_in(rest[owner.end() :]) if owner else []
    return noun + rest[len(noun) : owner.end()] + names[0].text if owner and names else noun


def _object(question: str) -> str:
    """The noun phrase that ends a question, where a verb governs it."""
    found = re.search(r"\b(\w+)\s+((?:the|its|their|an?)\s+[a-z-]+(?:\s+[a-z-]+)?)$", question)
    if not found or re.fullmatch(rf"{PREPOSITION}|{AUX}|{ASKS}", found.group(1), re.I):
        return ""
    return re.sub(r"^(?:an?|its|their)\s", "the ", found.group(2))


def _with_article(text: str, name: Name) -> str:
    """A name as the text has it after `the`, `a` or `an`, but always with `the`."""
    article = re.search(r"\b(?:the|an?)\s+$", text[: name.start], re.I)
    return f"the {name.text}" if article or re.match(r"[^\W\d_]+\d", name.text) else name.text


def _candidates(text: str, kinds: Sequence[Kind], known: frozenset[str]) -> list[str]:
    """The names of some kinds in a text: those that no preposition governs first."""
    names = [
        name
        for name in names_in(text, known)
        if name.kind in kinds and not _begins_a_sentence(name, text)
    ]
    names.sort(key=lambda name: (-name.certainty * ("person" in kinds), name.governed))
    return [_with_article(text, name) for name in names]


def _begins_a_sentence(name: Name, text: str) -> bool:
    """Whether a capital letter is only a sentence's first, as in `Deliveries were`."""
    before = text[: name.start].rstrip()
    return (
        (not before or before[-1] in ".!?:")
        and name.text.isalpha()
        and name.text[1:].islower()
        and bool(_AFTER_A_NOUN.match(text, name.end))
    )


def _asks_for(question: str, kinds: Sequence[Kind]) -> bool:
    """Whether the answer to a question, not the question, names the thing of one of the kinds."""
    wanted: dict[Kind, str] = {
        "product": rf"(?:which|what)\s+(?:\w+\s+)?{CAR}\b",
        "organisation": rf"(?:which|what)\s+(?:\w+\s+)?{FIRM}\b"
        r"|who\s+(?:makes|builds|is\s+\w+ed)\b",
        "person": r"who\b",
        "place": r"where\b|(?:which|what)\s+(?:country|city|place|state|market)\b",
    }
    return any(re.match(wanted[kind], question, re.I) for kind in kinds if kind in wanted)


def antecedent(kinds: Sequence[Kind], past: Sequence[Past], taken: str) -> str:
    """The nearest name of one of the kinds, from the last turn's question on backwards."""
    known = known_words(past)
    for turn in reversed(past):
        in_question = _candidates(turn.question, kinds, known)
        in_quotes = [name for quote in turn.quotes for name in _candidates(quote, kinds, known)]
        found = in_question + in_quotes
        if _asks_for(turn.question, kinds):
            found = in_quotes + in_question
        if "person" in kinds:
            found += _speakers(turn.question)
        if kinds == ("organisation",):
            found.sort(key=lambda name: _only_governed(name, turn))
        for name in found:
            if name.lower() not in taken.lower():
                return name
    return ""


def _only_governed(name: str, turn: Past) -> bool:
    """Whether a name stands in a turn after prepositions only."""
    return all(
        one.governed
        for text in (turn.question, *turn.quotes)
        for one in names_in(text)
        if one.text == re.sub(r"^the\s", "", name)
    )


def _speakers(question: str) -> list[str]:
    """Who says something in a question, whatever the name looks like."""
    return re.findall(rf"\b{AUX}\s+([A-Z]\w+)\s+{SPEECH}\b", question)


def thing_meant(asked: str, past: Sequence[Past], *, as_object: bool = False) -> str:
    """What `it` stands for: the last question's subject, or what fits better."""
    last, known = past[-1].about, known_words(past)
    subject = subject_of(last)
    products = _candidates(last, ("product",), known)
    firms = _candidates(last, ("organisation",), known)
    if firms and _DONE_BY_FIRMS.search(asked):
        return firms[0]
    if re.match(r"[^\W\d_]+\d+\w*$", subject):
        subject = f"the {subject}"
    if products and (not subject or as_object or _COMPARED_TO_THINGS.search(asked)):
        return products[0]
    if as_object and (found := _object(last)):
        return found
    if subject and _may_be_it(subject) and subject.lower() not in asked.lower():
        return re.sub(r"^an?\s", "the ", subject)
    kinds: tuple[Kind, ...] = ("product", "organisation")
    if _COMPARED_TO_THINGS.search(asked):
        return antecedent(("product",), past, asked) or antecedent(kinds, past, asked)
    return antecedent(kinds, past, asked)


def _may_be_it(subject: str) -> bool:
    names = names_in(subject)
    if re.search(rf"\b{ROLE}\b", subject, re.I):
        return False
    return not (names and names[0].kind not in ("product", "organisation"))


def organisation_meant(past: Sequence[Past], asked: str) -> str:
    """The nearest organisation, or the maker that a product's name begins with."""
    found = antecedent(("organisation",), past, asked)
    if found:
        return found
    product = re.sub(r"^the\s", "", antecedent(("product",), past, ""))
    maker = re.match(r"([^\W\d_]+)\s+(?=\S)", product)
    return maker.group(1) if maker and maker.group(1).lower() != "model" else ""


def person_meant(past: Sequence[Past], asked: str) -> str:
    """The nearest person, or the role that a quote has for one."""
    found = antecedent(("person",), past, asked)
    if found:
        return found
    for turn in reversed(past):
        for quote in turn.quotes:
            role = re.search(rf"\b(?:an?|the)\s+((?:[\w’'-]+\s+){{0,4}}?{ROLE})\b", quote, re.I)
            if role:
                return f"the {role.group(1)}"
    return ""


def place_meant(past: Sequence[Past]) -> str:
    """The nearest place, with its preposition."""
    known = known_words(past)
    for turn in reversed(past):
        for text in (turn.question, *turn.quotes):
            for start, end in place_parts(text, known):
                part = text[start:end]
                return part if re.match(PREPOSITION + r"\s", part, re.I) else f"in {part}"
            subject = subject_of(text) if text == turn.question else ""
            if subject and LOCATION.search(f" {subject}"):
                return f"at {subject}"
    return ""
