"""Articles without meaning, but with the word statistics of news, for measuring at any size.

The words are those of the bundled model's vocabulary, which stands in order of frequency, and made
names. Function words and names follow Zipf's law. An article has a topic and a bit of another one,
words of its own story, and names, some of them found nowhere else: so vectors form clusters, and
BM25 has rare words and frequent ones. Article `n` is the same in a corpus of any size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evqa.onnx import BGE_SMALL

SEED = 20_260
TOPICS = 600
_FUNCTION_WORDS = 150
_TOPIC_WORDS = 150
_STORY_WORDS = 16
_NAMES = 60_000
_SENTENCES_IN_PARAGRAPH = 4
_PER_FOLDER = 1000
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnrstvz" for vowel in "aeiou"]
# Which words an article is made of, by share: function words, two topics, its story, names, any.
_SHARES = (0.45, 0.2, 0.06, 0.13, 0.05, 0.11)

Numbers = npt.NDArray[np.int64]
Generator = np.random.Generator


@cache
def _words() -> npt.NDArray[np.str_]:
    """The vocabulary, most frequent first, and after it the names."""
    tokenizer = (BGE_SMALL.path() / "tokenizer.json").read_text(encoding="utf-8")
    ranks: dict[str, int] = json.loads(tokenizer)["model"]["vocab"]
    ranked = sorted(ranks, key=ranks.__getitem__)
    plain = [word for word in ranked if re.fullmatch("[a-z]{2,}", word)]
    return np.array([*plain, *(_name(number) for number in range(_NAMES))])


def _name(number: int) -> str:
    """The name with a number, its syllables as digits."""
    syllables = []
    number += len(_SYLLABLES)
    while number:
        number, digit = divmod(number, len(_SYLLABLES))
        syllables.append(_SYLLABLES[digit])
    return "".join(syllables).capitalize()


@cache
def _vocabulary() -> int:
    """How many of the words are no names."""
    return len(_words()) - _NAMES


@cache
def _topic(number: int) -> Numbers:
    """The words of a topic, the most frequent first."""
    random = np.random.default_rng([SEED, 1, number])
    return random.integers(_FUNCTION_WORDS, _vocabulary(), _TOPIC_WORDS)


@cache
def _zipf(size: int) -> npt.NDArray[np.float64]:
    weights = 1 / np.arange(1, size + 1)
    cumulative: npt.NDArray[np.float64] = np.cumsum(weights) / weights.sum()
    return cumulative


def _drawn(random: Generator, size: int, count: int) -> Numbers:
    """`count` numbers below `size`, distributed by Zipf's law."""
    return np.searchsorted(_zipf(size), random.random(count))


class Article:
    """The article with this number."""

    def __init__(self, number: int) -> None:
        self._random = np.random.default_rng([SEED, 0, number])
        self.topics = _drawn(self._random, TOPICS, 2)
        self.story = self._random.integers(_FUNCTION_WORDS, _vocabulary(), _STORY_WORDS)
        known = _drawn(self._random, _NAMES // 10, 3)
        own = self._random.integers(_NAMES // 10, _NAMES, 2)
        self.names = _vocabulary() + np.concatenate([known, own])
        self.published = date(2020, 1, 1) + timedelta(days=int(self._random.integers(0, 2000)))
        self.title = " ".join(_words()[[self.names[0], *self.story[:4], self.topics[0] + 150]])

    def text(self) -> str:
        """The paragraphs, each with some of the story's words more often than others."""
        sentences = max(8, int(self._random.lognormal(3.4, 0.4)))
        lengths = self._random.integers(8, 32, sentences)
        count = int(lengths.sum())
        draw: list[Callable[[], Numbers]] = [
            lambda: _drawn(self._random, _FUNCTION_WORDS, count),
            lambda: _topic(int(self.topics[0]))[_drawn(self._random, _TOPIC_WORDS, count)],
            lambda: _topic(int(self.topics[1]))[_drawn(self._random, _TOPIC_WORDS, count)],
            lambda: self._told(count),
            lambda: self.names[self._random.integers(0, len(self.names), count)],
            lambda: _drawn(self._random, _vocabulary(), count),
        ]
        kind = self._random.choice(len(_SHARES), count, p=_SHARES)
        words = _words()[np.choose(kind, [one() for one in draw])].tolist()
        ends = np.cumsum(lengths)
        told = [
            " ".join([words[start].capitalize(), *words[start + 1 : end]]) + "."
            for start, end in zip(ends - lengths, ends, strict=True)
        ]
        parts = [
            " ".join(told[first : first + _SENTENCES_IN_PARAGRAPH])
            for first in range(0, len(told), _SENTENCES_IN_PARAGRAPH)
        ]
        return "\n\n".join(parts)

    def file(self) -> str:
        """The article as a file with front matter."""
        front = f"title: {self.title}\nsource: The Daily Sample\npublished: {self.published}"
        return f"---\n{front}\n---\n\n{self.text()}\n"

    def question(self) -> str:
        """A question about the story, with a name in it."""
        words = _words()
        name, *story = words[[self.names[1], *self.story[:3]]]
        return f"What did {name} say about the {story[0]} and the {story[1]} of {story[2]}?"

    def _told(self, count: int) -> Numbers:
        """Words of the story, of which a window moves on with the text."""
        window = np.arange(count) * (_STORY_WORDS - 6) // max(1, count)
        return self.story[window + self._random.integers(0, 6, count)]


def write_corpus(folder: Path, articles: int) -> None:
    """Write the articles with the numbers below `articles`, a thousand in a folder."""
    for number in range(articles):
        path = folder / f"{number // _PER_FOLDER:04}" / f"{number:07}.md"
        if number % _PER_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_text(Article(number).file(), encoding="utf-8")
