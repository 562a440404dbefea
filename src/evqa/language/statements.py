"""Questions about what was just quoted, such as `who said that?`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evqa.language.antecedents import Past
from evqa.language.explanations import asks_why, gives_reason
from evqa.language.pronouns import pointing_back
from evqa.language.question_words import ASKS, AUX, CONNECTIVE, OPENERS, POSSESSIVE, SPEECH, WORD

_WORDS_OF_A_STATEMENT = 28


def last_statement(past: Sequence[Past]) -> str:
    """The last answer's first quote as a clause, without who says it."""
    for turn in reversed(past):
        if turn.quotes:
            pieces = re.split(r"(?<=[.!?])\s+", turn.quotes[0])
            return _clause(max(pieces, key=lambda piece: _told_by(piece, turn.question)))
    return ""


def _told_by(piece: str, question: str) -> tuple[bool, int]:
    """How well a sentence of a quote tells what the question asked for."""
    shared = set(_content(question)) & set(_content(piece))
    return asks_why(question) and gives_reason(piece), len(shared)


def _content(text: str) -> list[str]:
    return [
        POSSESSIVE.sub("", word.lower())
        for word in WORD.findall(text)
        if word.lower() not in OPENERS
    ]


_ATTRIBUTIONS = (
    re.compile(r",?\s*\baccording to [^,;]+(?:,|$)", re.I),
    re.compile(rf",\s*[^,]{{1,60}}?\b(?:has |have )?{SPEECH}\s*(?:,|$)", re.I),
    re.compile(rf",\s*{SPEECH}\s+[^,]+$", re.I),
    re.compile(rf"^[^;]{{0,80}}?\b(?:has |have )?{SPEECH}(?:\s+\w+ly)?\s+that\s+", re.I),
    re.compile(r"^[^,;]{0,40}?\b(?:says|said)\s+(?=[A-Z]|the\b|its?\b)"),
)
_LINK = re.compile(
    r"^(?:(?:yet|still|but|and|so|also|however|moreover|nevertheless|even so|soon after that)\b"
    r",?\s+"
    r"|there\s+(?=(?:the|an?)\s))+",
    re.I,
)


def attributed(quote: str) -> bool:
    """Whether a quote names who says it."""
    return any(attribution.search(quote.strip(" .!?")) for attribution in _ATTRIBUTIONS)


def _clause(sentence: str) -> str:
    clause = sentence.strip(" .!?")
    for attribution in _ATTRIBUTIONS:
        rest = attribution.sub(" ", clause, count=1).strip(" ,")
        if len(rest.split()) > 2:
            clause = rest
    clause = _LINK.sub("", clause)
    words = clause.split()
    if len(words) > _WORDS_OF_A_STATEMENT:
        clause = re.sub(r",[^,]*$", "", " ".join(words[:_WORDS_OF_A_STATEMENT]))
    first = clause.split(" ", 1)[0]
    if first.lower() in OPENERS:
        clause = first.lower() + clause[len(first) :]
    return clause


_SAID_SO = re.compile(rf"\b({SPEECH})\s+(?:that|this|so|it)$", re.I)
_IS_THAT = re.compile(
    rf"^((?:(?:since |until )?{ASKS}\s+)?{AUX})\s+(?:that|this)((?:\s+(?:happen|happened|true|so"
    r"|possible|certain|sure|official|confirmed|mean|said|announced|reported|known|important|be"
    r"|take place|the case))?)$",
    re.I,
)
SAYS_WHO = re.compile(r"^(?:according to whom?|says who|who (?:told|tells) you(?: that)?)$", re.I)
_THE_ARTICLE = re.compile(
    r"\b(?:the|that|this)\s+(?:article|story|piece|post)(?!\s+(?:of|on|about|by|from|that))\b", re.I
)


def what_was_said(asked: str, past: Sequence[Past]) -> str | None:
    """`Who said that?` and the like, with what was said."""
    body = CONNECTIVE.sub("", asked) or asked
    statement = last_statement(past)
    if not statement:
        return None
    if SAYS_WHO.match(body):
        return f"Who said that {statement}"
    if found := _IS_THAT.match(body):
        return f"{found.group(1)} it{found.group(2)} that {statement}"
    if found := _SAID_SO.search(body):
        front = body[: found.start()] + found.group(1)
        return f"{pointing_back(front, past) or front} that {statement}"
    if found := _THE_ARTICLE.search(body):
        return f"{body[: found.end()]} that says {statement}{body[found.end() :]}"
    return None
