"""The `name: value` lines before a text: read, believed, and written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from evqa.errors import UnreadableArticle

_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_LINE = re.compile(r"^([\w-]+:[ \t]+)([^\s\[{&*!|>][^\r\n]*?)[ \t]*(?=\r?$)", re.M)


def decode(name: str, content: bytes) -> str:
    """A file's text; raises UnreadableArticle where it is binary or not UTF-8."""
    if b"\0" in content:
        raise UnreadableArticle(f"{name}: it is a binary file.", "Save its text as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{name}: it is not UTF-8 (byte {error.start} is {content[error.start]:#04x}).",
            "Save it as UTF-8.",
        ) from error


def read(name: str, whole: str) -> tuple[dict[str, Any], int]:
    """The front matter's mapping, empty where there is none, and where the text begins.

    Raises UnreadableArticle, which says `name`, where the front matter is broken.
    """
    match = _BLOCK.match(whole)
    if not match:
        if re.match(r"\ufeff?---[ \t]*\r?\n[\w-]+:", whole):
            raise UnreadableArticle(
                f"{name}: its front matter has no end.", "Close it with a line of three dashes."
            )
        return {}, int(whole.startswith("\ufeff"))
    try:
        front = _loaded(match.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise UnreadableArticle(
            f"{name}: its front matter is broken{where} ({problem}).", "Mend or remove it."
        ) from error
    if front is None:
        front = {}
    if not isinstance(front, dict):
        raise UnreadableArticle(
            f"{name}: its front matter is no list of `name: value` lines.", "Mend or remove it."
        )
    return front, match.end()


def _loaded(lines: str) -> Any:
    """What YAML makes of the lines; a value with a colon in it, as titles have, needs no quotes."""
    try:
        return yaml.safe_load(lines)
    except yaml.YAMLError:
        quoted = _LINE.sub(_quoted, lines)
        if quoted == lines:
            raise
        return yaml.safe_load(quoted)


def _quoted(line: re.Match[str]) -> str:
    """A line with its value in quotes, where that is no value by itself."""
    try:
        is_value = not isinstance(yaml.safe_load(line[2]), dict)
    except (yaml.YAMLError, ValueError):
        is_value = False
    return line[0] if is_value else line[1] + json.dumps(line[2])


def write(front: Mapping[str, Any], text: str) -> str:
    """A text after the front matter that says what is known of it; empty values are left out."""
    known = {name: value for name, value in front.items() if value}
    lines = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{lines}---\n\n{text}\n"
