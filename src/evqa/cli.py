"""The command line: parse, print, and turn errors into exit codes."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evqa.errors import EvqaError
from evqa.records import Answer, Failure, Hit, IndexReport
from evqa.settings import Settings

if TYPE_CHECKING:
    from evqa.adding import AddReport
    from evqa.filters import Filters

app = typer.Typer(
    help="Answers questions about a collection of news articles, with verbatim, checked quotes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Corpus = Annotated[Path | None, typer.Option(help="Folder of the articles.", show_default="corpus")]
Index = Annotated[Path | None, typer.Option(help="Folder of the index.", show_default="index")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Outlet = Annotated[list[str] | None, typer.Option(help="Only what an outlet published.")]
From = Annotated[str, typer.Option("--from", help="Only what was published from a day on.")]
To = Annotated[str, typer.Option("--to", help="Only what was published up to a day.")]
Language = Annotated[list[str] | None, typer.Option(help="Only what is in a language: en.")]
ArticleId = Annotated[list[str] | None, typer.Option("--article", help="Only this article.")]
Question = Annotated[str, typer.Argument(help="What you want to know.")]


def main() -> None:
    """Run the command line; exits 1 for an error that it explains, 2 for wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    logging.basicConfig(level=logging.WARNING, format="evqa: %(message)s")
    try:
        app()
    except EvqaError as error:
        sys.exit(f"evqa: {_inert(str(error))}")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


