"""What visitors think of answers, kept as questions with known answers that `evqa eval` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from evqa.errors import FeedbackError
from evqa.records import Answer, Article

FILE = "feedback.jsonl"
MOST_NOTE = 2000


def judged_right(answer: Answer, note: str, when: datetime) -> str:
    """A line of FILE that takes the answer as it was given for the right one."""
    evidence = [{"doc": quote.article_id, "text": quote.text} for quote in answer.quotes]
    return _line(answer, evidence, "up", note, when)


def judged_wrong(
    answer: Answer, words: str, note: str, when: datetime, articles: Iterable[Article]
) -> str:
    """A line of FILE that says what the right answer is: `words`, or that the articles have none.

    Raises FeedbackError where no article has the words; every one that has them is evidence.
    """
    words = words.strip()
    evidence = [
        {"doc": article.id, "text": words}
        for article in articles
        if words and words in article.text
    ]
    if words and not evidence:
        raise FeedbackError(
            "No article has these words.", "Copy them from an article, letter by letter."
        )
    return _line(answer, evidence, "down", note, when)


def append(folder: Path, line: str) -> None:
    """Add a line to the feedback file of an index folder. Raises FeedbackError where it cannot."""
    path = folder / FILE
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        raise FeedbackError(
            f"{path} cannot be written: {error.strerror}.", "Free it, or make room on the disk."
        ) from error


def _line(
    answer: Answer, evidence: list[dict[str, str]], vote: str, note: str, when: datetime
) -> str:
    return json.dumps(
        {
            "question": answer.standalone_question,
            "answerable": bool(evidence),
            "evidence": evidence,
            "vote": vote,
            "note": note.strip()[:MOST_NOTE],
            "when": when.isoformat(timespec="seconds"),
        }
    )
