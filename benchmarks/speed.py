"""How fast evqa is, each figure beside its goal, as one table with the machine's name.

    python benchmarks/speed.py [--corpus FOLDER] [--questions FILE.jsonl]

Whole-process figures are medians over fresh processes; the warm `ask()` is a median over all
questions, each asked once after a first one that is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
COLD_RUNS = 5
TEXTS_FOR_INDEXING = 200
FLAGSHIP = "Why was a YU7 on I-5?"


def machine() -> str:
    """The processor, the cores in use and the Python that ran this."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else processor
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{processor}, {cores} cores, Python {platform.python_version()}"


def process_seconds(command: list[str], runs: int) -> float:
    """Median wall seconds of a whole process."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def import_seconds() -> float:
    """Median seconds that `import evqa` takes in a fresh interpreter."""
    code = "import time; t = time.perf_counter(); import evqa; print(time.perf_counter() - t)"
    runs = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
        for _ in range(COLD_RUNS)
    ]
    return statistics.median(runs)


def indexing_tokens_per_second(folder: Path) -> float:
    """Tiktoken tokens embedded per second of a first index run, over generated articles."""
    from evqa import Settings, update_index

    sources = [
        path.read_text(encoding="utf-8") for path in sorted((HERE.parent / "corpus").glob("*.md"))
    ]
    (folder / "many").mkdir()
    for number in range(TEXTS_FOR_INDEXING):
        text = sources[number % len(sources)].split("---\n", 2)[2]
        (folder / "many" / f"{number}.txt").write_text(
            f"Edition {number}.\n\n{text}", encoding="utf-8"
        )
    report = update_index(Settings(corpus=folder / "many", index=folder / "many-index"))
    return report.tokens_embedded / report.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus")
    parser.add_argument("--questions", type=Path, default=HERE / "questions.jsonl")
    arguments = parser.parse_args()
    lines = arguments.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = ["--corpus", str(arguments.corpus), "--index", str(folder / "index")]
        evqa = [sys.executable, "-m", "evqa"]
        subprocess.run([*evqa, "index", *index], check=True, stdout=subprocess.DEVNULL)
        rows = [("import evqa", import_seconds(), "s", 0.15, "below")]
        cold = process_seconds([*evqa, "ask", *index, FLAGSHIP], COLD_RUNS)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        megabytes = peak / 1e6 if sys.platform == "darwin" else peak / 1e3
        rows.append(("evqa ask, cold process", cold, "s", 2.5, "below"))
        rows.append(("evqa ask, peak memory", megabytes, "MB", 500, "below"))

        from evqa import Assistant, Settings

        seconds = []
        settings = Settings(corpus=arguments.corpus, index=folder / "index")
        with Assistant.open(settings) as assistant:
            assistant.ask(FLAGSHIP)
            for question in questions:
                began = time.perf_counter()
                assistant.ask(question)
                seconds.append(time.perf_counter() - began)
        seconds.sort()
        rows.append(("ask(), warm, median", statistics.median(seconds), "s", 0.5, "below"))
        p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        rows.append(("ask(), warm, p95", p95, "s", None, ""))
        rows.append(("indexing", indexing_tokens_per_second(folder), "tokens/s", 2500, "above"))

    print(f"{machine()}; {len(questions)} questions, {COLD_RUNS} cold runs\n")
    print(f"{'what':<24}{'measured':>10}  {'goal':>6}  unit")
    for what, value, unit, goal, side in rows:
        met = goal is None or (value <= goal if side == "below" else value >= goal)
        print(f"{what:<24}{value:>10.3g}  {goal or '':>6}  {unit}{'' if met else '  MISSED'}")


if __name__ == "__main__":
    main()
