"""The sentence reader: a model of our own that says which sentence of a passage answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evqa.language.sentences import Span
from evqa.onnx import SENTENCE_READER, Floats, OnnxModel

_UNREAD = -30.0


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader makes of a passage, in logits: each sentence, and the passage as a whole."""

    sentences: tuple[float, ...]
    relevance: float


class SentenceReader:
    """Reads a question and a whole passage once; `training/README.md` tells how it was made."""

    def __init__(self) -> None:
        """Load the model; raises ModelUnavailable where its files are not those expected."""
        self._model = OnnxModel(SENTENCE_READER)

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[Span]]]) -> list[Read]:
        """The logits of each passage: its text, a title before it, and its sentences' spans.

        0 is as likely as not. A sentence beyond the 512 tokens that the model reads has -30.
        """
        found = self._model.outputs([(question, text) for text, _ in passages])
        return [
            Read(_pooled(encoding, tokens[0], spans), float(relevance[0]))
            for (_, spans), (encoding, (tokens, relevance)) in zip(passages, found, strict=True)
        ]


def _pooled(encoding: Any, tokens: Floats, spans: Sequence[Span]) -> tuple[float, ...]:
    """Each sentence's logit: the mean of its tokens' first logit plus the most of their second."""
    offsets = np.array(encoding.offsets)
    inside_text = np.array(encoding.type_ids) == 1
    logits = []
    for start, end in spans:
        inside = inside_text & (offsets[:, 0] < end) & (offsets[:, 1] > start)
        chosen = tokens[inside]
        logits.append(float(chosen[:, 0].mean() + chosen[:, 1].max()) if len(chosen) else _UNREAD)
    return tuple(logits)
