"""Our own collections of news: each question with the passages that evqa finds for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from data import Case, Sentence

from evqa.assistant import Assistant
from evqa.evaluation import Golds, opened
from evqa.evidence import quotable_spans
from evqa.question_files import Case as Question
from evqa.question_files import read_questions
from evqa.settings import Settings

PASSAGES = 8


def read_collection(folder: Path) -> list[list[Case]]:
    """For each question of a collection its nearest passages, in the order in which evqa has them.

    All articles that answer are named in `questions.jsonl`, so that whatever else is near is wrong.
    """
    questions = read_questions(folder / "questions.jsonl")
    with opened(questions, Settings(corpus=folder / "articles")) as assistant:
        golds = Golds(questions, assistant)
        return [list(_cases(assistant, golds, question)) for question in questions.cases]


def _cases(assistant: Assistant, golds: Golds, question: Question) -> Iterator[Case]:
    for hit in assistant.retriever.search(question.question, PASSAGES):
        sentences = tuple(
            Sentence(
                hit.article.text[start:end],
                golds.hold(question, hit.article, start, end, whole=False),
            )
            for start, end in quotable_spans(hit)
        )
        if sentences:
            yield Case(
                "collection",
                question.question,
                hit.article.title,
                sentences,
                has_spans=False,
            )
