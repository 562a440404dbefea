import unicodedata

import pytest
from hypothesis import given
from texts import TEXTS

from evqa.language.typography import fold, letters


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“It’s ‘here’” — said\u00a0he", "\"It's 'here'\" - said he"),
        ("  two\r\n\n lines\u2028\tor\u3000more ", "two lines or more"),
        ("ﬁnal Ångström", unicodedata.normalize("NFD", "final Ångström")),
        ("inter\u00adnational\u200b \ufeffnews", "international news"),
        ("10² m², 5½ and 10⁻⁵, ②5", "10^2 m2, 5^1⁄2 and 10^-^5, 2^5"),
        ("小米 YU7，\n在 加州。", "小米YU7,在加州。"),
        ("−5 –5 -5", "-5 -5 -5"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_what_typography_changes_is_folded_and_nothing_else(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(TEXTS)
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert folded.source == text
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    for start, end in zip(folded.starts, folded.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)


@given(TEXTS)
def test_a_span_of_the_source_folds_to_what_it_stands_for(text: str) -> None:
    folded = fold(text)
    words = folded.text.split(" ")
    at = 0
    for word in words:
        end = at + len(word)
        cut = folded.cuts_a_character(at) or folded.cuts_a_character(end)
        if word and not cut and "^" not in word:
            start, stop = folded.span(at, end)
            assert fold(text[start:stop]).text == word
        at = end + 1


@given(TEXTS)
def test_composed_and_decomposed_texts_fold_alike(text: str) -> None:
    folded = fold(text).text
    assert fold(unicodedata.normalize("NFC", text)).text == folded
    assert fold(unicodedata.normalize("NFD", text)).text == folded
    assert fold(folded).text == folded


@given(TEXTS)
def test_texts_that_fold_alike_have_the_same_letters(text: str) -> None:
    assert letters(fold(text).text) == letters(text)
    assert letters(unicodedata.normalize("NFC", text)) == letters(text)
