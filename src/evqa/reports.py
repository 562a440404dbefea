"""Evaluations in print: tables, JSON, lists of misses, and one against another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evqa.errors import QuestionFileError
from evqa.evaluation import Evaluation, compare, evaluate
from evqa.measures import Estimate
from evqa.question_files import read_questions
from evqa.settings import Settings


def run(file: Path, settings: Settings, progress: Callable[[int, int], None]) -> Evaluation:
    """Read a file of questions, ask them and measure; raises as `read_questions` and `evaluate`."""
    return evaluate(read_questions(file), settings, file.name, progress)


def table(evaluation: Evaluation) -> str:
    """The measures, one a line, with their 95 % intervals and case counts."""
    head = f"{evaluation.file} ({evaluation.kind}), {len(evaluation.rows)} cases"
    return "\n".join([head, "", *_lines(evaluation.measures, "{:.3f}")])


def as_json(evaluation: Evaluation) -> str:
    """The measures and every row, as JSON that `differences` reads."""
    return json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=2)


def misses(evaluation: Evaluation) -> str:
    """Each case that went wrong: the stage that lost it, the confidence, its id and question."""
    return "".join(
        f"{row.missed}\t{row.confidence:.2f}\t{row.id}\t{row.question}\n"
        for row in evaluation.rows
        if row.missed
    )


def differences(one: Path, other: Path, *, as_json: bool = False) -> str:
    """How much each measure of the second JSON output is above that of the first."""
    found = compare(_loaded(one), _loaded(other))
    if as_json:
        numbers = {name: [e.value, e.low, e.high, e.cases] for name, e in found.items()}
        return json.dumps(numbers, indent=2)
    return "\n".join([f"{other.name} above {one.name}", "", *_lines(found, "{:+.3f}")])


def _lines(found: Mapping[str, Estimate], form: str) -> list[str]:
    return [
        f"{name:<20}{form.format(e.value):>8}   {form.format(e.low)} to {form.format(e.high)}"
        f"   {e.cases} cases"
        for name, e in found.items()
    ]


def _loaded(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        if not {"rows", "measures"} <= set(loaded):
            raise ValueError("no rows")
    except (OSError, ValueError, TypeError) as error:
        raise QuestionFileError(
            f"{path} is no output of `evqa eval --json`.", "Make it: evqa eval FILE --json > A.json"
        ) from error
    return dict(loaded)
