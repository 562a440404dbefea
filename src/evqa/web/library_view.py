"""The library's HTML: pure functions to markup in which every foreign word is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from evqa.corpus import SUFFIXES
from evqa.filters import Filters, Listed
from evqa.web.markup import counted, day
from evqa.web.places import link_to_article

_HEADS = {
    "title": "Title",
    "outlet": "Outlet",
    "date": "Date",
    "language": "Language",
    "passages": "Passages",
    "status": "Status",
}
READY = "in the index"
Line = tuple[Listed, str]


def adding() -> str:
    """Where files are dropped or chosen, an address is given, and what came of it is told."""
    return (
        '<section class="adding" aria-labelledby="adding-title">'
        '<h2 id="adding-title">Add articles</h2>'
        '<div class="drop"><label for="files">Drop files here, or choose them'
        f" ({escape(', '.join(SUFFIXES))})</label>"
        f'<input type="file" id="files" multiple accept="{",".join(SUFFIXES)}"></div>'
        '<form class="address"><label for="address">Or fetch a web page, once</label>'
        '<div><input type="text" inputmode="url" id="address" autocomplete="off" '
        'placeholder="https://…"><button type="submit">Fetch</button></div></form>'
        '<div role="status"><ul class="told"></ul></div></section>'
    )


def index_state(status: str, progress: tuple[int, int] | None, *, busy: bool) -> str:
    """What the index holds, and how far its update is."""
    if progress is None and not busy:
        return status
    done, total = progress or (0, 0)
    value = f' value="{done}" max="{total}"' if total else ""
    told = f": {done} of {counted(total, 'passage')}" if total else ""
    return (
        f'<p class="updating"><span>Updating the index{told}</span>'
        f'<progress aria-label="Update of the index"{value}></progress></p>'
    )


def form(filters: Filters, listed: Sequence[Listed], words: str) -> str:
    """The filters that may be chosen, with those that are."""
    outlets = sorted({one.outlet for one in listed if one.outlet}, key=str.casefold)
    languages = sorted({one.language for one in listed if one.language})
    first, last = (
        one.isoformat() if one else "" for one in (filters.published_from, filters.published_to)
    )
    return (
        '<form class="filters" aria-labelledby="filters-title">'
        '<h2 id="filters-title">Ask only some of them</h2>'
        f"{_boxes('Outlet', 'outlets', outlets, filters.outlets)}"
        f"{_boxes('Language', 'languages', languages, filters.languages)}"
        '<div class="days"><label>Published from '
        f'<input type="date" name="from" value="{first}"></label>'
        f'<label>to <input type="date" name="to" value="{last}"></label></div>'
        '<label class="words">Find in the list (for the list alone) '
        f'<input type="search" name="words" value="{escape(words)}" autocomplete="off"></label>'
        '<button type="button" class="clear">Ask all articles</button></form>'
    )


def asked_of(filters: Filters, count: int, total: int, problem: str = "") -> str:
    """Of which articles questions are asked, or what is wrong with what was chosen."""
    if problem:
        return f'<p class="problem" role="alert">{escape(problem)}</p>'
    if not filters:
        return f"<p>Questions are asked of all {counted(total, 'article')}.</p>"
    return (
        f"<p>Questions are asked of {count} of {counted(total, 'article')}: those"
        f" <bdi>{escape(filters.words)}</bdi>.</p>"
    )


def table(
    rows: Sequence[Line], chosen: Iterable[str], column: str, count: int, *, descending: bool
) -> str:
    """The articles with why each could not be read if it could not; as many as there is room."""
    if not rows:
        return '<p class="none">No article is to be shown.</p>'
    picked = set(chosen)
    heads = "".join(_head(name, column, descending=descending) for name in _HEADS)
    body = "".join(_row(article, wrong, article.id in picked) for article, wrong in rows[:count])
    more = (
        f'<button type="button" class="more">Show more of the {len(rows)}</button>'
        if len(rows) > count
        else ""
    )
    # A phone shows the cells as blocks, and the roles keep them a table there too.
    return (
        '<table role="table" class="articles"><caption>'
        f"{counted(len(rows), 'article')}</caption>"
        '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Ask</th>'
        f'{heads}<th role="columnheader" scope="col">Remove</th></tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>{more}{_question()}'
    )


def _boxes(legend: str, name: str, values: Sequence[str], chosen: Sequence[str]) -> str:
    if not values:
        return ""
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(value)}"'
        f"{' checked' if value in chosen else ''}><bdi>{escape(value)}</bdi></label>"
        for value in values
    )
    return f'<fieldset><legend>{legend}</legend><div class="boxes">{boxes}</div></fieldset>'


def _head(name: str, column: str, *, descending: bool) -> str:
    order = "descending" if descending else "ascending"
    is_sorted = name == column
    sign = {"descending": " ↓", "ascending": " ↑"}[order] if is_sorted else ""
    state = f' aria-sort="{order}"' if is_sorted else ""
    return (
        f'<th role="columnheader" scope="col"{state}>'
        f'<button type="button" class="sort" data-column="{name}">{_HEADS[name]}'
        f'<span aria-hidden="true">{sign}</span></button></th>'
    )


def _row(article: Listed, wrong: str, is_chosen: bool) -> str:
    title = escape(article.title or article.id)
    id_ = escape(article.id)
    headline = f'<bdi class="headline">{title}</bdi>'
    if article.passages:
        place = escape(link_to_article(article.id))
        headline = f'<a href="{place}" target="_blank" rel="noopener">{headline}</a>'
    file = f'<bdi class="file">{id_}</bdi>' if article.title else ""
    status = f'<span class="wrong" dir="auto">{escape(wrong)}</span>' if wrong else READY
    cells = {
        "outlet": _set_apart(article.outlet),
        "date": day(article.told_on),
        "language": _set_apart(article.language),
        "passages": str(article.passages),
        "status": status,
    }
    told = "".join(
        f'<td role="cell" class="of-{name}" data-label="{_HEADS[name]}">{cell}</td>'
        for name, cell in cells.items()
    )
    box = (
        f'<input type="checkbox" class="pick" data-id="{id_}" aria-label="Ask “{title}”"'
        f"{' checked' if is_chosen else ''}>"
        if article.passages
        else ""
    )
    return (
        f'<tr role="row"><td role="cell" class="picks">{box}</td>'
        f'<td role="cell" class="name">{headline}{file}</td>{told}'
        f'<td role="cell"><button type="button" class="remove" data-id="{id_}"'
        f' data-title="{title}" aria-label="Remove “{title}”">Remove</button></td></tr>'
    )


def _set_apart(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>" if text else ""


def _question() -> str:
    """What is asked before an article is removed; library_table.js says which."""
    return (
        '<dialog class="sure" aria-labelledby="sure-question"><p id="sure-question" dir="auto"></p>'
        '<button type="button" class="yes">Remove</button>'
        '<button type="button" class="no">Keep</button></dialog>'
        '<p class="removed" role="status"></p>'
    )
