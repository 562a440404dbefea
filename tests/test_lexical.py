from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.lexical import LexicalIndex, file_names, names, removed_share, terms

PASSAGES = [
    (1, "A Xiaomi YU7 Max was seen on the I-5 in California."),
    (2, "Xiaomi shipped 484,507 vehicles and AT&T shipped none."),
    (3, "The old bridge at Mühlbach gets a lift for cyclists."),
    (4, "小米汽车在美国公路上出现，没有计划进入美国市场。"),
    (5, "Xiaomi plans to sell 494,507 vehicles in Europe."),
    (6, "Jason O’Neil drove the SU7."),
]


@pytest.fixture
def index() -> LexicalIndex:
    filled = LexicalIndex()
    filled.update(PASSAGES)
    return filled


def found(index: LexicalIndex, question: str, k: int = 10) -> list[int]:
    return [passage for passage, _ in index.search(question, k)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I-5", ["i-5", "i5", "i", "5"]),
        ("AT&T", ["at&t", "att", "at", "t"]),
        ("484,507", ["484,507", "484507", "484", "507"]),
        ("3.2", ["3.2", "32", "3", "2"]),
        ("O’Neil", ["o’neil", "oneil", "o", "neil"]),
        ("YU7", ["yu7"]),
        ("0-62mph", ["0-62mph", "062mph", "0", "62mph"]),
        ("Mühlbach", ["mühlbach"]),
        ("小米", ["小米"]),
        ("车", ["车"]),
        ("小米汽车", ["小米", "米汽", "汽车"]),
        ("小米YU7在I-5", ["小米", "yu7", "在", "i-5", "i5", "i", "5"]),
        ("クルマ", ["クル", "ルマ"]),
        ("ＹＵ７ ﬁne", ["yu7", "fine"]),
        ("Lei Jun's reply.", ["lei", "jun's", "juns", "jun", "s", "reply"]),
        ("¥250,000!", ["250,000", "250000", "250", "000"]),
        ("-- ... “”", []),
        ("", []),
    ],
)
def test_terms_are_words_with_the_parts_of_compounds(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(TEXTS)
def test_terms_of_any_text_hold_no_white_space(text: str) -> None:
    assert all(term and term.split() == [term] for term in terms(text))


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Why was a YU7 on I-5?", 1),
        ("who saw it on the I5", 1),
        ("484,507", 2),
        ("How many is 494507?", 5),
        ("AT&T", 2),
        ("the cyclist of mühlbach", 3),
        ("MÜHLBACH BRIDGES", 3),
        ("小米进入美国市场", 4),
        ("公路", 4),
        ("oneil", 6),
        ("O'Neil", 6),
    ],
)
def test_rare_names_and_numbers_are_found_first(
    index: LexicalIndex, question: str, first: int
) -> None:
    assert found(index, question)[0] == first


def test_the_best_come_first_and_no_more_than_asked_for(index: LexicalIndex) -> None:
    scores = [score for _, score in index.search("Xiaomi vehicles in Europe", 10)]
    assert found(index, "Xiaomi vehicles in Europe") == [5, 2, 1]
    assert scores == sorted(scores, reverse=True)
    assert found(index, "Xiaomi vehicles in Europe", 2) == [5, 2]


def test_words_that_stand_everywhere_are_asked_for_only_alone(index: LexicalIndex) -> None:
    assert found(index, "What is the lift?") == [3]
    assert sorted(found(index, "the")) == [1, 3, 6]


@pytest.mark.parametrize("question", ["ethanol", "", "?!", "“”"])
def test_nothing_is_found_for_what_stands_nowhere(index: LexicalIndex, question: str) -> None:
    assert found(index, question) == []


@given(question=TEXTS)
def test_any_question_is_searched_for_as_words_only(question: str) -> None:
    index = LexicalIndex()
    index.update(PASSAGES[:2])
    assert set(found(index, question)) <= {1, 2}


