"""Articles as JSON: one in a .json file, or one in each line of a .jsonl file."""

from __future__ import annotations

import json
import re
from typing import Any

from evqa.errors import UnreadableArticle

_ID = re.compile(r"\.jsonl#\d+\Z|\.json\Z", re.I)


def is_id(article_id: str) -> bool:
    """Whether an article of this id is a JSON record."""
    return bool(_ID.search(article_id))


def line_number(article_id: str) -> int | None:
    """The number, from 1, of the line that `file.jsonl#3` names."""
    number = article_id.rpartition(".jsonl#")[2]
    return int(number) if is_id(article_id) and number.isdigit() else None


def read(article_id: str, whole: str) -> tuple[dict[str, Any], str]:
    """A record's fields and its text.

    Raises UnreadableArticle where it is no JSON object with a string `text`.
    """
    try:
        record = json.loads(whole.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        problem = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise UnreadableArticle(
            f"{article_id}: it is no JSON ({problem}).", "Mend or remove it."
        ) from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise UnreadableArticle(
            f'{article_id}: it is no JSON object with a "text".',
            "Write an article as an object in a .json file, or many in the lines of a .jsonl file.",
        )
    if re.search("[\0\ud800-\udfff]", record["text"]):
        raise UnreadableArticle(
            f"{article_id}: its text holds what is no character (\\u0000 or half of a pair).",
            "Mend it.",
        )
    return record, record["text"]
