"""A follow-up question to one that can be looked up by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from evqa.language.antecedents import Past
from evqa.language.chinese_followups import chinese_followup
from evqa.language.ellipsis import attribute, left_out
from evqa.language.pronouns import pointing_back, variant
from evqa.language.question_words import CONNECTIVE, SPEECH, as_in
from evqa.language.statements import SAYS_WHO, attributed, what_was_said
from evqa.records import Turn

_TURNS_READ = 12
_MOST_CHARACTERS = 500
_QUOTED = re.compile(r"“([^“”]*(?:“[^“”]*”[^“”]*)*)” \[\d+\]")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves out or points back to, taken from the turns before it.

    A question that can be looked up by itself comes back as it is.
    """
    past: list[Past] = []
    for turn in history[-_TURNS_READ:]:
        past.append(_after(turn, past))
    return _resolved(question, past)


def _after(turn: Turn, past: Sequence[Past]) -> Past:
    question = _bare(_resolved(turn.question, past))[:_MOST_CHARACTERS]
    on_a_statement = past and what_was_said(_bare(turn.question), past)
    about = past[-1].about if on_a_statement else question
    return Past(question, about, quoted(turn.answer))


def _bare(question: str) -> str:
    return " ".join(question.split()).rstrip(" ?？!.。")


def quoted(answer: str) -> tuple[str, ...]:
    """The quotes in an answer's text, in order."""
    return tuple(_QUOTED.findall(answer))


def already_shown(question: str, history: Sequence[Turn]) -> frozenset[str]:
    """The quotes of the last answer that say nothing new to a question.

    To `who said that?` a quote does that names who said it. Otherwise what was just shown answers
    again only where it fits clearly better than everything else.
    """
    if not history:
        return frozenset()
    shown = quoted(history[-1].answer)
    asked = CONNECTIVE.sub("", _bare(question))
    if SAYS_WHO.match(asked) or re.match(rf"who\s+{SPEECH}\s+(?:that|this|so|it)$", asked, re.I):
        return frozenset(quote for quote in shown if not attributed(quote))
    return frozenset(shown)


def _resolved(question: str, past: Sequence[Past]) -> str:
    asked = _bare(question)
    if not past or not asked or len(asked) > _MOST_CHARACTERS:
        return question
    for rule in _RULES:
        found = rule(asked, past)
        if found is not None and found != asked and len(found) < _MOST_CHARACTERS:
            return _as_question(found, question)
    return question


def _as_question(words: str, asked: str) -> str:
    """A rewrite with its question mark, and a capital letter where the question had one."""
    if re.search(r"[\u3400-\u9fff]", words):
        return words + "？"
    return as_in(words, asked) + "?"


_RULES: tuple[Callable[[str, Sequence[Past]], str | None], ...] = (
    chinese_followup,
    what_was_said,
    left_out,
    variant,
    pointing_back,
    attribute,
)
