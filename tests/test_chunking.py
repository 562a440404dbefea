from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import LANGUAGES, TEXTS, assert_covers

from evqa.chunking import chunk, count_tokens
from evqa.records import Article


def passages(text: str, max_tokens: int = 256, language: str = "") -> list[str]:
    article = Article("a.md", "", text, language=language)
    return [text[start:end] for start, end in chunk(article, max_tokens)]


@given(TEXTS, LANGUAGES, st.sampled_from([32, 33, 64, 256, 512]))
def test_passages_cover_any_text_and_none_is_too_long(
    text: str, language: str, max_tokens: int
) -> None:
    spans = chunk(Article("a.md", "", text, language=language), max_tokens)
    assert_covers(text, spans)
    assert all(count_tokens(text[start:end]) <= max_tokens for start, end in spans)


@given(TEXTS)
def test_no_two_neighbours_would_fit_into_one_passage(text: str) -> None:
    spans = chunk(Article("a.md", "", text), 32)
    for (start, _), (_, end) in pairwise(spans):
        assert count_tokens(text[start:end]) > 32


def test_a_passage_is_made_of_whole_sentences() -> None:
    sentence = "The harbour ferry returned to service after eleven weeks in dock."
    text = " ".join([sentence] * 7)
    assert passages(text, 32) == [f"{sentence} {sentence}"] * 3 + [sentence]


def test_a_short_text_is_one_passage_with_its_line_breaks() -> None:
    assert passages("  A headline\r\n\r\nOne. Two.\r\n") == ["A headline\r\n\r\nOne. Two."]


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    words = [f"word{number}" for number in range(100)]
    pieces = passages(" ".join(words), 32)
    assert len(pieces) > 1
    assert [word for piece in pieces for word in piece.split(" ")] == words


@pytest.mark.parametrize("character", ["a", "字", "\u0301", "🇩🇪", "👩‍👩‍👧‍👦", "\u200d"])
def test_even_a_word_without_end_is_cut(character: str) -> None:
    text = character * 500
    pieces = passages(text, 32)
    assert "".join(pieces) == text
    assert max(map(count_tokens, pieces)) <= 32


def test_an_emoji_of_several_characters_stays_whole() -> None:
    assert set(" ".join(passages("👩‍👩‍👧‍👦 " * 50, 32)).split()) == {"👩‍👩‍👧‍👦"}


def test_white_space_has_no_passage() -> None:
    assert passages("") == passages(" \n\u3000\r\n") == []


def test_tokens_are_those_of_tiktoken() -> None:
    assert count_tokens("") == 0
    assert count_tokens("The quick brown fox") == 4
    assert count_tokens("<|endoftext|>") == 7
