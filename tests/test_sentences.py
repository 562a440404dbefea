import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import LANGUAGES, TEXTS, assert_covers

from evqa.language.sentences import lines, overlaps, sentences, strip


def cut(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    text = "Mr. Lei drove 3.5 km on the I-5. He works for Xiaomi Inc. in the U.S. market. Why?"
    assert cut(text) == [
        "Mr. Lei drove 3.5 km on the I-5.",
        "He works for Xiaomi Inc. in the U.S. market.",
        "Why?",
    ]


def test_chinese_sentences_end_at_their_own_full_stops() -> None:
    assert cut("小米没有计划进入美国市场。为什么？不知道！", "zh") == [
        "小米没有计划进入美国市场。",
        "为什么？",
        "不知道！",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_a_line_break_ends_a_sentence(end: str) -> None:
    assert cut(f"A headline{end}by Ben Thompson{end}{end}  It rains.") == [
        "A headline",
        "by Ben Thompson",
        "It rains.",
    ]


def test_a_part_of_a_text_is_cut_at_offsets_of_the_whole() -> None:
    text = "One is here. Two is here. Three is here."
    assert list(sentences(text, "en", 13, 30)) == [(13, 25), (26, 30)]
    assert list(lines("one\ntwo\nthree", 2, 9)) == [(2, 3), (4, 7), (8, 9)]


def test_white_space_holds_no_sentence() -> None:
    assert cut("") == cut(" \r\n\t\u3000\n") == []


@given(TEXTS, LANGUAGES)
def test_sentences_cover_any_text_but_its_white_space(text: str, language: str) -> None:
    spans = list(sentences(text, language))
    assert_covers(text, spans)
    assert all(len(text[start:end].splitlines()) == 1 for start, end in spans)


@given(TEXTS)
def test_lines_are_those_that_python_splits(text: str) -> None:
    spans = list(lines(text))
    assert_covers(text, spans)
    assert [text[start:end] for start, end in spans] == [
        line.strip() for line in text.splitlines() if line.strip()
    ]


@given(TEXTS, st.data())
def test_the_sentences_of_a_part_stay_within_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = list(sentences(text, "en", start, end))
    assert_covers(text[start:end], [(first - start, last - start) for first, last in spans])


def test_strip_leaves_the_text_between_white_space() -> None:
    assert strip("ab  cd\n ef", 2, 8) == (4, 6)
    assert strip("ab  cd", 2, 4) is None


def test_spans_overlap_where_they_share_a_character() -> None:
    assert overlaps((0, 3), (2, 5))
    assert overlaps((0, 9), (2, 5))
    assert not overlaps((0, 3), (3, 5))
