"""A follow-up question to one that can be looked up by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evqa.records import Turn

# What a question says instead of naming its subject.
_REFERENCE = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then"
    r"|the (car|company|maker|brand|model|vehicle|firm|ceo|article|report))\b",
    re.IGNORECASE,
)
_CONTINUATION = re.compile(r"^(and|but|so|or|what about|how about|why|when|where|who|how)\b", re.I)
_FEW_WORDS = 4
_NAME = re.compile(r"\b[^\W\d_]*[A-Z\d][\w’'-]*(?:\s+[A-Z\d][\w’'-]*)*")
_ASKING = re.compile(
    r"^(and|but|so|who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has"
    r"|have|had|can|could|will|would|should|tell|name|give|show|in|on|at|for|of|the|a|an)\b\s*",
    re.IGNORECASE,
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question, with the names of the one before it where it leans on them.

    A question leans on the one before when it names nothing itself and refers back (`it`, `the
    company`) or only continues (`and in Europe?`).
    """
    if not history or not _leans(question):
        return question
    for turn in reversed(history):
        names = _names(turn.question)
        if names:
            return f"{question.rstrip(' ?？!.')} ({', '.join(names)})?"
    return question


def _leans(question: str) -> bool:
    if _REFERENCE.search(question):
        return not _names(question)
    return bool(_CONTINUATION.match(question)) and len(question.split()) <= _FEW_WORDS


def _names(question: str) -> list[str]:
    """The capitalised words and numbers of a question, its opening words left out."""
    body = question
    while _ASKING.match(body):
        body = _ASKING.sub("", body, count=1)
    found = [re.sub(r"['’]s$", "", name) for name in _NAME.findall(body)]
    return list(dict.fromkeys(name for name in found if name))
