"""What one visitor looks at in the library, and of which articles the visitor asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from evqa.filters import NO_FILTERS, Filters, Listed, read_filters
from evqa.records import Failure

ROWS_AT_ONCE = 50
_LONGEST = 200
_MOST_CHOSEN = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the table; `wrong` says why its file could not be read, if it could not."""

    article: Listed
    wrong: str = ""


_KEYS: dict[str, Callable[[Row], Any]] = {
    "title": lambda row: (row.article.title or row.article.id).casefold(),
    "outlet": lambda row: row.article.outlet.casefold(),
    "date": lambda row: row.article.told_on or date.min,
    "language": lambda row: row.article.language,
    "passages": lambda row: row.article.passages,
    "status": lambda row: row.wrong,
}
COLUMNS = tuple(_KEYS)


@dataclass(frozen=True, slots=True)
class Look:
    """What a visitor looks at: articles that pass the filters, with `words` in their line.

    `version` is of the index that was shown last, `kept_up` whether the page was told that it is
    kept up to date, `count` how many rows there is room for.
    """

    filters: Filters = NO_FILTERS
    words: str = ""
    column: str = "date"
    descending: bool = True
    count: int = ROWS_AT_ONCE
    version: int = -1
    kept_up: bool = False

    def chosen(self, form: Mapping[str, Any]) -> Look:
        """The look after the form was filled in; raises QuestionError as `read_filters` does."""
        filters = read_filters(
            _texts(form.get("outlets")),
            _text(form.get("from")),
            _text(form.get("to")),
            _texts(form.get("languages")),
            self.filters.articles,
        )
        return replace(self, filters=filters, words=_text(form.get("words")), count=ROWS_AT_ONCE)

    def picked(self, article_id: object, *, wanted: bool) -> Look:
        """The look with one more article chosen, or one less."""
        kept = tuple(one for one in self.filters.articles if one != article_id)
        if wanted and isinstance(article_id, str) and len(kept) < _MOST_CHOSEN:
            kept = (*kept, article_id)
        return replace(self, filters=replace(self.filters, articles=kept))

    def cleared(self) -> Look:
        """The look at all articles."""
        return replace(self, filters=NO_FILTERS, words="", count=ROWS_AT_ONCE)

    def sorted_by(self, column: object) -> Look:
        """The look sorted by a column, the other way round where it was already."""
        if column not in COLUMNS:
            return self
        descending = not self.descending if column == self.column else column == "date"
        return replace(self, column=str(column), descending=descending)

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to show, in their order, without regard to how many there is room for.

        Articles that were chosen one by one are shown among the others.
        """
        listed = replace(self.filters, articles=())
        words = self.words.casefold().split()
        found = [row for row in rows if listed.admits(row.article) and _holds(row, words)]
        return sorted(found, key=_KEYS[self.column], reverse=self.descending)


def rows_of(listed: Sequence[Listed], failed: Sequence[Failure]) -> list[Row]:
    """The articles of the index, and the files that could not be read."""
    wrong = {failure.article_id: failure.reason for failure in failed}
    rows = [Row(one, wrong.pop(one.id, "")) for one in listed]
    return rows + [Row(Listed(id_, "", "", "", None, "", 0), why) for id_, why in wrong.items()]


def _holds(row: Row, words: Sequence[str]) -> bool:
    article = row.article
    line = f"{article.title} {article.outlet} {article.source} {article.id}".casefold()
    return all(word in line for word in words)


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [_text(one) for one in value if _text(one)] if isinstance(value, list) else []
