"""Write benchmarks/RESULTS.md: what `evqa eval` measures over files of questions.

    python benchmarks/quality.py FILE... [--static FILE...] [--articles FOLDER] [--most 250]

Of a public file only the articles that `training/split.py` puts in the part 'report' are asked
about, all of its texts being searched; nothing in evqa was fitted to them. Where there are more
than `--most` such questions, every nth is asked. Files of `--static` are asked once more with the
static embedder. Files in evqa's own format ask the folder `articles` beside them; where there is
none, that of `--articles`.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path

from speed import machine

from evqa.evaluation import evaluate
from evqa.question_files import QuestionFile, read_questions
from evqa.settings import DEFAULT_EMBEDDING_MODEL, Settings

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "training"))


def reported(questions: QuestionFile, most: int) -> QuestionFile:
    """The questions of the articles that are only reported on, thinned to at most `most`."""
    from split import part

    titles = {document.id: document.title for document in questions.documents}
    ours = questions.kind in ("evqa", "passages")
    cases = [case for case in questions.cases if ours or part(titles[case.document]) == "report"]
    step = max(1, math.ceil(len(cases) / most))
    return replace(questions, cases=tuple(cases[::step]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--static", type=Path, nargs="+", default=[])
    parser.add_argument("--articles", type=Path, default=HERE.parent / "corpus")
    parser.add_argument("--most", type=int, default=250)
    arguments = parser.parse_args()
    sections = [
        "# What evqa reaches",
        "Made by `python benchmarks/quality.py`; values with 95 % bootstrap intervals over cases."
        " Public files: only articles that nothing was fitted to.",
        f"Machine: {machine()}.",
    ]
    for path, model in [
        *((path, DEFAULT_EMBEDDING_MODEL) for path in arguments.files),
        *((path, "static") for path in arguments.static),
    ]:
        beside = path.parent / "articles"
        corpus = beside if beside.is_dir() else arguments.articles
        questions = reported(read_questions(path), arguments.most)
        name = f"{path.parent.name}/{path.name}"
        result = evaluate(questions, Settings(corpus=corpus, embedding_model=model), name)
        which = ", static embedder" if model == "static" else ""
        sections.append(f"## {name} ({result.kind}, {len(questions.cases)} questions{which})")
        rows = [
            f"| {name} | {e.value:.3f} | {e.low:.3f} to {e.high:.3f} | {e.cases} |"
            for name, e in result.measures.items()
        ]
        head = ["| measure | value | interval | cases |", "| --- | --- | --- | --- |"]
        sections.append("\n".join([*head, *rows]))
        print(sections[-2], sections[-1], sep="\n", flush=True)
    (HERE / "RESULTS.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
