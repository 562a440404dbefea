"""Settings: an argument beats an EVQA_* variable, that evqa.toml, and that the default."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from evqa.errors import SettingsError

PREFIX = "EVQA_"
FILE = "evqa.toml"
DEFAULT_EMBEDDING_MODEL = "bge-small-en-v1.5"
STATIC_EMBEDDING_MODEL = "static"
DEFAULT_RERANKER_MODEL = "ms-marco-MiniLM-L-12-v2"


class Settings(BaseSettings):
    """What evqa works with.

    Raises SettingsError for an unknown name (an argument, an EVQA_* variable or a key of
    evqa.toml) and for an impossible value.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True, env_ignore_empty=True
    )

    corpus: Path = Field(default=Path("corpus"), description="folder of the articles")
    index: Path = Field(default=Path("index"), description="folder of the index")
    embedding_model: str = Field(
        default=DEFAULT_EMBEDDING_MODEL,
        min_length=1,
        description="a bundled model's name, or a sentence-transformers name or folder",
    )
    reranker_model: str = Field(
        default=DEFAULT_RERANKER_MODEL,
        min_length=1,
        description="the bundled model's name, or a sentence-transformers name or folder",
    )
    chunk_tokens: int = Field(
        default=256, ge=32, le=512, description="most tiktoken tokens in a passage"
    )
    answer_threshold: float = Field(
        default=0.5, ge=0.0, le=1.0, description="least confidence at which evqa answers"
    )
    max_quotes: int = Field(default=3, ge=1, le=10, description="most quotes in an answer")
    auth: SecretStr | None = Field(
        default=None, description="user:password that the chat asks every visitor for"
    )

    def __init__(self, **values: Any) -> None:
        _reject_unknown_variables()
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(*_explain(error)) from error
        except ValueError as error:
            raise SettingsError(f"{FILE} cannot be read: {error}.", "Mend or remove it.") from error

    @field_validator("auth")
    @classmethod
    def _has_user_and_password(cls, auth: SecretStr | None) -> SecretStr | None:
        if auth is not None:
            user, _, password = auth.get_secret_value().partition(":")
            if not (user and password):
                raise ValueError("it has to be user:password")
        return auth

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, evqa.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _reject_unknown_variables() -> None:
    known = set(Settings.model_fields)
    for variable in sorted(os.environ):
        prefix, name = variable[: len(PREFIX)], variable[len(PREFIX) :].lower()
        if prefix.upper() == PREFIX and name not in known:
            raise SettingsError(
                f"The environment variable {variable} is no setting of evqa.",
                _suggest(name, known, PREFIX) or "Unset it.",
            )


def _explain(error: ValidationError) -> tuple[str, str]:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "?"
    if first["type"] == "extra_forbidden":
        known = set(Settings.model_fields)
        return f"{name!r} is no setting of evqa.", _suggest(name, known) or (
            f"The settings are {', '.join(sorted(known))}."
        )
    value = "(not shown)" if name == "auth" else repr(first["input"])
    return (
        f"The setting {name} cannot be {value}: {first['msg']}.",
        f"Set it as an argument, as {PREFIX}{name.upper()}, or in {FILE}.",
    )


def _suggest(name: str, known: set[str], prefix: str = "") -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    if not close:
        return ""
    return f"Did you mean {prefix + close[0].upper() if prefix else close[0]}?"