@app.command()
def index(
    corpus: Corpus = None,
    index: Index = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the index up to date with the articles; exits 1 if some could not be read."""
    from evqa.indexing import update_index

    settings = _settings(corpus, index)
    try:
        with _progress("Embedding", "passages", silent=as_json) as advance:
            report = update_index(settings, rebuild=rebuild, progress=advance)
    except KeyboardInterrupt:
        print(f"evqa: Stopped; {_what_is_left(settings)}.", file=sys.stderr)
        raise typer.Exit(130) from None
    if as_json:
        _print_json(report.to_dict())
    else:
        _print_report(report)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def watch(corpus: Corpus = None, index: Index = None) -> None:
    """Keep the index up to date as articles come, change and go, until Ctrl-C."""
    import signal
    import threading

    from evqa.indexing import still_failing
    from evqa.watching import watch

    settings = _settings(corpus, index)
    told: tuple[Failure, ...] | None = None

    def tell(update: IndexReport | EvqaError) -> None:
        nonlocal told
        if isinstance(update, EvqaError):
            print(f"evqa: {_inert(str(update))}", file=sys.stderr, flush=True)
            return
        _print_changes(update, told or ())
        if told is None:
            print(f"Up to date; watching {_inert(str(settings.corpus))}", flush=True)
        told = still_failing(told or (), update)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        watch(settings, threading.Event(), tell)


@app.command()
def add(
    sources: Annotated[list[str], typer.Argument(help="Files, folders or web addresses.")],
    corpus: Corpus = None,
    index: Index = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private networks too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take articles into the corpus and the index; exits 1 if some could not be."""
    from evqa.adding import add as take_in
    from evqa.sources.fetching import Fetcher

    fetcher = Fetcher(allows=lambda _: True) if allow_private else Fetcher()
    with _progress("Embedding", "passages", silent=as_json) as advance:
        report = take_in(_settings(corpus, index), sources, fetcher=fetcher, progress=advance)
    if as_json:
        _print_json(report.to_dict())
    else:
        _print_added(report)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Question,
    outlet: Outlet = None,
    published_from: From = "",
    published_to: To = "",
    language: Language = None,
    article: ArticleId = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Answer a question with quotes, or say that the articles don't; of all of them, or of some."""
    from evqa.assistant import Assistant

    filters = _filters(outlet, published_from, published_to, language, article)
    with Assistant.open(_settings(corpus, index)) as assistant:
        answer = assistant.ask(question, filters=filters)
    if as_json:
        _print_json(answer.to_dict())
    else:
        _print_answer(answer)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 5,
    outlet: Outlet = None,
    published_from: From = "",
    published_to: To = "",
    language: Language = None,
    article: ArticleId = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Print the passages nearest to a query, of all articles or of some."""
    from evqa.assistant import Assistant
    from evqa.records import hit_to_dict

    filters = _filters(outlet, published_from, published_to, language, article)
    with Assistant.open(_settings(corpus, index)) as assistant:
        hits = assistant.search(query, k, filters)
    if as_json:
        _print_json([hit_to_dict(hit) for hit in hits])
    else:
        _print_hits(hits)


@app.command()
def trace(
    text: Annotated[str, typer.Argument(help="A sentence, or a few.")],
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Print which articles hold a text: word for word, shortened, nearly, or none."""
    from evqa.assistant import Assistant
    from evqa.tracing import report

    with Assistant.open(_settings(corpus, index)) as assistant:
        traced = assistant.trace(text)
    if as_json:
        _print_json(traced.to_dict())
    else:
        print(_inert(report(traced)))


@app.command()
def chat(
    corpus: Corpus = None,
    index: Index = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
) -> None:
    """Open the chat in a browser's reach; the index is brought up to date first."""
    from evqa.webchat import serve

    serve(_settings(corpus, index), host=host, port=port)


@app.command("eval")
def evaluate_(
    file: Annotated[Path | None, typer.Argument(help="Questions with known answers.")] = None,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
    explain: Annotated[
        Path | None, typer.Option(help="Write each miss, with the stage that lost it, to a file.")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Print how much the second of two --json outputs is above the first."),
    ] = None,
) -> None:
    """Ask a file of questions (our JSONL, SQuAD, XQuAD, SelQA, QED) and measure the answers."""
    from evqa import reports

    if (file is None) == (compare is None):
        raise typer.BadParameter("name a file of questions, or two outputs with --compare")
    if compare:
        print(reports.differences(*compare, as_json=as_json))
    elif file:
        with _progress("Asking", "questions", silent=as_json) as advance:
            result = reports.run(file, _settings(corpus, index), advance)
        if explain:
            explain.write_text(reports.misses(result), encoding="utf-8")
        print(reports.as_json(result) if as_json else reports.table(result))


@app.command()
def status(corpus: Corpus = None, index: Index = None, as_json: Json = False) -> None:
    """Print what the index holds, what built it, and what is not in it yet."""
    from evqa.indexing import index_status

    state = index_status(_settings(corpus, index))
    if as_json:
        _print_json(state.to_dict())
        return
    print(f"corpus      {_inert(state.corpus)}")
    print(f"index       {_inert(state.index)}, {state.bytes_on_disk / 1e6:.1f} MB")
    same = f" ({_same_stories(state.reprints)} as another)" if state.reprints else ""
    print(f"holds       {state.articles} articles{same}, {state.passages} passages")
    print(f"built       {state.built_at}, generation {state.generation}")
    print(f"model       {state.embedding_model}")
    if state.waiting:
        final = f"{state.passages - state.waiting:,} of {state.passages:,} passages"
        print(f"embedded    {final} have their final vectors: evqa index goes on")
    print(f"not in it   {_line(', '.join(state.stale)) or 'nothing: up to date'}")
    if state.stale:
        print("Bring it up to date: evqa index")


@app.command()
def verify(index: Index = None, as_json: Json = False) -> None:
    """Check every file of the index, down to single bits; exits 1 if something is wrong."""
    from dataclasses import asdict

    from evqa.index.verify import verify as check

    found = check(_settings(None, index).index)
    if as_json:
        _print_json(asdict(found))
    else:
        print(
            f"{found.articles} articles, {found.passages} passages and {found.files} files checked;"
            f" problems: {len(found.problems)}"
        )
        for name in found.leftovers:
            print(f"not part of the index: {_line(name)}")
        for problem in found.problems:
            print(f"evqa: {_line(problem)}", file=sys.stderr)
    if found.problems:
        print("evqa: Build it anew: evqa index --rebuild", file=sys.stderr)
        raise typer.Exit(1)


def _filters(
    outlet: list[str] | None,
    published_from: str,
    published_to: str,
    language: list[str] | None,
    article: list[str] | None,
) -> Filters:
    from evqa.filters import read_filters

    return read_filters(outlet or (), published_from, published_to, language or (), article or ())


def _settings(corpus: Path | None, index: Path | None) -> Settings:
    given = {"corpus": corpus, "index": index}
    return Settings(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _progress(doing: str, things: str, *, silent: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, and what to call with how many are done of how many.

    There is none where it is to be silent or standard error is no terminal.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    rate = "{task.fields[rate]}"
    columns = (doing, BarColumn(), MofNCompleteColumn(), things, rate, TimeRemainingColumn())
    hidden = silent or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None, rate="")

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.0f} {things}/s" if speed else "")

        yield advance


def _what_is_left(settings: Settings) -> str:
    """What an update that was stopped has left."""
    from evqa.errors import IndexStoreError
    from evqa.store import Store

    try:
        Store(settings.index).close()
    except IndexStoreError:
        return "there is no index yet"
    return "the last good index is unchanged"


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_report(report: IndexReport) -> None:
    renamed = f"{len(report.renamed)} renamed, " if report.renamed else ""
    print(
        f"{len(report.added)} added, {len(report.updated)} updated, {renamed}"
        f"{len(report.removed)} removed, {len(report.unchanged)} unchanged,"
        f" {len(report.failed)} failed; {report.passages} passages in {report.seconds:.1f} s"
    )
    if report.reprints:
        print(f"{_same_stories(report.reprints)} as another")
    _print_failures(report.failed)


def _same_stories(reprints: int) -> str:
    return f"{reprints} tell{'s' if reprints == 1 else ''} the same story"


def _print_added(report: AddReport) -> None:
    for one in report.added:
        same = f", the same story as {', '.join(one.same_story_as)}" if one.same_story_as else ""
        print(_line(f"{one.file}: {one.change}{same}"))
    if report.index:
        _print_report(replace(report.index, failed=report.failed))
    else:
        _print_failures(report.failed)


def _print_failures(failed: Iterable[Failure]) -> None:
    for failure in failed:
        print(f"evqa: {_line(failure.reason)}", file=sys.stderr)


def _print_changes(report: IndexReport, told: Collection[Failure]) -> None:
    """One line for each article that an update changed, or failed to read and was not told."""
    changes = {"added": report.added, "updated": report.updated, "removed": report.removed}
    for change, articles in changes.items():
        for article_id in articles:
            print(f"{change:<8} {_line(article_id)}")
    for old, new in report.renamed:
        print(f"{'renamed':<8} {_line(old)} to {_line(new)}")
    for failure in report.failed:
        if failure not in told:
            print(f"{'failed':<8} {_line(failure.reason)}")
    sys.stdout.flush()


def _print_answer(answer: Answer) -> None:
    print(_inert(answer.text))
    print(f"\nConfidence {answer.confidence:.0%}")
    for number, quote in enumerate(answer.quotes, 1):
        page = f", p. {quote.page}" if quote.page else ""
        where = f"{quote.article_id}{page}, characters {quote.start} to {quote.end}"
        url = f", {quote.url}" if quote.url else ""
        others = f"; also in {', '.join(quote.also_in)}" if quote.also_in else ""
        print(_line(f"[{number}] {where}{url}{others}"))
    if not answer.answered and answer.hits:
        print("\nNearest passages:\n")
        _print_hits(answer.hits[:3])


def _print_hits(hits: tuple[Hit, ...] | list[Hit]) -> None:
    for hit in hits:
        title = f"{hit.article.title} " if hit.article.title else ""
        print(_line(f"{title}({hit.article.id}, {hit.passage.start} to {hit.passage.end})"))
        print(_inert(hit.text) + "\n")


def _line(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join(_inert(text).splitlines())


def _inert(text: str) -> str:
    """The text without control characters: an article must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else "\ufffd"
        for character in text.replace("\f", "\n")  # a page's end
    )
