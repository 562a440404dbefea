"""Files of the index that are on disk for good before anything names them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was written: its posix path in the index folder, its bytes, their sha256."""

    name: str
    size: int
    sha256: str


def write(
    folder: Path, name: str, produce: Callable[[Callable[[bytes], None]], None]
) -> FileRecord:
    """Write and sync a new file in a folder; `produce` is given what takes the bytes.

    Raises OSError where it can't be written.
    """
    digest, size = hashlib.sha256(), 0

    with (folder / name).open("wb", buffering=_BLOCK) as file:

        def take(chunk: bytes) -> None:
            nonlocal size
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)

        produce(take)
        file.flush()
        os.fsync(file.fileno())
    return FileRecord(name, size, digest.hexdigest())


def sync(path: Path) -> None:
    """Bring a file, or the entries of a folder, to the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no way to sync a folder, and needs none
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """The sha256 of a file's content, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size(path: Path) -> int:
    """The bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def recorded(folder: Path, name: str) -> FileRecord:
    """The record of a file as it lies there now; raises OSError where there is none."""
    path = folder / name
    return FileRecord(name, path.stat().st_size, sha256(path))


def have_their_size(folder: Path, files: Iterable[FileRecord]) -> bool:
    """Whether all these files are there and none was cut off or grew; contents are not read."""
    try:
        return all((folder / file.name).stat().st_size == file.size for file in files)
    except OSError:
        return False


def link_all(source: Path, target: Path, names: Iterable[str]) -> None:
    """Give files of one folder a second name in another; they are copied where links are refused.

    What is linked must never be written in place.
    """
    for name in names:
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copyfile(source / name, target / name)
            sync(target / name)


def sweep(folder: Path, patterns: Iterable[str], keep: Collection[str]) -> None:
    """Remove what matches a pattern and is not named in `keep`.

    What Windows refuses to remove because a reader has it open is left for the next sweep.
    """
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path.name in keep:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(PermissionError):
                    path.unlink(missing_ok=True)
