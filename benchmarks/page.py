"""Time the chat in a real Chromium: first paint, first answer after the start, answers when warm.

    python benchmarks/page.py [--runs 3]

Each run starts the chat on the repository's own corpus, with an index that is made already. The
clock starts with the process; medians are printed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from speed import machine

from evqa.indexing import update_index
from evqa.settings import Settings

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
PORT = "7898"
QUESTION = "Why was a YU7 on I-5?"
WARM = (
    "How many horsepower does the YU7 Max make?",
    "How fast does the YU7 Max get to 62 mph?",
    "Who photographed the YU7?",
)
PAINTED = """() => new Promise((found) => new PerformanceObserver((list, observer) => {
    observer.disconnect();
    found(performance.timeOrigin + list.getEntries()[0].startTime);
}).observe({ type: 'paint', buffered: true }))"""


def run(browser: Browser, index: Path) -> tuple[float, float, float]:
    """Seconds from the start to the first paint and to the first answer, and for a warm one."""
    began, began_clock = time.perf_counter(), time.time()
    command = [sys.executable, "-m", "evqa", "chat", "--port", PORT, "--index", str(index)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as chat:
        try:
            assert chat.stdout
            page = browser.new_page()
            page.set_default_timeout(120_000)
            page.goto(chat.stdout.readline().removeprefix("evqa chat: ").strip())
            painted = float(page.evaluate(PAINTED)) / 1000 - began_clock
            question = page.get_by_label("Your question")
            answers = page.locator(".exchange .tools")
            question.fill(QUESTION)
            page.keyboard.press("Enter")
            answers.first.wait_for()
            first = time.perf_counter() - began
            warm = []
            for number, asked in enumerate(WARM, 1):
                question.fill(asked)
                at = time.perf_counter()
                page.keyboard.press("Enter")
                answers.nth(number).wait_for()
                warm.append(time.perf_counter() - at)
            page.close()
        finally:
            chat.terminate()
    return painted, first, statistics.median(warm)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        index = Path(folder)
        update_index(Settings(corpus=ROOT / "corpus", index=index))
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None,
            args=["--no-sandbox", "--disable-gpu"],
        )
        runs = [run(browser, index) for _ in range(arguments.runs)]
        browser.close()
    print(f"Machine: {machine()}; medians of {arguments.runs} starts.\n")
    print("| the chat in Chromium | seconds |\n| --- | --- |")
    names = ("start to first paint", "start to first answer", "question to answer, warm")
    for name, seconds in zip(names, zip(*runs, strict=True), strict=True):
        print(f"| {name} | {statistics.median(seconds):.2f} |")


if __name__ == "__main__":
    main()
