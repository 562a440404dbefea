"""An index shows the same whatever way it came about."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from samples import BEES, BRIDGE, FERRY, write_corpus
from states import state_of, update

from evqa.corpus import EVERYTHING
from evqa.index.verify import verify_index
from evqa.settings import Settings

NAMES = st.sampled_from(["a.md", "b.txt", "north/c.md", "north/d.txt", "e.md"])
SENTENCES = (
    *(f"Mara rides her bicycle in the rain on day {n} of the trial. " for n in range(6)),
    "The ferry Solveig crosses the harbour in 17 minutes, two minutes longer than before. ",
    "Volunteers counted 1,204 beehives on the roofs of the city this spring. ",
)
TEXTS = st.one_of(
    st.sampled_from([FERRY, BEES, BRIDGE]),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=30).map("".join),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map(
        lambda sentences: "# Days of rain\n\n" + "\n\n".join(sentences)
    ),
)


@dataclass(frozen=True)
class Put:
    name: str
    text: str


@dataclass(frozen=True)
class Move:
    which: int
    to: str


@dataclass(frozen=True)
class Copy:
    which: int
    to: str


@dataclass(frozen=True)
class Delete:
    which: int


@dataclass(frozen=True)
class MoveFolder:
    """Rename one of two folders into the other, where only one is there."""


@dataclass(frozen=True)
class Age:
    """Let all files have changed long ago, at one time, as a copy that keeps times does."""


WHICH = st.integers(0, 9)
STEPS = st.one_of(
    st.builds(Put, NAMES, TEXTS),
    st.builds(Move, WHICH, NAMES),
    st.builds(Copy, WHICH, NAMES),
    st.builds(Delete, WHICH),
    st.builds(MoveFolder),
    st.builds(Age),
)
ROUNDS = st.lists(st.lists(STEPS, min_size=1, max_size=4), min_size=2, max_size=4)


def take(step: object, corpus: Path) -> set[Path]:
    """Change the corpus, and say where; a file is chosen by its number among those there are."""
    there = sorted(path for path in corpus.rglob("*") if path.is_file())
    north, south = corpus / "north", corpus / "south"
    if not south.exists():
        north.mkdir(exist_ok=True)
    changed = set()
    match step:
        case Put(name, text):
            write_corpus(corpus, {name: text})
            changed = {corpus / name}
        case Move(which, to):
            (corpus / to).parent.mkdir(exist_ok=True)
            there[which % len(there)].rename(corpus / to)
            changed = {there[which % len(there)], corpus / to}
        case Copy(which, to) if there[which % len(there)] != corpus / to:
            (corpus / to).parent.mkdir(exist_ok=True)
            shutil.copyfile(there[which % len(there)], corpus / to)
            changed = {corpus / to}
        case Delete(which) if len(there) > 1:
            there[which % len(there)].unlink()
            changed = {there[which % len(there)]}
        case MoveFolder() if not (north.exists() and south.exists()):
            north.rename(south) if north.exists() else south.rename(north)
            changed = {north, south}
        case Age():
            for path in there:
                os.utime(path, (1_600_000_000, 1_600_000_000))
            changed = set(there)
    return {path.relative_to(corpus) for path in changed}


@examples(max_examples=40)
@given(rounds=ROUNDS, is_told=st.booleans())
@example([[Put("b.txt", BEES)], [Copy(1, "a.md")]], False)
@example([[Put("a.md", BEES), Age()], [Put("a.md", BEES.replace("310", "130")), Age()]], False)
@example([[Put("north/c.md", BEES), Put("a.md", FERRY)], [MoveFolder()], [Move(0, "e.md")]], True)
def test_any_history_comes_to_what_a_rebuild_gives(
    rounds: list[list[object]], is_told: bool
) -> None:
    """Whether an update looks at everything, or is told where something has changed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            corpus=Path(folder, "corpus"), index=Path(folder, "index"), chunk_tokens=32
        )
        write_corpus(settings.corpus, {"always.txt": SENTENCES[0]})
        for steps in rounds:
            changed = set().union(*(take(step, settings.corpus) for step in steps))
            update(settings, only=changed if is_told else EVERYTHING)
        rebuilt = settings.model_copy(update={"index": Path(folder, "rebuilt")})
        update(rebuilt)
        assert state_of(settings) == state_of(rebuilt)
        assert verify_index(settings) == []
        before = state_of(settings)
        update(settings, rebuild=True)
        assert state_of(settings) == before
        assert verify_index(settings) == []
