import pytest

from evqa.language.scripts import is_latin


@pytest.mark.parametrize(
    "text",
    ["Why was a YU7 on I-5?", "Où est le café?", "What does 小米 mean?", "5 + 7?", ""],
)
def test_what_english_models_read(text: str) -> None:
    assert is_latin(text)


@pytest.mark.parametrize(
    "text", ["小米YU7为什么出现在I-5公路上?", "Где был YU7?", "なぜですか", "أين السيارة؟"]
)
def test_what_they_do_not(text: str) -> None:
    assert not is_latin(text)
