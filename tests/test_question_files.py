import json
from pathlib import Path

import pytest

from evqa.errors import QuestionFileError
from evqa.question_files import Case, Document, Gold, read_questions


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


OWN = {
    "id": "a",
    "question": "How long?",
    "answerable": True,
    "evidence": [{"doc": "ferry.md", "text": "17 minutes"}],
}


def test_our_own_lines_are_asked_of_the_corpus(tmp_path: Path) -> None:
    refused = {"question": "How tall?", "answerable": False, "evidence": []}
    questions = read_questions(write(tmp_path / "q.jsonl", OWN, refused))
    assert questions.kind == "evqa"
    assert questions.documents == ()
    assert questions.cases == (
        Case("a", "How long?", True, (Gold("ferry.md", "17 minutes"),)),
        Case("2", "How tall?", False),
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "Expecting property name enclosed in double quotes"),
        (json.dumps({"question": "Why?", "answerable": True}), "the field 'evidence' is missing"),
        (json.dumps({**OWN, "evidence": []}), "an answerable question needs evidence"),
        (json.dumps({**OWN, "answerable": "yes"}), "`answerable` true or false"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f"{json.dumps(OWN)}\n{row}\n", encoding="utf-8")
    with pytest.raises(QuestionFileError) as caught:
        read_questions(path)
    assert caught.value.message.startswith(f"{path}, line 2: ")
    assert reason in caught.value.message
    assert caught.value.hint == "Mend or remove the line."


def test_passages_bring_their_own_documents_and_questions(tmp_path: Path) -> None:
    row = {
        "title": "Ferry returns",
        "sentences": ["It is back.", "The trip takes 17 minutes."],
        "questions": [{"q": "How long?", "answers": [1]}, {"q": "How tall?", "answers": []}],
    }
    questions = read_questions(write(tmp_path / "q.jsonl", row))
    document = Document("1", "Ferry returns", "It is back. The trip takes 17 minutes.")
    assert (questions.kind, questions.documents) == ("passages", (document,))
    gold = Gold("1", "The trip takes 17 minutes.", 12)
    assert questions.cases == (
        Case("1.1", "How long?", True, (gold,), "1"),
        Case("1.2", "How tall?", False, (), "1"),
    )
    assert document.text[gold.start :] == gold.text


def test_a_passage_without_the_sentence_that_is_said_to_answer_is_named(tmp_path: Path) -> None:
    row = {"title": "", "sentences": ["One."], "questions": [{"q": "Why?", "answers": [1]}]}
    path = write(tmp_path / "q.jsonl", row)
    with pytest.raises(QuestionFileError, match="line 1: list index out of range"):
        read_questions(path)


def squad(**extra: object) -> dict[str, object]:
    answers = [{"text": "blue", "answer_start": 11}, {"text": "blue", "answer_start": 11}]
    question = {"id": "q1", "question": "Which colour?", "answers": answers}
    other = {"id": "q2", "question": "Which shape?", "answers": [], **extra}
    asked = [question, other] if extra else [question]
    paragraph = {"context": "The sky is blue.", "qas": asked}
    return {"data": [{"title": "The_Sky", "paragraphs": [paragraph]}]}


def test_squad_paragraphs_become_documents(tmp_path: Path) -> None:
    questions = read_questions(write(tmp_path / "squad.json", squad()))
    assert questions.kind == "squad"
    assert questions.documents == (Document("The Sky 0", "The Sky", "The sky is blue."),)
    gold = Gold("The Sky 0", "blue", 11)
    assert questions.cases == (Case("q1", "Which colour?", True, (gold,), "The Sky 0"),)


def test_impossible_questions_make_it_squad_2(tmp_path: Path) -> None:
    questions = read_questions(write(tmp_path / "squad.json", squad(is_impossible=True)))
    assert questions.kind == "squad2"
    assert questions.cases[1] == Case("q2", "Which shape?", False, (), "The Sky 0")


def test_selqa_candidates_become_the_lines_of_a_document(tmp_path: Path) -> None:
    row = {"article": "Sky", "question": "Colour?", "candidates": ["It is high.", "It is  blue."]}
    (tmp_path / "s.json").write_text(json.dumps([{**row, "answers": [1]}]), encoding="utf-8")
    questions = read_questions(tmp_path / "s.json")
    (document,) = questions.documents
    assert document.text == "It is high.\nIt is blue."
    assert questions.cases[0].golds == (Gold(document.id, "It is blue.", 12),)


def test_qed_rows_without_a_selected_sentence_only_add_their_paragraph(tmp_path: Path) -> None:
    row = {"example_id": 7, "title_text": "Sky", "question_text": "what colour"}
    selected = {
        **row,
        "paragraph_text": "High. Blue. ",
        "selected_sentence": {"start": 6, "end": 12},
    }
    other = {**row, "paragraph_text": "Wide."}
    questions = read_questions(write(tmp_path / "qed.jsonl", selected, other))
    assert questions.kind == "qed"
    assert [document.text for document in questions.documents] == ["High. Blue. ", "Wide."]
    (case,) = questions.cases
    assert (case.id, case.golds[0].text, case.golds[0].start) == ("7", "Blue.", 6)


@pytest.mark.parametrize("content", ["{}", "[{}]", "no json", '{"data": 3}'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(QuestionFileError, match="is neither SQuAD nor SelQA"):
        read_questions(path)


def test_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(QuestionFileError, match="holds no questions"):
        read_questions(tmp_path / "empty.jsonl")
    with pytest.raises(QuestionFileError, match="cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
