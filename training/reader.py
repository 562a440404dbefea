"""The sentence reader: a cross-encoder whose token states say which sentence answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from dequantise import CrossEncoder
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn

MAX_TOKENS = 384


class SentenceReader(nn.Module):
    """BERT with the cross-encoder's relevance head and two logits for every token.

    A sentence's logit is the mean of its tokens' first logits ("this sentence answers") plus the
    maximum of their second ones ("this word is the answer"), to be read against a null of 0.
    """

    def __init__(self, base: CrossEncoder) -> None:
        super().__init__()
        self.bert = base.bert
        self.classifier = base.classifier
        self.tokens = nn.Linear(base.classifier.in_features, 2)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.constant_(self.tokens.bias, -1.0)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Token logits, shape (batch, tokens, 2), and relevance logits, shape (batch,)."""
        output = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        relevance = self.classifier(output.pooler_output)[:, 0]
        return self.tokens(output.last_hidden_state), relevance


@dataclass(frozen=True)
class Encoded:
    """A question and passage in tokens, and the sentence (or -1) that each token belongs to."""

    encoding: Encoding
    sentence: list[int]
    starts: list[int]


def encode(tokenizer: Tokenizer, question: str, title: str, sentences: Sequence[str]) -> Encoded:
    """Encode [CLS] question [SEP] title: sentences [SEP]; `starts` are character offsets."""
    text = f"{title}: " if title else ""
    starts = []
    for sentence in sentences:
        starts.append(len(text))
        text += sentence + " "
    encoding = tokenizer.encode(question, text)
    owner = [-1] * len(encoding.ids)
    current = -1
    for token, (type_id, (start, end)) in enumerate(
        zip(encoding.type_ids, encoding.offsets, strict=True)
    ):
        if type_id == 1 and end > start:
            while current + 1 < len(starts) and start >= starts[current + 1]:
                current += 1
            owner[token] = current
    return Encoded(encoding, owner, starts)


def pad(batch: Sequence[Encoded]) -> dict[str, Tensor]:
    """The model's three inputs."""
    longest = max(len(item.encoding.ids) for item in batch)

    def column(rows: list[list[int]]) -> Tensor:
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])

    return {
        "input_ids": column([item.encoding.ids for item in batch]),
        "attention_mask": column([item.encoding.attention_mask for item in batch]),
        "token_type_ids": column([item.encoding.type_ids for item in batch]),
    }


def pool(tokens: Tensor, owner: Tensor, sentences: int) -> Tensor:
    """Sentence logits, shape (batch, sentences); -inf for sentences without a token."""
    index = owner.clamp(min=-1) + 1
    shape = (tokens.shape[0], sentences + 1)
    mean = tokens.new_zeros(shape).scatter_reduce(
        1, index, tokens[..., 0], "mean", include_self=False
    )
    best = tokens.new_full(shape, -torch.inf).scatter_reduce(
        1, index, tokens[..., 1], "amax", include_self=False
    )
    return (mean + best)[:, 1:]
