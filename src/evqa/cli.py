"""The command line: parse, print, and turn errors into exit codes."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from evqa.errors import EvqaError
from evqa.records import Answer, Hit, IndexReport
from evqa.settings import Settings

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

    with _progress("Embedding", "passages") as advance:
        report = update_index(_settings(corpus, index), rebuild=rebuild, progress=advance)
    if as_json:
        _print_json(report.to_dict())
    else:
        _print_report(report)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Question, corpus: Corpus = None, index: Index = None, as_json: Json = False
) -> None:
    """Answer a question with quotes, or say that the articles don't."""
    from evqa.assistant import Assistant

    with Assistant.open(_settings(corpus, index)) as assistant:
        answer = assistant.ask(question)
    if as_json:
        _print_json(answer.to_dict())
    else:
        _print_answer(answer)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 5,
    corpus: Corpus = None,
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Print the passages nearest to a query."""
    from evqa.assistant import Assistant
    from evqa.records import hit_to_dict

    with Assistant.open(_settings(corpus, index)) as assistant:
        hits = assistant.search(query, k)
    if as_json:
        _print_json([hit_to_dict(hit) for hit in hits])
    else:
        _print_hits(hits)


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
        with _progress("Asking", "questions") as advance:
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
    print(f"holds       {state.articles} articles, {state.passages} passages")
    print(f"built       {state.built_at}, generation {state.generation}")
    print(f"model       {state.embedding_model}")
    print(f"not in it   {_inert(', '.join(state.stale)) or 'nothing: up to date'}")
    if state.stale:
        print("Bring it up to date: evqa index")


def _settings(corpus: Path | None, index: Path | None) -> Settings:
    given = {"corpus": corpus, "index": index}
    return Settings(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _progress(doing: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, and what to call with how many are done of how many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (doing, BarColumn(), MofNCompleteColumn(), things, TimeRemainingColumn())
    console = Console(stderr=True)
    silent = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=silent) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_report(report: IndexReport) -> None:
    print(
        f"{len(report.added)} added, {len(report.updated)} updated, {len(report.removed)} removed,"
        f" {len(report.unchanged)} unchanged, {len(report.failed)} failed;"
        f" {report.passages} passages in {report.seconds:.1f} s"
    )
    for failure in report.failed:
        print(f"evqa: {_inert(failure.reason)}", file=sys.stderr)


def _print_answer(answer: Answer) -> None:
    print(_inert(answer.text))
    print(f"\nConfidence {answer.confidence:.0%}")
    for number, quote in enumerate(answer.quotes, 1):
        where = f"{quote.article_id}, characters {quote.start} to {quote.end}"
        print(_inert(f"[{number}] {where}{', ' + quote.url if quote.url else ''}"))
    if not answer.answered and answer.hits:
        print("\nNearest passages:\n")
        _print_hits(answer.hits[:3])


def _print_hits(hits: tuple[Hit, ...] | list[Hit]) -> None:
    for hit in hits:
        title = f"{hit.article.title} " if hit.article.title else ""
        print(_inert(f"{title}({hit.article.id}, {hit.passage.start} to {hit.passage.end})"))
        print(_inert(hit.text) + "\n")


def _inert(text: str) -> str:
    """The text without control characters: an article must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else "\ufffd"
        for character in text
    )
