"""BM25 over the passages, by tantivy."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PART = rf"[^\W_{_CJK}]+"
_TOKEN = re.compile(rf"(?P<cjk>[{_CJK}]+)|{_PART}(?:[.,'’&-]{_PART})*")
_PARTS = re.compile(_PART)
_NAME_OR_WORD = re.compile(rf"{_PART}(?:[.,'’&-]{_PART})*")
_NAME = re.compile(rf"(?<!\w)(?=[^\W_]*[A-Z\d]){_PART}(?:[.,'’&-]{_PART})*")
_POSSESSIVE = re.compile(r"['’]s?$")
_DIGIT = re.compile(r"\d")
_FEW_CAPITALS = 2
_ANALYZER = "evqa"
_WRITER_BYTES = 64_000_000
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


def terms(text: str) -> list[str]:
    """The words of a text as they are indexed: folded to lower case, with the parts of compounds.

    `I-5` gives `i-5`, `i`, `5` and `i5`; a run of Chinese characters gives its overlapping pairs.
    """
    found: list[str] = []
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", text).lower()):
        word = token.group()
        if token["cjk"]:
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
            continue
        parts = _PARTS.findall(word)
        if len(parts) > 1:
            found += [word, "".join(parts)]
        found += parts
    return found


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
        self._searcher = self._index.searcher()

    def update(self, add: Iterable[tuple[int, str]], remove: Sequence[int] = ()) -> int:
        """Add passages (id and text), remove others, and commit; returns the commit's number."""
        writer = self._index.writer(_WRITER_BYTES, 1)
        for passage in remove:
            writer.delete_documents_by_term("passage", passage)
        for passage, text in add:
            writer.add_document(tantivy.Document(passage=passage, body=" ".join(terms(text))))
        commit = writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()
        return int(commit)

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The ids and BM25 scores of the `k` best passages, best first."""
        words = dict.fromkeys(terms(question))
        wanted = [word for word in words if word not in _STOPWORDS] or list(words)
        if not wanted or not len(self):
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._term(word)) for word in wanted]
        )
        hits = self._searcher.search(query, k).hits
        return [
            (int(self._searcher.doc(address)["passage"][0]), float(score))
            for score, address in hits
        ]

    def unknown_names(self, question: str) -> tuple[str, ...]:
        """The names in a question, capitalised or with a digit, that no passage holds."""
        return tuple(name for name in names(question) if not self._holds(name))

    def _holds(self, name: str) -> bool:
        whole, *parts = terms(name) or [""]
        return bool(self.search(whole, 1)) or (
            bool(parts) and all(self.search(part, 1) for part in _PARTS.findall(name.lower()))
        )

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def _term(self, word: str) -> tantivy.Query:
        return self._index.parse_query(f'"{word}"', ["body"])


def commit_on_disk(folder: Path) -> int | None:
    """The number of the last commit in an index folder, or None where it can't be read."""
    try:
        return int(json.loads((folder / "meta.json").read_text(encoding="utf-8"))["opstamp"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
