"""Which articles a question is asked of: by outlet, day, language, or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from evqa.errors import QuestionError

_NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list of them shows it, without its text.

    `outlet` is the publication that a digest reports on, or the article's own, and `told_on` its
    day; `source` is the article's own outlet. What is not known is empty.
    """

    id: str
    title: str
    outlet: str
    source: str
    told_on: date | None
    language: str
    passages: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question is asked of; what is empty leaves none out.

    An article passes with any of the outlets (of a digest, its own or the one it reports on), any
    of the languages (`en` takes in `en-GB`), any of the ids, and a day from `published_from` to
    `published_to`, both included; without a day it does not pass where days are asked for.
    """

    outlets: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()

    def admits(self, article: Listed) -> bool:
        """Whether a question is asked of an article."""
        return (
            (not self.articles or article.id in self.articles)
            and (not self.outlets or bool(_folded(self.outlets) & _folded(_outlets(article))))
            and (not self.languages or any(_speaks(article, one) for one in self.languages))
            and self._is_of_the_days(article.told_on)
        )

    def _is_of_the_days(self, day: date | None) -> bool:
        if self.published_from is None and self.published_to is None:
            return True
        first, last = self.published_from or date.min, self.published_to or date.max
        return day is not None and first <= day <= last

    @property
    def words(self) -> str:
        """What they ask for, in words that follow `articles`; nothing where that is nothing."""
        first, last = self.published_from, self.published_to
        chosen = self.articles
        named = ", ".join(chosen) if len(chosen) <= _NAMED_AT_MOST else f"{len(chosen)} chosen ones"
        parts = (
            f"of {' or '.join(self.outlets)}" if self.outlets else "",
            " ".join(part for part in (first and f"from {first}", last and f"to {last}") if part),
            f"in the language {' or '.join(self.languages)}" if self.languages else "",
            f"out of {named}" if chosen else "",
        )
        return " ".join(", ".join(part for part in parts if part).split())

    def to_dict(self) -> dict[str, Any]:
        """The filters as JSON types."""
        first, last = self.published_from, self.published_to
        return {
            **{name: list(value) for name, value in asdict(self).items() if "_" not in name},
            "published_from": first and first.isoformat(),
            "published_to": last and last.isoformat(),
        }


NO_FILTERS = Filters()


def read_filters(
    outlets: Sequence[str] = (),
    published_from: str = "",
    published_to: str = "",
    languages: Sequence[str] = (),
    articles: Sequence[str] = (),
) -> Filters:
    """Filters as a person states them, with days such as 2026-02-11.

    Raises QuestionError for what is no day, and for a first day after the last one.
    """
    first, last = _day(published_from), _day(published_to)
    if first and last and first > last:
        raise QuestionError(f"No day is from {first} to {last}.", "Give the earlier one first.")
    return Filters(tuple(outlets), first, last, tuple(languages), tuple(articles))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise QuestionError(f"{written[:40]!r} is no day.", "Write it as 2026-02-11.") from error


def _outlets(article: Listed) -> tuple[str, ...]:
    return article.outlet, article.source


def _folded(names: Sequence[str]) -> set[str]:
    return {" ".join(name.casefold().split()) for name in names}


def _speaks(article: Listed, language: str) -> bool:
    own, asked = article.language.casefold(), language.casefold()
    return own == asked or own.startswith(f"{asked}-")
