"""BM25 over the passages, by tantivy."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import tantivy

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PART = rf"[^\W_{_CJK}]+"
_TOKEN = re.compile(rf"[{_CJK}]+|{_PART}(?:[.,'’&-]{_PART})*")
_PARTS = re.compile(_PART)
_WORD = re.compile(rf"[{_CJK}]|{_PART}")
_NAME_OR_WORD = re.compile(rf"{_PART}(?:[.,'’&-]{_PART})*")
_NAME = re.compile(rf"(?<!\w)(?=[^\W_]*[A-Z\d]){_PART}(?:[.,'’&-]{_PART})*")
_POSSESSIVE = re.compile(r"['’]s?$")
_DIGIT = re.compile(r"\d")
_CJK_RUN = re.compile(f"[{_CJK}]+")
_PAIRS = 3
_FEW_CAPITALS = 2
_ANALYZER = "evqa"
_WRITER_BYTES = 64_000_000
# The files that tantivy puts new ones in the place of; it writes all others once.
REWRITTEN = ("meta.json", ".managed.json")
_ATTEMPTS = 10
_LONGEST_TERM = 400  # bytes: scripts without spaces make long words
# They stand in most passages: asking for them costs time and says nothing.
_STOPWORDS = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "s",
        "so",
        "t",
        "than",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    )
)


def _folded(text: str) -> str:
    """A text in lower case, with one form for each letter."""
    return unicodedata.normalize("NFKC", text).lower()


def terms(text: str) -> list[str]:
    """The words of a text as they are indexed: folded to lower case, with the parts of compounds.

    `I-5` gives `i-5`, `i`, `5` and `i5`; a run of Chinese characters gives its overlapping pairs.
    """
    found: list[str] = []
    for word in _TOKEN.findall(_folded(text)):
        if word.isascii() and word.isalnum():
            found.append(word)
            continue
        if _CJK_RUN.match(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
            continue
        parts = _PARTS.findall(word)
        if len(parts) > 1:
            found += [word, "".join(parts)]
        found += parts
    return found


def plain_words(text: str) -> list[str]:
    """The words of a text folded to lower case, compounds in parts, each Chinese character one."""
    found: list[str] = _WORD.findall(_folded(text))
    return found


def _whole_words(text: str) -> list[str]:
    """The words of a text that are indexed however their compounds are written.

    A single Chinese character is left out: where the text was cut from, it may be one of a pair.
    """
    folded = _folded(text)
    runs = _CJK_RUN.findall(folded)
    return _PARTS.findall(folded) + [run[i : i + 2] for run in runs for i in range(len(run) - 1)]


def content_terms(question: str) -> list[str]:
    """The words of a question as they are indexed, each once, without those that say nothing."""
    words = dict.fromkeys(terms(question))
    return [word for word in words if word not in _STOPWORDS] or list(words)


def names(question: str) -> tuple[str, ...]:
    """The words of a question that look like names: capitalised or with a digit, but not its first.

    A question all in capitals has none that could be told apart.
    """
    if question.isupper() and sum(word.isupper() for word in question.split()) > _FEW_CAPITALS:
        return ()
    words = [_POSSESSIVE.sub("", word) for word in _NAME.findall(question)]
    first = _NAME_OR_WORD.match(question.lstrip("\"'“‘¿¡ "))
    skipped = (
        _POSSESSIVE.sub("", first.group()) if first and not _DIGIT.search(first.group()) else ""
    )
    return tuple(dict.fromkeys(word for word in words if word != skipped))


class LexicalIndex:
    """A BM25 index of passages, on disk or, without a folder, in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the index in a folder, made where it is missing.

        Raises ValueError where tantivy finds something else there.
        """
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("passage", stored=True, indexed=True, fast=True)
        builder.add_text_field("body", stored=False, tokenizer_name=_ANALYZER)
        self._schema = builder.build()
        if folder is None:
            self._index = tantivy.Index(self._schema)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
        analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
            .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self._index.register_tokenizer(_ANALYZER, analyzer)
        self._index.config_reader("manual")  # without a thread that watches for commits
        self._searcher = self._index.searcher()

    @classmethod
    def reading(cls, folder: Path) -> LexicalIndex:
        """Open the index in a folder without writing there, where tantivy would lock it.

        Its files are opened through links in a folder of their own, or where they lie if the
        system refuses links. Raises OSError or ValueError where there is no index.
        """
        names = file_names(folder)
        links = Path(mkdtemp(prefix="evqa-"))
        try:
            for name in names:
                (links / name).symlink_to((folder / name).absolute())
            return cls(links)
        except OSError:
            return cls(folder)
        finally:
            _remove(links)

    def update(self, add: Iterable[tuple[int, str]], remove: Iterable[int] = ()) -> None:
        """Add passages (id and text), remove others, and commit.

        Raises ValueError where tantivy can't write it.
        """
        writer = self._index.writer(_WRITER_BYTES, 1)
        for passage in remove:
            writer.delete_documents_by_term("passage", passage)
        for passage, text in add:
            writer.add_document(tantivy.Document(passage=passage, body=" ".join(terms(text))))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(
        self, question: str, k: int, within: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ids and BM25 scores of the `k` best passages, best first.

        Where `within` is given, only those with an id in it, with the scores that they have anyway.
        """
        wanted = content_terms(question)
        if not wanted or not len(self):
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._term(word)) for word in wanted]
        )
        if within is not None:
            among = tantivy.Query.term_set_query(self._schema, "passage", list(within))
            unscored = tantivy.Query.const_score_query(among, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)]
            )
        # Without a count, tantivy passes over what can't be among the best.
        hits = self._searcher.search(query, k, count=False).hits
        return [
            (int(self._searcher.doc(address)["passage"][0]), float(score))
            for score, address in hits
        ]

    def with_rarest_words(self, text: str) -> list[int]:
        """The ids of all passages that hold the rarest word of a text, of those that any holds.

        A cut between passages may part two Chinese characters, so that several pairs are taken.
        """
        queries = {word: self._term(word) for word in dict.fromkeys(_whole_words(text))}
        counts = {word: self._count(query) for word, query in queries.items()}
        rarest = sorted((word for word in counts if counts[word]), key=lambda word: counts[word])
        found: set[int] = set()
        for word in rarest[:_PAIRS]:
            hits = self._searcher.search(queries[word], counts[word], count=False).hits
            found.update(self._ids([address for _, address in hits]))
            if not _CJK_RUN.match(word):
                break
        return sorted(found)

    def unknown_names(self, question: str, within: Sequence[int] | None = None) -> tuple[str, ...]:
        """The names in a question, capitalised or with a digit, that no passage holds.

        Where `within` is given, that none of these passages does.
        """
        return tuple(name for name in names(question) if not self._holds(name, within))

    def _holds(self, name: str, within: Sequence[int] | None) -> bool:
        whole, *parts = terms(name) or [""]
        return bool(self.search(whole, 1, within)) or (
            bool(parts)
            and all(self.search(part, 1, within) for part in _PARTS.findall(name.lower()))
        )

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""
        if not len(self):
            return []
        hits = self._searcher.search(tantivy.Query.all_query(), len(self), count=False).hits
        return sorted(self._ids([address for _, address in hits]))

    def _count(self, query: tantivy.Query) -> int:
        result: Any = self._searcher.search(query, 1)  # tantivy's type stubs lack the count
        return int(result.count)

    def _ids(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        found = self._searcher.fast_field_values("passage", addresses)
        return [int(value) for value in found if value is not None]

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def _term(self, word: str) -> tantivy.Query:
        return self._index.parse_query(f'"{word}"', ["body"])


def _remove(folder: Path) -> None:
    """Remove a folder in which a thread of tantivy may be making its last file just now."""
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break


def file_names(folder: Path) -> list[str]:
    """The names of an index folder's files, but for locks; raises OSError where there is none."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def removed_share(folder: Path) -> float:
    """The share of an index folder's passages that are removed and still count in BM25.

    Raises OSError, ValueError or KeyError where the folder holds no index.
    """
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    removed = sum((one["deletes"] or {}).get("num_deleted_docs", 0) for one in meta["segments"])
    return float(removed / max(1, sum(one["max_doc"] for one in meta["segments"])))
