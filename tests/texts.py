"""Texts of every kind, for property tests."""

from hypothesis import strategies as st

_PIECES = (
    *("Mr. ", "The U.S. ", "cat. ", "3.5 ", "I-5 ", "“Why?” ", "\n- ", "# ", "…", "word " * 60),
    *("\r\n", "\n\n", " ", "\t", "\x85", "\x1c", "\u2028", "\u3000", "\xa0", "\ufeff", "\u200d"),
    *("小米汽车。", "出现在公路上！", "「はい」", "e\u0301", "\u0301" * 40, "a" * 300, "字" * 300),
    *("👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "مرحبا؟ ", "नमस्ते। ", "𝒳", "\U0010ffff"),
)
_CHARACTERS = st.characters(exclude_categories=["Cs"])

TEXTS = st.one_of(
    st.text(_CHARACTERS, max_size=300),
    st.lists(st.one_of(st.sampled_from(_PIECES), _CHARACTERS), max_size=80).map("".join),
)
LANGUAGES = st.sampled_from(["", "en", "zh", "de", "ar", "tlh", "no such language"])


def assert_covers(text: str, spans: list[tuple[int, int]]) -> None:
    """Check that spans are ordered, apart, stripped, and leave out nothing but white space."""
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert text[end_before:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        end_before = end
    assert text[end_before:].strip() == ""
