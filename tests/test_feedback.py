import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.citations import cut, render
from evqa.errors import FeedbackError
from evqa.question_files import Case, Gold, read_questions
from evqa.records import Answer, Article, Hit, Passage
from evqa.web.feedback import FILE, append, judged_right, judged_wrong

ARTICLE = Article("yu7.md", "A YU7", "One sentence. Another sentence.")
COPY = replace(ARTICLE, id="copy.md")
QUOTE = cut(Hit(Passage(0, "yu7.md", 0, 0, 31, 6), ARTICLE, 0.9), 0, 13, 0.9)
ANSWER = Answer("And why?", "Why so?", render([QUOTE]), True, 0.9, (QUOTE,))
REFUSAL = Answer("When?", "When?", "The articles don't say.", False, 0.1)
WHEN = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)


def test_a_line_says_what_was_asked_and_what_was_thought_of_the_answer() -> None:
    assert json.loads(judged_right(ANSWER, " quite so\n", WHEN)) == {
        "question": "Why so?",
        "answerable": True,
        "evidence": [{"doc": "yu7.md", "text": "One sentence."}],
        "vote": "up",
        "note": "quite so",
        "when": "2026-02-11T09:30:00+00:00",
    }


def test_what_was_kept_can_be_evaluated(tmp_path: Path) -> None:
    articles = [ARTICLE, COPY]
    for line in (
        judged_right(ANSWER, "", WHEN),
        judged_right(REFUSAL, "", WHEN),
        judged_wrong(ANSWER, "", "nobody says so", WHEN, articles),
        judged_wrong(REFUSAL, " Another sentence. ", "", WHEN, articles),
    ):
        append(tmp_path, line)
    another = (Gold("yu7.md", "Another sentence."), Gold("copy.md", "Another sentence."))
    assert read_questions(tmp_path / FILE).cases == (
        Case("1", "Why so?", True, (Gold("yu7.md", "One sentence."),)),
        Case("2", "When?", False),
        Case("3", "Why so?", False),
        Case("4", "When?", True, another),
    )


def test_words_that_no_article_has_are_told() -> None:
    with pytest.raises(FeedbackError, match=r"No article has these words\."):
        judged_wrong(ANSWER, "A third sentence.", "", WHEN, [ARTICLE])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="cannot be written"):
        append(tmp_path / "nowhere", judged_right(ANSWER, "", WHEN))


@given(st.text(max_size=200))
def test_a_note_never_breaks_its_line(note: str) -> None:
    line = judged_right(ANSWER, note, WHEN)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["note"] == note.strip()
