"""What flows through evqa: frozen records, each readable by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from evqa.filters import NO_FILTERS, Filters

PAGE_END = "\f"


@dataclass(frozen=True, slots=True)
class Original:
    """The publication that a digest reports on; a field is empty where it states nothing."""

    outlet: str = ""
    title: str = ""
    author: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One file of the corpus.

    `id` is the file's posix path below the corpus folder, with `#3` for the third line of a .jsonl
    file. Every offset in evqa counts Python characters of `text`, which is the file's own text from
    character `text_offset` on (what lies before it is front matter); for a document such as a PDF
    that of the file that stores its text, for JSON the record's. `sha256` is of the whole file, for
    a document of the one that stores its text and names the document's own. `pages` are the offsets
    at which its pages start, none where it has none.
    """

    id: str
    title: str
    text: str
    source: str = ""
    url: str = ""
    author: str = ""
    published: date | None = None
    language: str = ""
    sha256: str = ""
    text_offset: int = 0
    reports_on: Original | None = None
    pages: tuple[int, ...] = ()

    @property
    def told_on(self) -> date | None:
        """The day from which it tells: that of the publication a digest reports on, or its own."""
        return self.reports_on.published if self.reports_on else self.published

    def titled(self, text: str) -> str:
        """A text of the article as models read it: after the title, if there is one."""
        return f"{self.title}: {text}" if self.title else text

    def page(self, offset: int) -> int | None:
        """The page, from 1, on which a character stands, or None where there are no pages."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was read out of a file that is no plain text; what it does not state is empty.

    PAGE_END stands in `text` between pages; `pages` counts them, 0 where the format has none.
    """

    text: str
    title: str = ""
    source: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""
    language: str = ""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """An exact slice of an article, `article.text[start:end]`; `tokens` counts tiktoken's."""

    id: int
    article_id: str
    ordinal: int
    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, best first by `score` (the reranker's, higher is better).

    `also_in` holds the ids of articles that print nearly the same passage.
    """

    passage: Passage
    article: Article
    score: float
    also_in: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article, verbatim: `article.text[start:end] == text`.

    `context_start` and `context_end` bound the passage that the quote stands in. `also_in` holds
    the ids of other articles that print nearly the same passage. `score`, 0 to 1, is the answer's
    confidence for its first quote, and for each further one the probability that it answers rather
    than the first. `page` is the one on which it begins, from 1, None where the article has none.
    """

    article_id: str
    start: int
    end: int
    text: str
    title: str
    source: str
    url: str
    author: str
    published: date | None
    score: float
    context_start: int
    context_end: int
    reports_on: Original | None = None
    also_in: tuple[str, ...] = ()
    page: int | None = None

    @property
    def told_by(self) -> str:
        """Who says it: the publication that a digest reports on, or the quote's own."""
        own = self.source or self.author or on_one_line(self.article_id)
        if original := self.reports_on:
            return original.outlet or original.author or original.title or own
        return own

    @property
    def told_on(self) -> date | None:
        """When it was said: the day of the publication that a digest reports on, or its own."""
        return self.reports_on.published if self.reports_on else self.published


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the answers that quotes give, in the words of the first of them.

    `text` is `article.text[start:end]` of the article that `quotes[0]` is from; the quotes stand
    newest first.
    """

    text: str
    start: int
    end: int
    quotes: tuple[Quote, ...]

    @property
    def published(self) -> date | None:
        """The newest date on which it was published, or None where none is known."""
        return max((quote.told_on for quote in self.quotes if quote.told_on), default=None)

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who says it, each outlet once, newest first; a reprint counts where it names another."""
        voices: dict[str, str] = {}
        reprints: set[str] = set()
        for quote in self.quotes:
            if quote.article_id not in reprints or quote.source or quote.reports_on:
                voices[quote.told_by.casefold()] = quote.told_by
            reprints.update(quote.also_in)
        return tuple(voices.values())


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Readings of one thing that cannot all be true, newest first, those without a date last."""

    about: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question already asked in a conversation, and its answer's text."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they don't say it.

    `standalone_question` is what was looked up: the question itself, or what it means after the
    turns before it. With `answered=False`, `quotes` is empty, `text` says so, and `hits` holds the
    nearest passages. `confidence`, 0 to 1, says how sure evqa is that the articles answer the
    question. `disagreements` are what the quotes contradict each other about. `agreements` are the
    readings that two outlets or more give. `unknown_names` are the names in the question that no
    article has. `timings` are seconds by stage. `answerer` names what wrote `text`. `filters` say
    of which articles it was asked.
    """

    question: str
    standalone_question: str
    text: str
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...] = ()
    hits: tuple[Hit, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    agreements: tuple[Reading, ...] = ()
    unknown_names: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    answerer: str = "extractive"
    filters: Filters = NO_FILTERS

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON types; a hit carries its passage's text, not the whole article."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answered": self.answered,
            "text": self.text,
            "confidence": self.confidence,
            "quotes": [_jsonable(asdict(quote)) for quote in self.quotes],
            "hits": [hit_to_dict(hit) for hit in self.hits],
            "disagreements": [
                {"about": one.about, "readings": [_reading_to_dict(each) for each in one.readings]}
                for one in self.disagreements
            ],
            "agreements": [_reading_to_dict(reading) for reading in self.agreements],
            "unknown_names": list(self.unknown_names),
            "timings": dict(self.timings),
            "answerer": self.answerer,
            "filters": self.filters.to_dict(),
        }


