"""A few articles to build a corpus of, and doubles for the models where real ones prove nothing."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from evqa.chunking import chunk, count_tokens
from evqa.corpus import parse_article
from evqa.embedding import normalised
from evqa.index.writer import Writer, packed, writing
from evqa.lexical import terms
from evqa.onnx import Floats
from evqa.records import Article
from evqa.store import BuiltBy, Store

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
FERRY = """\
---
title: Harbour ferry returns to service
source: Port Gazette
author: Mara Lindqvist
published: 2025-03-04
url: https://gazette.example/ferry
---

The harbour ferry Solveig returned to service on Monday after eleven weeks in dock. Engineers
replaced both of its diesel engines with batteries made in Gdansk.

The crossing now takes 17 minutes, two minutes longer than before. A ticket costs 42 kroner.
"""
BEES = """\
City beekeepers count their hives
by Tomas Okafor
Published on Jun 3, 2024 at 9:15 AM

Volunteers counted 1,204 beehives on the roofs of the city this spring. That is 310 more than in
the year before.

The mild winter explains the rise, said the beekeepers' chairwoman, Ines Duarte.
"""
BRIDGE = """\
# Old bridge gets a lift

The council of Mühlbach will install a lift at the old bridge. It is meant for wheelchair users
and cyclists. Work begins in September.
"""
ARTICLES = {"archiv/brücke.md": BRIDGE, "bees.txt": BEES, "ferry.md": FERRY}


def write_corpus(folder: Path, articles: dict[str, str] = ARTICLES) -> Path:
    """Write articles, by id, into a corpus folder."""
    for article_id, content in articles.items():
        path = folder / article_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return folder


class WordEmbedder:
    """Counts the words of a text in 64 slots: texts that share words are near each other."""

    identity = "words sha256:0"
    dim = 64
    latin_only = False

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in terms(text):
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dim] += 1
        return normalised(vectors)

    def embed_query(self, text: str) -> Floats:
        return self.embed_documents([text])[0]


class WordReranker:
    """Counts the words that a question and a text share."""

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        words = set(terms(question))
        return np.array([len(words & set(terms(text))) for text in texts], dtype=np.float32)


BUILT_BY = BuiltBy(WordEmbedder.identity, WordEmbedder.dim, 64)


def article(article_id: str, text: str) -> Article:
    """The article that a file of this text would be."""
    return parse_article(article_id, text.encode())


def add(writer: Writer, one: Article) -> None:
    """Chunk, embed and add an article as an update of the index does."""
    spans = chunk(one, BUILT_BY.chunk_tokens)
    passages = [(span, count_tokens(one.text[slice(*span)])) for span in spans]
    writer.put(one, passages)
    for batch in writer.unembedded():
        vectors = WordEmbedder().embed_documents([item.text for item in batch])
        writer.embed(dict(zip([item.key for item in batch], packed(vectors), strict=True)))


def build(folder: Path, articles: dict[str, str] = ARTICLES, *, rebuild: bool = False) -> None:
    """Make or extend an index with articles, by id, of which none is in it yet."""
    with writing(folder, BUILT_BY, rebuild=rebuild) as writer:
        for article_id, text in articles.items():
            add(writer, article(article_id, text))
        writer.finish()


def passages_of(folder: Path) -> list[tuple[str, int, int, int, str]]:
    """All passages of an index as they were stored, in order."""
    with closing(Store(folder)) as store:
        found = store.passages(range(1, 10_000))
        texts = {one.id: one.text for one in store.articles()}
    return sorted(
        (
            one.article_id,
            one.start,
            one.end,
            one.tokens,
            texts[one.article_id][one.start : one.end],
        )
        for one in found
    )


def update_killed(folder: Path, at_call: int, arguments: str = "") -> int:
    """Update the index in a process that is killed at a call of its embedder; the exit code.

    `arguments` are further ones of `update_with`, as source code.
    """
    script = f"""
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from samples import WordEmbedder
from evqa.indexing import Stages, update_with
from evqa.settings import Settings
class Embedder(WordEmbedder):
    calls = 0
    def embed_documents(self, texts):
        self.calls += 1
        if self.calls == {at_call}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_documents(texts)
folder = Path(sys.argv[2])
settings = Settings(corpus=folder / "corpus", index=folder / "index", chunk_tokens=32)
update_with(Embedder(), settings, {arguments})
"""
    here = os.fspath(Path(__file__).parent)
    return subprocess.run([sys.executable, "-c", script, here, folder], check=False).returncode
