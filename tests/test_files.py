import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from evqa import files
from evqa.files import FileRecord


def test_a_written_file_is_recorded_as_it_lies_there(tmp_path: Path) -> None:
    def produce(take: Callable[[bytes], None]) -> None:
        take(b"one ")
        take(b"two")

    record = files.write(tmp_path, "a.bin", produce)
    assert (tmp_path / "a.bin").read_bytes() == b"one two"
    assert record == FileRecord("a.bin", 7, hashlib.sha256(b"one two").hexdigest())
    assert files.recorded(tmp_path, "a.bin") == record


@pytest.mark.parametrize("content", [None, b"one", b"one two three"])
def test_a_file_of_another_size_is_noticed(tmp_path: Path, content: bytes | None) -> None:
    record = files.write(tmp_path, "a.bin", lambda take: take(b"one two"))
    assert files.have_their_size(tmp_path, [record])
    (tmp_path / "a.bin").unlink()
    if content is not None:
        (tmp_path / "a.bin").write_bytes(content)
    assert not files.have_their_size(tmp_path, [record])


def test_linked_files_stay_when_the_first_name_goes(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    for name in ("a", "b"):
        (tmp_path / "old" / name).write_text(name, "utf-8")
    files.link_all(tmp_path / "old", tmp_path / "new", ["a"])
    assert (tmp_path / "new" / "a").samefile(tmp_path / "old" / "a")
    files.sweep(tmp_path, ["ol*", "x*"], keep=["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert (tmp_path / "new" / "a").read_text("utf-8") == "a"


def test_files_are_copied_where_links_are_refused(tmp_path: Path) -> None:
    files.link_all(Path("/proc"), tmp_path, ["version"])  # another file system
    assert (tmp_path / "version").read_bytes() == Path("/proc/version").read_bytes()


def test_what_is_named_is_not_swept(tmp_path: Path) -> None:
    for name in ("lexical-1", "lexical-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "meta.json").touch()
    (tmp_path / "vectors-1-1.faiss").touch()
    (tmp_path / "notes.txt").touch()
    files.sweep(tmp_path, ["lexical-*", "vectors-*"], keep=["lexical-2"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lexical-2", "notes.txt"]