@given(text=TEXTS.filter(terms), number=st.integers(1, 2**40))
def test_a_text_is_found_by_any_of_its_words(text: str, number: int) -> None:
    index = LexicalIndex()
    index.update([(number, text)])
    longest = max((term for term in terms(text) if len(term) <= 80), key=len, default=None)
    if longest:
        assert found(index, longest) == [number]


def test_an_update_adds_and_removes(index: LexicalIndex) -> None:
    index.update([(9, "Ethanol is made of maize.")], remove=[1])
    assert found(index, "ethanol") == [9]
    assert found(index, "California") == []
    assert len(index) == 6


def test_an_empty_index_finds_nothing() -> None:
    assert LexicalIndex().search("Xiaomi", 5) == []


def test_an_index_on_disk_is_found_again(tmp_path: Path) -> None:
    LexicalIndex(tmp_path / "lexical").update(PASSAGES)
    again = LexicalIndex(tmp_path / "lexical")
    assert (len(again), again.ids()) == (6, [1, 2, 3, 4, 5, 6])
    assert found(again, "I-5") == [1]
    again.update([(7, "Ethanol")], remove=[2])
    assert again.ids() == [1, 3, 4, 5, 6, 7]


def test_reading_writes_nothing(tmp_path: Path) -> None:
    LexicalIndex(tmp_path / "lexical").update(PASSAGES)
    for lock in (tmp_path / "lexical").glob("*.lock"):
        lock.unlink()
    before = sorted((tmp_path / "lexical").iterdir())
    index = LexicalIndex.reading(tmp_path / "lexical")
    assert (found(index, "I-5"), found(index, "ethanol"), len(index)) == ([1], [], 6)
    assert sorted((tmp_path / "lexical").iterdir()) == before
    assert file_names(tmp_path / "lexical") == [path.name for path in before]


def test_what_is_no_index_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        LexicalIndex.reading(tmp_path / "missing")
    for content in (b"", b"\xff", b"[]", b"{}", b'{"opstamp": "x"}'):
        (tmp_path / "meta.json").write_bytes(content)
        with pytest.raises(ValueError, match="meta"):
            LexicalIndex.reading(tmp_path)


def test_the_share_that_was_removed_counts_until_it_is_merged(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical")
    index.update(PASSAGES)
    assert removed_share(tmp_path / "lexical") == 0.0
    index.update([], remove=[1, 2])
    assert removed_share(tmp_path / "lexical") == pytest.approx(2 / 6)


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(ValueError, match="meta"):
        LexicalIndex(tmp_path)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Why was a YU7 on I-5?", ()),
        ("Did Zorblax buy the YU7 in California?", ("Zorblax",)),
        ("What does O’Neil say of AT&T?", ()),
        ("how is ethanol made?", ()),
    ],
)
def test_names_that_no_passage_holds_are_known_as_unknown(
    index: LexicalIndex, question: str, unknown: tuple[str, ...]
) -> None:
    assert index.unknown_names(question) == unknown


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When will the Xiaomi SU8 be released?", ("Xiaomi", "SU8")),
        ("Xiaomi's SU7: who built it?", ("SU7",)),
        ("who said that", ()),
        ("WHO IS LEI JUN?", ()),
        ("How far is the I-5 from AT&T’s office?", ("I-5", "AT&T")),
        ("为什么 YU7 出现在 I-5？", ("YU7", "I-5")),
    ],
)
def test_names_are_capitalised_or_hold_a_digit(question: str, expected: tuple[str, ...]) -> None:
    assert names(question) == expected


def test_names_that_no_passage_holds_are_unknown() -> None:
    index = LexicalIndex()
    index.update([(1, "Lei Jun drove a Xiaomi YU7 on the I5.")])
    assert index.unknown_names("Did Lei Jun's Xiaomi SU8 use I-5 or Route 66?") == (
        "SU8",
        "Route",
        "66",
    )