DifferenceKind = Literal["number", "negation", "name", "word", "order", "case", "punctuation"]
Verdict = Literal["exact", "shortened", "near", "none"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a pasted text departs from an article.

    `article_text` is `article.text[article_start:article_end]`, empty for what was added;
    `text` is `pasted[start:end]`, empty for what was left out.
    """

    kind: DifferenceKind
    article_text: str
    article_start: int
    article_end: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article holds a pasted text, whole or in parts, word for word or nearly.

    `quotes` are its parts in the article's order; one, unless the text leaves something out.
    `context` is the article's text from the first sentence that they stand in to the last.
    `similarity` is 0 to 1, 1 where nothing differs.
    """

    quotes: tuple[Quote, ...]
    context: str
    similarity: float = 1.0
    differences: tuple[Difference, ...] = ()

    @property
    def omitted(self) -> tuple[int, ...]:
        """How many characters of the article lie between one part and the next."""
        return tuple(
            after.start - before.end
            for before, after in zip(self.quotes, self.quotes[1:], strict=False)
        )


@dataclass(frozen=True, slots=True)
class Trace:
    """Which articles hold a pasted text.

    `exact`: word for word, but for what typography changes. `shortened`: the parts around its
    ellipses are exact and stand in this order. `near`: with the differences that each place lists.
    `places` stand earliest first, near ones with the fewest changed words first; `none` has none.
    """

    text: str
    verdict: Verdict
    places: tuple[Place, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The trace as JSON types."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "places": [
                {
                    "quotes": [_jsonable(asdict(quote)) for quote in place.quotes],
                    "context": place.context,
                    "omitted": list(place.omitted),
                    "similarity": place.similarity,
                    "differences": [asdict(one) for one in place.differences],
                }
                for place in self.places
            ],
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be indexed, and why."""

    article_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update of the index did; the first four hold article ids.

    `renamed` pairs the old id of an article with its new one. `reprints` counts the articles of the
    index that tell the same story as another. `looked_at` names the files and folders below the
    corpus folder that all this is about, `.` for the whole of it.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    passages: int
    tokens_embedded: int
    seconds: float
    renamed: tuple[tuple[str, str], ...] = ()
    reprints: int = 0
    looked_at: tuple[str, ...] = (".",)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types."""
        return {**asdict(self), "failed": [asdict(failure) for failure in self.failed]}


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds, what built it, and which articles of the corpus it does not show yet.

    `reprints` counts the articles that tell the same story as another, `waiting` the passages whose
    vectors the model has still to make; other vectors stand in for these.
    """

    corpus: str
    index: str
    articles: int
    passages: int
    bytes_on_disk: int
    embedding_model: str
    generation: int
    built_at: str
    stale: tuple[str, ...]
    reprints: int = 0
    waiting: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The status as JSON types."""
        return asdict(self)


def on_one_line(name: str) -> str:
    """A file's name without the line breaks that it may hold, which could pass for a quote's."""
    return " ".join(name.split())


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """A hit as JSON types: where the passage stands, its text, and the article's metadata."""
    return {
        "article_id": hit.article.id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.text,
        "title": hit.article.title,
        "source": hit.article.source,
        "url": hit.article.url,
        "author": hit.article.author,
        "published": hit.article.published and hit.article.published.isoformat(),
        "score": hit.score,
        "also_in": list(hit.also_in),
    }


def article_to_dict(article: Article) -> dict[str, Any]:
    """What is known of an article as JSON types: its metadata and its length, without its text."""
    original = article.reports_on
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "author": article.author,
        "published": article.published and article.published.isoformat(),
        "language": article.language,
        "sha256": article.sha256,
        "characters": len(article.text),
        "pages": len(article.pages),
        "reports_on": original and _jsonable(asdict(original)),
    }


def _reading_to_dict(reading: Reading) -> dict[str, Any]:
    """A reading as JSON types: its words, who gave them, when, and where its quotes stand."""
    return {
        "text": reading.text,
        "told_by": list(reading.outlets),
        "published": reading.published and reading.published.isoformat(),
        "quotes": [
            {"article_id": quote.article_id, "start": quote.start, "end": quote.end}
            for quote in reading.quotes
        ],
    }


def _jsonable(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value
