"""Whatever happens to an update, to the files or to the corpus: no answer is wrong or lost."""

import json
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from samples import ARTICLES, FERRY, WordEmbedder, write_corpus
from states import State, state_of, update

from evqa.errors import IndexStoreError
from evqa.index.verify import verify, verify_index
from evqa.settings import Settings
from evqa.store import Store

HERE = Path(__file__).parent


def settings_in(folder: Path) -> Settings:
    return Settings(corpus=folder / "corpus", index=folder / "index", chunk_tokens=32)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An index that came about by two updates, so that it has several files of vectors."""
    chosen = settings_in(tmp_path)
    write_corpus(chosen.corpus)
    update(chosen)
    write_corpus(chosen.corpus, {"new.md": "Mara rides in the rain on day 3."})
    update(chosen)
    return chosen


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "shim.c", "-ldl"]
    subprocess.run(command, check=True)
    return library


def injected(shim: Path, folder: Path, mode: str, stride: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, HERE / "injection.py", folder, mode, str(stride)],
        env={**os.environ, "LD_PRELOAD": str(shim)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    survived = found["tried"] - len(found["wrong"])
    print(f"{mode}: {found['tried']} points, {survived} survived, {len(found['wrong'])} lost")
    return found


def test_an_update_that_is_killed_leaves_the_old_index_or_the_new(
    shim: Path, tmp_path: Path
) -> None:
    found = injected(shim, tmp_path, "kill", stride=3)
    assert found["wrong"] == {}
    assert found["tried"] >= 300
    assert len(found["calls"]) == 8


def test_an_update_on_a_full_disk_leaves_the_old_index_or_the_new(
    shim: Path, tmp_path: Path
) -> None:
    found = injected(shim, tmp_path, "full", stride=12)
    assert found["wrong"] == {}
    assert found["tried"] >= 50


def test_an_index_that_cannot_be_written_answers() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        write_corpus(settings.corpus)
        update(settings)
        done = subprocess.run(
            [sys.executable, HERE / "unwritable.py", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            "same",
            f"The index folder {settings.index} cannot be written (Permission denied)."
            " Name another with --index.",
        ]


def files_of(settings: Settings) -> list[Path]:
    """All files of an index that hold something; SQLite makes its -shm anew when it has to."""
    files = [path for path in settings.index.rglob("*") if path.is_file() and path.stat().st_size]
    return sorted(path for path in files if not path.name.endswith("-shm"))


def rewritten(path: Path, content: bytes) -> None:
    """Put other content in the place of a file's."""
    path.unlink()
    path.write_bytes(content)


def seen(settings: Settings) -> State | str | None:
    try:
        return state_of(settings)
    except IndexStoreError as error:
        return error.hint


def copied(settings: Settings) -> Settings:
    folder = settings.index.parent
    target = folder.with_name(f"{folder.name}-damaged")
    shutil.rmtree(target, ignore_errors=True)
    return settings_in(shutil.copytree(folder, target))


def mended(settings: Settings, expected: State | None) -> bool:
    update(settings, rebuild=True)
    return state_of(settings) == expected and verify_index(settings) == []


