"""Reads and updates an index as a user who may not write its folder, and prints both outcomes.

    python unwritable.py FOLDER

FOLDER holds `corpus` and `index`. The superuser may write anything, so it becomes another user.
"""

import logging
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from states import state_of, update

from evqa.errors import IndexStoreError
from evqa.settings import Settings

NOBODY = 65534


def main(folder: Path) -> None:
    settings = Settings(corpus=folder / "corpus", index=folder / "index", chunk_tokens=32)
    expected = state_of(settings)  # what is loaded now need not be readable later
    for lock in settings.index.rglob("*.lock"):
        lock.unlink()
    paths = [folder, *folder.rglob("*")]
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, NOBODY, NOBODY)
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    logging.basicConfig(stream=sys.stdout, format="warned: %(message)s")
    print("same" if state_of(settings) == expected else "different", flush=True)
    try:
        update(settings)
    except IndexStoreError as error:
        print(error)
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
