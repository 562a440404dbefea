from collections.abc import Callable
from pathlib import Path

import pytest

from evqa.errors import SettingsError
from evqa.settings import Settings

SetUp = Callable[[str], None]


@pytest.fixture(autouse=True)
def _somewhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def refused(**values: object) -> tuple[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings(**values)
    return caught.value.message, caught.value.hint


def test_the_defaults_need_nothing() -> None:
    assert Settings().model_dump() == {
        "corpus": Path("corpus"),
        "index": Path("index"),
        "embedding_model": "bge-small-en-v1.5",
        "reranker_model": "ms-marco-MiniLM-L-12-v2",
        "chunk_tokens": 256,
        "answer_threshold": 0.5,
        "max_quotes": 3,
        "auth": None,
    }


def test_an_argument_beats_a_variable_that_the_file_that_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("evqa.toml").write_text('max_quotes = 4\nchunk_tokens = 100\nindex = "from-file"\n')
    monkeypatch.setenv("EVQA_MAX_QUOTES", "5")
    monkeypatch.setenv("EVQA_CHUNK_TOKENS", "101")
    settings = Settings(max_quotes=6)
    assert (settings.max_quotes, settings.chunk_tokens, settings.index, settings.corpus) == (
        6,
        101,
        Path("from-file"),
        Path("corpus"),
    )


def test_every_setting_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "corpus": "c",
        "index": "i",
        "embedding_model": "e",
        "reranker_model": "r",
        "chunk_tokens": "64",
        "answer_threshold": "0.25",
        "max_quotes": "1",
        "auth": "reader:secret",
    }
    assert set(values) == set(Settings.model_fields)
    for name, value in values.items():
        monkeypatch.setenv(f"EVQA_{name.upper()}", value)
    assert Settings().model_dump(mode="json") == {
        **values,
        "chunk_tokens": 64,
        "answer_threshold": 0.25,
        "max_quotes": 1,
        "auth": "**********",
    }


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVQA_MAX_QUOTES", "")
    assert Settings().max_quotes == 3


def test_an_unknown_argument_is_refused_with_the_name_that_is_near() -> None:
    assert refused(max_qoutes=3) == (
        "'max_qoutes' is no setting of evqa.",
        "Did you mean max_quotes?",
    )


def test_an_unknown_argument_that_is_near_to_none_names_all() -> None:
    assert refused(zzzz=3) == (
        "'zzzz' is no setting of evqa.",
        "The settings are answer_threshold, auth, chunk_tokens, corpus, embedding_model, index,"
        " max_quotes, reranker_model.",
    )


def test_an_unknown_variable_is_refused_with_the_name_that_is_near(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVQA_EMBEDING_MODEL", "x")
    assert refused() == (
        "The environment variable EVQA_EMBEDING_MODEL is no setting of evqa.",
        "Did you mean EVQA_EMBEDDING_MODEL?",
    )


def test_an_unknown_variable_that_is_near_to_none_is_to_be_unset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVQA_XYZZYXYZZYXYZZYXYZZY", "x")
    assert refused() == (
        "The environment variable EVQA_XYZZYXYZZYXYZZYXYZZY is no setting of evqa.",
        "Unset it.",
    )


def test_an_unknown_key_of_the_file_is_refused() -> None:
    Path("evqa.toml").write_text("chunk_token = 100\n")
    assert refused() == ("'chunk_token' is no setting of evqa.", "Did you mean chunk_tokens?")


@pytest.mark.parametrize(
    "content", [b"max_quotes = \n", b"\xff\xfe", b"max_quotes = 3\nmax_quotes = 4\n"]
)
def test_a_broken_file_is_named(content: bytes) -> None:
    Path("evqa.toml").write_bytes(content)
    message, hint = refused()
    assert message.startswith("evqa.toml cannot be read: ")
    assert hint == "Mend or remove it."


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("max_quotes", 0, "Input should be greater than or equal to 1"),
        ("max_quotes", 11, "Input should be less than or equal to 10"),
        ("chunk_tokens", 31, "Input should be greater than or equal to 32"),
        ("chunk_tokens", 513, "Input should be less than or equal to 512"),
        ("answer_threshold", 1.5, "Input should be less than or equal to 1"),
        ("answer_threshold", -0.1, "Input should be greater than or equal to 0"),
        ("embedding_model", "", "String should have at least 1 character"),
        (
            "max_quotes",
            "many",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
    ],
)
def test_an_impossible_value_is_refused_with_the_reason(
    name: str, value: object, reason: str
) -> None:
    assert refused(**{name: value}) == (
        f"The setting {name} cannot be {value!r}: {reason}.",
        f"Set it as an argument, as EVQA_{name.upper()}, or in evqa.toml.",
    )


def test_an_impossible_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVQA_ANSWER_THRESHOLD", "often")
    message, _ = refused()
    assert message.startswith("The setting answer_threshold cannot be 'often': ")


def test_a_threshold_that_is_no_number_is_refused() -> None:
    message, _ = refused(answer_threshold=float("nan"))
    assert message.startswith("The setting answer_threshold cannot be nan: ")


@pytest.mark.parametrize("given", ["secret", ":secret", "reader:"])
def test_a_password_without_its_user_is_refused_and_not_shown(given: str) -> None:
    assert refused(auth=given) == (
        "The setting auth cannot be (not shown): Value error, it has to be user:password.",
        "Set it as an argument, as EVQA_AUTH, or in evqa.toml.",
    )


def test_a_password_is_not_in_what_is_printed() -> None:
    settings = Settings(auth="reader:secret")
    assert "secret" not in f"{settings} {settings!r} {settings.model_dump_json()}"
    assert settings.auth is not None
    assert settings.auth.get_secret_value() == "reader:secret"