def test_every_truncated_file_is_found_and_mended(settings: Settings) -> None:
    whole = state_of(settings)
    kinds = set()
    for name in [path.relative_to(settings.index) for path in files_of(settings)]:
        damaged = copied(settings)
        path = damaged.index / name
        rewritten(path, path.read_bytes()[: path.stat().st_size // 2])
        problems = verify_index(damaged)
        assert problems, name
        assert name.name == "evqa.sqlite" or name.as_posix() in problems[0]
        assert seen(damaged) in (whole, "Build it anew: evqa index --rebuild"), name
        if path.suffix not in kinds:
            assert mended(damaged, whole), name
        kinds.add(path.suffix)
    assert len(kinds) > 8


def flipped(settings: Settings, name: Path, position: int) -> Settings:
    """A copy of an index with a bit of one file flipped."""
    damaged = copied(settings)
    content = bytearray((damaged.index / name).read_bytes())
    content[position] ^= 1 << position % 8
    rewritten(damaged.index / name, bytes(content))
    return damaged


def test_a_flipped_bit_in_a_derived_file_is_found_and_mended(settings: Settings) -> None:
    whole = state_of(settings)
    chance = random.Random(0)
    kinds = set()
    for path in files_of(settings):
        name = path.relative_to(settings.index)
        if name.name == "evqa.sqlite":
            continue
        damaged = flipped(settings, name, chance.randrange(path.stat().st_size))
        (problem,) = verify_index(damaged)
        assert problem == f"{name.as_posix()}: its content has changed since it was written"
        if path.suffix not in kinds:
            assert mended(damaged, whole), name
        kinds.add(path.suffix)


def test_a_flipped_bit_in_the_database_is_found_and_mended_where_it_says_something(
    settings: Settings,
) -> None:
    whole = state_of(settings)
    database = settings.index / "evqa.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pieces = [
            *connection.execute("SELECT sha256, text_sha256, text FROM articles").fetchone(),
            *connection.execute("SELECT text_key FROM passages").fetchone(),
            *connection.execute("SELECT vector FROM embeddings").fetchone(),
            *connection.execute("SELECT value FROM manifest").fetchone(),
        ]
    content = database.read_bytes()
    for piece in pieces:
        raw = piece if isinstance(piece, bytes) else piece.encode()
        position = content.index(raw[:40]) + len(raw[:40]) // 2
        damaged = flipped(settings, Path(database.name), position)
        assert verify_index(damaged), piece
        assert mended(damaged, whole), piece
    chance = random.Random(0)
    counts = {True: 0, False: 0}
    for _ in range(20):
        damaged = flipped(settings, Path(database.name), chance.randrange(len(content)))
        problems = verify_index(damaged)
        counts[bool(problems)] += 1
        assert problems or state_of(damaged) == whole
    print(f"random bits: {counts[True]} found, {counts[False]} where nothing is stored")


UPDATES = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from samples import write_corpus
from states import update
from evqa.settings import Settings
folder = Path(sys.argv[2])
settings = Settings(corpus=folder / "corpus", index=folder / "index", chunk_tokens=32)
for number in range(1, 51):
    text = f"The ferry Solveig has the number n{number}. "
    write_corpus(settings.corpus, {"a.md": text, "b.txt": text + "It sails."})
    update(settings, rebuild=number % 10 == 0)
"""


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "The ferry Solveig has the number n0. "
    write_corpus(settings.corpus, {"a.md": text, "b.txt": text + "It sails."})
    update(settings)
    vector = WordEmbedder().embed_query("The ferry Solveig has the number")
    states = []
    with (
        caplog.at_level(logging.WARNING),
        subprocess.Popen([sys.executable, "-c", UPDATES, HERE.parent, tmp_path]) as writer,
    ):
        while writer.poll() is None or not states:
            with closing(Store(settings.index)) as store:
                articles = [store.article(name) for name in ("a.md", "b.txt")]
                numbers = {one.text.split(".")[0].split()[-1] for one in articles if one}
                assert len(numbers) == 1
                dense = store.vectors().search(vector, 50)
                assert len(dense) == len(store.lexical()) == store.manifest.passages
                assert len(store.places(id_ for id_, _ in dense)) == len(dense)
                (number,) = numbers
                found = store.passages([id_ for id_, _ in store.lexical().search(number, 9)])
                assert {one.article_id for one in found} == {"a.md", "b.txt"}
                states.append(number)
    assert writer.returncode == 0
    assert caplog.messages == []
    assert states == sorted(states, key=lambda number: int(number[1:]))
    print(f"reader: opened {len(states)} times, saw {len(set(states))} states")
    assert verify_index(settings) == []


def test_a_corpus_that_changes_while_it_is_read_is_caught_up_with(
    settings: Settings, tmp_path: Path
) -> None:
    chance = random.Random(0)
    stop = threading.Event()
    names = [f"{number}.md" for number in range(12)]

    def disturb() -> None:
        while not stop.is_set():
            path = settings.corpus / chance.choice(names)
            if chance.random() < 0.4:
                path.unlink(missing_ok=True)
            else:
                path.write_text(FERRY.replace("17", str(chance.randrange(100))), "utf-8")

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(15):
            update(settings)
            assert verify_index(settings) == []
    finally:
        stop.set()
        thread.join()
    update(settings)
    rebuilt = settings.model_copy(update={"index": tmp_path / "rebuilt"})
    update(rebuilt)
    assert state_of(settings) == state_of(rebuilt)


def test_what_the_index_has_no_use_for_is_named_and_left_alone(settings: Settings) -> None:
    (settings.index / "notes.txt").write_text("mine", "utf-8")
    (settings.index / "lexical-99").mkdir()
    found = verify(settings.index)
    assert (found.problems, found.leftovers) == ((), ("lexical-99", "notes.txt"))
    assert (found.articles, found.passages) == (4, len(_passages(settings)))
    update(settings)
    assert verify(settings.index).leftovers == ("notes.txt",)


def _passages(settings: Settings) -> list[Any]:
    state = state_of(settings)
    assert state is not None
    assert [one.id for one in state.articles] == sorted([*ARTICLES, "new.md"])
    return state.passages
