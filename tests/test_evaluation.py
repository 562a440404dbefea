import json
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
QUESTIONS = [
    {
        "id": "range",
        "question": "How many miles of range does the YU7 have?",
        "answerable": True,
        "evidence": [{"doc": "yu7-sighting-on-i-5.md", "text": "519 miles"}],
    },
    {"id": "ethanol", "question": "What is the boiling point of ethanol?", "answerable": False},
    {
        "id": "elsewhere",
        "question": "How many horsepower does the YU7 Max have?",
        "answerable": True,
        "evidence": [{"doc": "yu7-sighting-on-i-5.md", "text": "¥250,000"}],
    },
]
SQUAD = {
    "data": [
        {
            "title": "Ferry",
            "paragraphs": [
                {
                    "context": "The ferry to Hvar takes 55 minutes. It leaves at noon.",
                    "qas": [
                        {
                            "id": "s1",
                            "question": "How long does the ferry to Hvar take?",
                            "answers": [{"text": "55 minutes", "answer_start": 24}],
                        }
                    ],
                },
                {"context": "Bread is baked at night. Bakers sleep by day.", "qas": []},
            ],
        }
    ]
}


def evaluate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evqa", "eval", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    lines = [json.dumps({"evidence": [], **row}) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("eval")
    questions, misses = written(folder / "q.jsonl", QUESTIONS), folder / "misses.tsv"
    done = evaluate(questions, "--corpus", CORPUS, "--json", "--explain", misses)
    assert done.returncode == 0, done.stderr
    (folder / "out.json").write_text(done.stdout, encoding="utf-8")
    return folder / "out.json", misses


def test_each_case_has_its_row_and_the_stage_that_lost_it(output: tuple[Path, Path]) -> None:
    found = json.loads(output[0].read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in found["rows"]}
    assert {id_: row["missed"] for id_, row in rows.items()} == {
        "range": "",
        "ethanol": "",
        "elsewhere": "wrong sentence",
    }
    assert rows["range"]["passage_rank"] == rows["range"]["quote_rank"] == 1
    assert rows["ethanol"]["answered"] is False
    assert rows["ethanol"]["quote_rank"] is None
    lines = output[1].read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[0::2][:2] for line in lines] == [["wrong sentence", "elsewhere"]]


def test_measures_come_with_their_case_counts(output: tuple[Path, Path]) -> None:
    found = json.loads(output[0].read_text(encoding="utf-8"))["measures"]
    assert found["quote@1"]["value"] == 0.5
    assert found["quote@1"]["cases"] == 2
    assert found["refusal AUROC"] == {"value": 1.0, "low": 1.0, "high": 1.0, "cases": 3}


def test_an_output_compared_with_itself_differs_by_nothing(output: tuple[Path, Path]) -> None:
    done = evaluate("--compare", output[0], output[0], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["quote@1"] == [0.0, 0.0, 0.0, 2]


def test_a_squad_question_is_asked_again_without_its_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    done = evaluate(path, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [(row["id"], row["answerable"], row["answered"]) for row in rows] == [
        ("s1", True, True),
        ("s1 without", False, False),
    ]
    assert rows[0]["sentence_rank"] == 1


def test_evidence_that_is_not_in_its_article_is_an_error(tmp_path: Path) -> None:
    evidence = [{"doc": "yu7-sighting-on-i-5.md", "text": "520 miles"}]
    path = written(tmp_path / "q.jsonl", [{**QUESTIONS[0], "evidence": evidence}])
    done = evaluate(path, "--corpus", CORPUS)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "evqa: Question range: yu7-sighting-on-i-5.md does not hold the evidence '520 miles'."
        " Evidence must stand in its article word for word."
    )


def test_a_comparison_needs_two_outputs(tmp_path: Path) -> None:
    path = written(tmp_path / "q.jsonl", QUESTIONS)
    done = evaluate("--compare", path, path)
    assert done.returncode == 1
    assert "is no output of `evqa eval --json`" in done.stderr
    assert evaluate().returncode == 2
