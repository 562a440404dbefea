"""Ends an update of the index at a call that changes a file, or fills the disk from there on.

    LD_PRELOAD=shim.so python injection.py WORKDIR kill|full [STRIDE]

Every STRIDE-th call of every kind of update is tried, each in a process of its own. What is found
is printed as JSON: how many calls there are and were tried, and what was wrong after which.
"""

import ctypes
import gc
import json
import logging
import math
import os
import pickle
import re
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
# A forked process must not wait for threads that it does not have.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import faiss
import tantivy  # noqa: F401 - loaded once for all processes
from samples import ARTICLES, BEES, BRIDGE, FERRY, WordEmbedder, write_corpus
from states import USUAL, State, state_of, update

from evqa.errors import EvqaError
from evqa.index.verify import verify
from evqa.indexing import Stages, update_with
from evqa.onnx import Floats
from evqa.settings import Settings

MODES = {"kill": 0, "tear": 1, "full": 2}
_NEVER = 2**40
_PROCESSES = 2
_shim = ctypes.CDLL(None)


@dataclass(frozen=True)
class Kind:
    """A kind of update: the histories of corpora before it, and the corpus that it takes in."""

    name: str
    before: tuple[dict[str, str], ...]
    after: dict[str, str]
    rebuild: bool = False
    stages: Stages = USUAL

    def update(self, settings: Settings) -> None:
        """Make the update."""
        update(settings, rebuild=self.rebuild, stages=self.stages)


NEW = {"new.md": "# Rain\n\nMara rides in the rain on day 3. It rains in Bergen, she says.\n"}
GROWN = {f"day-{n}.txt": f"Mara rides in the rain on day {n}. " * 3 for n in range(4)}
KINDS = (
    Kind("first", (), ARTICLES),
    Kind("add", (ARTICLES,), ARTICLES | NEW),
    Kind("edit", (ARTICLES,), ARTICLES | {"ferry.md": FERRY.replace("17 minutes", "19 minutes")}),
    Kind("delete", (ARTICLES,), {"ferry.md": FERRY, "bees.txt": BEES}),
    Kind("rename", (ARTICLES,), {"ferry.md": FERRY, "hives.txt": BEES, "bridge.md": BRIDGE}),
    Kind("merge", (ARTICLES, ARTICLES | NEW), ARTICLES | NEW | GROWN),
    Kind("rebuild", (ARTICLES, ARTICLES | NEW), ARTICLES | NEW, rebuild=True),
    Kind(
        "staged", (ARTICLES,), ARTICLES | GROWN, stages=Stages(above=0, seconds=0, share=math.inf)
    ),
)


@dataclass(frozen=True)
class Prepared:
    """A kind of update with the index before it, and what may be seen: the last is after it."""

    kind: Kind
    folder: Path
    states: tuple[State | None, ...]
    calls: int


class Stop(Exception):
    """The end of an update that has got to its first text."""


class Stopped(WordEmbedder):
    """Ends an update as it begins to embed: what it has made of stages by then stays."""

    def embed_documents(self, _texts: Sequence[str]) -> Floats:
        raise Stop


def settings_in(folder: Path) -> Settings:
    return Settings(corpus=folder / "corpus", index=folder / "index", chunk_tokens=32)


def put_corpus(folder: Path, articles: dict[str, str]) -> None:
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    write_corpus(folder / "corpus", articles)


def arm(folder: Path, number: int, mode: str) -> None:
    _shim.faults_arm(str(folder / "index").encode(), ctypes.c_long(number), MODES[mode])


