"""Files that are no plain text to their text, in a process of its own.

What such a file makes a parser do - run for hours, take all memory, crash - ends with that process.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import PurePosixPath

from evqa.errors import UnreadableArticle
from evqa.records import Extracted

SECONDS = 60.0
_MEMORY = 4_000_000_000
_MOST_CHARACTERS = 10_000_000
_MOST_OF_A_FIELD = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
SUFFIXES = (".html", ".htm", ".pdf", ".docx", ".eml", ".mhtml")


def extract(article_id: str, content: bytes, *, seconds: float = SECONDS) -> Extracted:
    """The text of a file's content, of the format that the id's ending names, read apart.

    Raises UnreadableArticle where it can't be read, or not within `seconds`.
    """
    command = [sys.executable, "-P", "-m", "evqa.sources.extraction"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    request = json.dumps(article_id).encode() + b"\n" + content
    try:
        done = subprocess.run(  # noqa: S603 - the command is our own, the content goes to its stdin
            command,
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableArticle(
            f"{article_id}: reading it took more than {seconds:.0f} s.",
            "Put its text in a .txt file.",
        ) from error
    if done.returncode != 0:
        raise UnreadableArticle(
            f"{article_id}: it is damaged, or made to overwhelm its reader.",
            "Put its text in a .txt file.",
        )
    answer = json.loads(done.stdout)
    if "message" in answer:
        raise UnreadableArticle(answer["message"], answer["hint"])
    day = answer["published"]
    return Extracted(**{**answer, "published": day and date.fromisoformat(day)})


def extract_here(article_id: str, content: bytes) -> Extracted:
    """The same in this process, without a limit of time; the text and all else made printable."""
    found = _reader(PurePosixPath(article_id).suffix.lower())(article_id, content)
    if len(found.text) > _MOST_CHARACTERS:
        raise UnreadableArticle(
            f"{article_id}: {len(found.text):,} characters are more than the"
            f" {_MOST_CHARACTERS:,} that one article may have.",
            "Split it.",
        )
    values = dataclasses.asdict(found)
    for name, value in values.items():
        if isinstance(value, str):
            clean = _CONTROL.sub("", value)
            values[name] = clean if name == "text" else " ".join(clean.split())[:_MOST_OF_A_FIELD]
    return Extracted(**values)


def _reader(suffix: str) -> Callable[[str, bytes], Extracted]:
    from evqa.sources import documents, webpages

    return {
        ".html": webpages.from_html,
        ".htm": webpages.from_html,
        ".pdf": documents.from_pdf,
        ".docx": documents.from_docx,
        ".eml": webpages.from_mail,
        ".mhtml": webpages.from_web_archive,
    }[suffix]


def _main() -> None:
    _limit_memory()
    request, reply = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # for what a parser may print
    article_id = json.loads(request.readline())
    try:
        answer = dataclasses.asdict(extract_here(article_id, request.read()))
    except UnreadableArticle as error:
        answer = {"message": error.message, "hint": error.hint}
    reply.write(json.dumps(answer, default=date.isoformat).encode())


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, most))


if __name__ == "__main__":
    _main()
