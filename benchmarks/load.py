"""How a running chat bears many users who ask at once, as one table beside its goals.

    python benchmarks/load.py [--seconds 60] [--corpus FOLDER] [--questions FILE.jsonl]

Starts `evqa chat`, asks every question once without counting it, and then lets 1, 8 and 32 users
ask over HTTP as programs do, each the next question as soon as it has an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import httpx
import psutil
from speed import machine

HERE = Path(__file__).parent
USERS = (1, 8, 32)
GOAL_USERS = 8
GOAL_GROWTH = 0.05


@dataclass
class Load:
    """What some users got, in how long; memory in bytes."""

    users: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_before: int = 0
    memory_after: int = 0

    @property
    def median(self) -> float:
        """Median seconds that an answer took."""
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        """Seconds within which 95 % of the answers came."""
        return sorted(self.latencies)[int(0.95 * (len(self.latencies) - 1))]

    @property
    def growth(self) -> float:
        """How much of its memory the server took on top."""
        return self.memory_after / self.memory_before - 1


@contextmanager
def serving(corpus: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A chat over a corpus, ready to answer, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        places = ["--corpus", str(corpus), "--index", folder]
        command = [sys.executable, "-m", "evqa", "chat", *places, "--port", str(port)]
        unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=unbuffered) as server:
            assert server.stdout
            try:
                if not server.stdout.readline():
                    sys.exit("The chat did not start.")
                yield f"http://127.0.0.1:{port}", psutil.Process(server.pid)
            finally:
                server.kill()


def ask(client: httpx.Client, question: str) -> None:
    """Ask as a program does; raises ValueError where no answer comes."""
    called = client.post("/gradio_api/call/v2/ask", json={"question": question})
    if called.is_error:
        raise ValueError(called.text)
    result = client.get(f"/gradio_api/call/ask/{called.json()['event_id']}").text
    event, _, data = result.strip().rpartition("\ndata: ")
    if not event.endswith("event: complete") or json.loads(data)[0]["text"] == "":
        raise ValueError(result)


def visit(url: str, number: int, questions: Sequence[str], until: float, load: Load) -> None:
    """Ask one question after another; each user comes from an address of its own."""
    transport = httpx.HTTPTransport(local_address=f"127.0.0.{number + 1}")
    with httpx.Client(base_url=url, transport=transport, timeout=600) as client:
        for question in islice(cycle(questions), number, None):
            began = time.perf_counter()
            if began >= until:
                return
            try:
                ask(client, question)
            except (httpx.HTTPError, ValueError) as error:
                load.errors.append(str(error))
            else:
                load.latencies.append(time.perf_counter() - began)


def bear(
    url: str, server: psutil.Process, users: int, questions: Sequence[str], seconds: float
) -> Load:
    """Let some users ask for some seconds, and the last answers come."""
    load = Load(users, memory_before=server.memory_info().rss)
    began = time.perf_counter()
    visits = [
        threading.Thread(target=visit, args=(url, number, questions, began + seconds, load))
        for number in range(users)
    ]
    for each in visits:
        each.start()
    for each in visits:
        each.join()
    load.seconds = time.perf_counter() - began
    load.memory_after = server.memory_info().rss
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long each number of users")
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus")
    parser.add_argument("--questions", type=Path, default=HERE / "questions.jsonl")
    arguments = parser.parse_args()
    lines = arguments.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]

    with serving(arguments.corpus) as (url, server):
        with httpx.Client(base_url=url, timeout=600) as client:
            for question in questions:
                ask(client, question)
        loads = [bear(url, server, users, questions, arguments.seconds) for users in USERS]

    print(f"{machine()}; {len(questions)} questions, {arguments.seconds:g} s each\n")
    print("users  answers  per s   p50 s   p95 s  errors  MB before  MB after")
    for load in loads:
        print(
            f"{load.users:>5}{len(load.latencies):>9}{len(load.latencies) / load.seconds:>7.2f}"
            f"{load.median:>8.2f}{load.p95:>8.2f}{len(load.errors):>8}"
            f"{load.memory_before / 1e6:>11.0f}{load.memory_after / 1e6:>10.0f}"
        )
    alone = next(load for load in loads if load.users == 1)
    many = next(load for load in loads if load.users == GOAL_USERS)
    most = GOAL_USERS * alone.median
    print(f"\nGoals at {GOAL_USERS} users:")
    for what, value, met in (
        ("errors, none", f"{len(many.errors)}", not many.errors),
        ("memory growth, below 5 %", f"{many.growth:.1%}", many.growth < GOAL_GROWTH),
        (
            f"p95, below {GOAL_USERS} x p50 of one: {most:.2f} s",
            f"{many.p95:.2f} s",
            many.p95 < most,
        ),
    ):
        print(f"  {what:<40}{value:>8}{'' if met else '  MISSED'}")
    for error in sorted({error for load in loads for error in load.errors}):
        print(f"  {error[:200]}", file=sys.stderr)


if __name__ == "__main__":
    main()