def forked(work: Callable[[], Any]) -> Any:
    """What some work returns in a process of its own, or None if that was killed."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            result = f"{type(error).__name__}: {error}"
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"killed by {os.WTERMSIG(status)}"
        return None
    return pickle.loads(content)


def prepared(kind: Kind, folder: Path) -> Prepared:
    """Make the index before an update, and see what is before it, after it, and on the way."""

    def build() -> State | None:
        settings = settings_in(folder)
        for articles in kind.before:
            put_corpus(folder, articles)
            update(settings)
        return state_of(settings)

    def finish() -> tuple[State | None, int]:
        trial = shutil.copytree(folder, folder.with_name(f"{folder.name}-trial"))
        arm(trial, _NEVER, "kill")
        kind.update(settings_in(trial))
        calls = _shim.faults_count()
        return state_of(settings_in(trial)), calls

    def stop() -> State | None:
        trial = shutil.copytree(folder, folder.with_name(f"{folder.name}-stopped"))
        with suppress(Stop):
            update_with(Stopped(), settings_in(trial), stages=kind.stages)
        return state_of(settings_in(trial))

    folder.mkdir()
    before = forked(build)
    put_corpus(folder, kind.after)
    halfway = forked(stop)
    after, calls = forked(finish)
    return Prepared(kind, folder, (before, halfway, after), calls)


def tried(one: Prepared, number: int, mode: str) -> list[str]:
    """What is wrong with an index after an update ended at a call, a line each."""
    folder = one.folder.with_name(f"{one.folder.name}-{number}")
    shutil.copytree(one.folder, folder)
    settings = settings_in(folder)

    def end() -> str:
        arm(folder, number, mode)
        try:
            one.kind.update(settings)
        except EvqaError as error:
            return str(error)
        return ""

    def look() -> list[str]:
        arm(folder, _NEVER, "kill")
        warnings = Warnings()
        seen = state_of(settings)
        wrong = [] if seen in one.states else ["neither the old nor the new state"]
        if seen:
            wrong += verify(settings.index).problems
        wrong += warnings.messages
        update(settings)
        if state_of(settings) != one.states[-1]:
            wrong.append("the next update does not come to the new state")
        checked = verify(settings.index)
        return [*wrong, *checked.problems, *(f"left over: {name}" for name in checked.leftovers)]

    ended = forked(end)
    is_plain = not ended or (mode == "full" and bool(re.search(r"could not be|cannot be", ended)))
    wrong = [] if is_plain and "\n" not in (ended or "") else [f"the error is {ended!r}"]
    found = forked(look)
    wrong += ["the process that looked at it was killed"] if found is None else found
    shutil.rmtree(folder)
    return wrong


def warm_up(folder: Path) -> None:
    """Load and compile here, once, what each process would otherwise for itself."""
    put_corpus(folder, ARTICLES)
    update(settings_in(folder))
    state_of(settings_in(folder))
    verify(settings_in(folder).index)
    gc.freeze()


class Warnings(logging.Handler):
    """Keeps what is logged: nothing may be made again from the database."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        logging.getLogger("evqa").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def main(workdir: str, mode: str, stride: str = "1") -> None:
    faiss.omp_set_num_threads(1)
    warm_up(Path(workdir, "warm"))
    points, calls = [], {}
    for kind in KINDS:
        one = prepared(kind, Path(workdir, kind.name).absolute())
        calls[kind.name] = one.calls
        first = 1 + len(points) % int(stride)
        points += [(one, number) for number in range(first, one.calls + 1, int(stride))]

    def try_all(part: list[tuple[Prepared, int]]) -> dict[str, list[str]]:
        found = {}
        for one, number in part:
            # Every other process that is to be killed in a write gets half of it done.
            how = "tear" if mode == "kill" and number % 2 else mode
            found[f"{one.kind.name} {number}"] = tried(one, number, how)
        return {point: problems for point, problems in found.items() if problems}

    parts = [points[first::_PROCESSES] for first in range(_PROCESSES)]
    with ThreadPoolExecutor(_PROCESSES) as threads:
        results = list(threads.map(lambda part: forked(lambda: try_all(part)), parts))
    wrong = {point: problems for result in results for point, problems in result.items()}
    print(json.dumps({"calls": calls, "tried": len(points), "wrong": wrong}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
