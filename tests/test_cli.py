import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from making import PAGE, pdf
from samples import FERRY, passages_of, write_corpus
from webhost import answer, serving

from evqa.index.writer import writing
from evqa.records import Answer, IndexReport, IndexStatus, Quote
from evqa.settings import Settings
from evqa.store import Store

FLAGSHIP = "Why was a YU7 on I-5?"
MINUTES = "How many minutes does the ferry crossing take?"


def evqa(*arguments: object, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "evqa", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of a run that failed."""
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = [line for line in done.stderr.splitlines() if line]
    return line


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small corpus and an index of it; no test may change it."""
    folder = tmp_path_factory.mktemp("cli")
    write_corpus(folder / "corpus")
    assert evqa("index", folder=folder).returncode == 0
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of that, for a test to change."""
    return shutil.copytree(built, tmp_path / "copy")


def test_index_reports_what_it_did(corpus: Path, tmp_path: Path) -> None:
    first = evqa("index", folder=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith(
        "3 added, 0 updated, 0 removed, 0 unchanged, 0 failed; 3 passages in "
    )
    (corpus / "bees.txt").unlink()
    write_corpus(corpus, {"ferry.md": FERRY + "More.\n", "new.md": "It rains."})
    second = evqa("index", folder=tmp_path)
    assert second.stdout.startswith(
        "1 added, 1 updated, 1 removed, 1 unchanged, 0 failed; 3 passages in "
    )


def test_index_counts_what_was_renamed(folder: Path) -> None:
    (folder / "corpus" / "bees.txt").rename(folder / "corpus" / "hives.txt")
    assert evqa("index", folder=folder).stdout.startswith(
        "0 added, 0 updated, 1 renamed, 0 removed, 2 unchanged, 0 failed; 3 passages in "
    )


def test_articles_that_tell_the_same_story_are_counted_and_named(folder: Path) -> None:
    write_corpus(folder / "corpus", {"copy.md": FERRY})
    lines = evqa("index", folder=folder).stdout.splitlines()
    assert lines[1] == "1 tells the same story as another"
    status = evqa("status", folder=folder).stdout.splitlines()
    assert status[2] == "holds       4 articles (1 tells the same story as another), 4 passages"
    asked = evqa("ask", "How many minutes does the ferry crossing take?", folder=folder)
    (named,) = [line for line in asked.stdout.splitlines() if line.startswith("[1] ")]
    assert named.startswith("[1] copy.md, characters ")
    assert named.endswith(", https://gazette.example/ferry; also in ferry.md")


def test_index_prints_json(corpus: Path, tmp_path: Path) -> None:
    done = evqa("index", "--json", "--corpus", corpus, "--index", "there", folder=tmp_path)
    report = json.loads(done.stdout)
    assert set(report) == {field.name for field in fields(IndexReport)}
    assert report["added"] == ["archiv/brücke.md", "bees.txt", "ferry.md"]
    assert (tmp_path / "there" / "evqa.sqlite").is_file()


def test_index_says_which_articles_it_could_not_read_and_goes_on(folder: Path) -> None:
    (folder / "corpus" / "empty.md").touch()
    (folder / "corpus" / "latin.txt").write_bytes(b"Gr\xf6\xdfe")
    write_corpus(folder / "corpus", {"new.md": "It rains in Bergen."})
    done = evqa("index", folder=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("1 added, 0 updated, 0 removed, 3 unchanged, 2 failed; ")
    assert [line for line in done.stderr.splitlines() if line] == [
        "evqa: empty.md: it is empty. Write something in it or remove it.",
        "evqa: latin.txt: it is not UTF-8 (byte 2 is 0xf6). Save it as UTF-8.",
    ]
    assert ("new.md", 0, 19, 5, "It rains in Bergen.") in passages_of(folder / "index")


def test_ask_prints_the_quotes_and_where_they_stand(built: Path) -> None:
    done = evqa("ask", MINUTES, folder=built)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Mara Lindqvist, Port Gazette, 4 March 2025:"
    assert lines[1].startswith("“The crossing now takes 17 minutes, two minutes longer")
    assert lines[1].endswith("” [1]")
    place = next(line for line in lines if line.startswith("[1] "))
    assert place.startswith("[1] ferry.md, characters ")
    assert place.endswith(", https://gazette.example/ferry")
    assert any(line.startswith("Confidence ") and line.endswith("%") for line in lines)


def test_ask_prints_json_of_which_every_quote_stands_in_its_article(built: Path) -> None:
    done = evqa("ask", MINUTES, "--json", folder=built)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert {key: answer[key] for key in ("question", "standalone_question", "answered")} == {
        "question": MINUTES,
        "standalone_question": MINUTES,
        "answered": True,
    }
    assert set(answer) == {field.name for field in fields(Answer)}
    assert 0.5 <= answer["confidence"] <= 1
    quote = answer["quotes"][0]
    assert set(quote) == {field.name for field in fields(Quote)}
    with closing(Store(built / "index")) as store:
        article = store.article("ferry.md")
    assert article is not None
    metadata = ("article_id", "title", "source", "url", "author", "published", "reports_on")
    assert {key: quote[key] for key in metadata} == {
        "article_id": "ferry.md",
        "title": "Harbour ferry returns to service",
        "source": "Port Gazette",
        "url": "https://gazette.example/ferry",
        "author": "Mara Lindqvist",
        "published": "2025-03-04",
        "reports_on": None,
    }
    for quote in answer["quotes"]:
        assert quote["article_id"] == "ferry.md"
        assert article.text[quote["start"] : quote["end"]] == quote["text"]
        assert quote["text"] in answer["text"]
    assert {hit["article_id"] for hit in answer["hits"]} <= {
        "ferry.md",
        "bees.txt",
        "archiv/brücke.md",
    }


def test_ask_says_that_the_articles_do_not_say(flagship: Settings, tmp_path: Path) -> None:
    question = "How is ethanol made from maize?"
    done = evqa("ask", question, "--index", flagship.index, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The articles don't say.\n\nConfidence 0%\n\nNearest passages:\n")


def test_ask_answers_the_flagship_question(flagship: Settings, tmp_path: Path) -> None:
    done = evqa("ask", FLAGSHIP, folder=tmp_path, EVQA_INDEX=str(flagship.index))
    assert (done.returncode, done.stderr) == (0, "")
    assert "benchmark vehicle" in done.stdout


def test_search_prints_the_nearest_passages(built: Path) -> None:
    done = evqa("search", "beehives on roofs", "-k", 1, folder=built)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("City beekeepers count their hives (bees.txt, 0 to ")
    assert "Volunteers counted 1,204 beehives" in done.stdout
    hits = json.loads(evqa("search", "beehives on roofs", "--json", folder=built).stdout)
    assert len(hits) == 3
    assert hits[0]["article_id"] == "bees.txt"
    assert set(hits[0]) == {
        *("article_id", "start", "end", "text", "title", "source", "url", "author"),
        *("published", "score", "also_in"),
    }


def test_add_takes_files_in_and_says_what_it_could_not(tmp_path: Path) -> None:
    pages = (["The ferry crossing is new."], ["The ferry crossing takes 17 minutes."])
    (tmp_path / "report.pdf").write_bytes(pdf(*pages))
    (tmp_path / "locked\n.pdf").write_bytes(pdf(["It rains."], locked=True))
    with serving() as host:
        host.answers["/ferry"] = answer(PAGE)
        added = evqa(
            *("add", "report.pdf", "locked\n.pdf", host.url("/ferry"), host.url("/none")),
            "--allow-private",
            folder=tmp_path,
        )
        again = evqa("add", host.url("/ferry#x"), "--allow-private", "--json", folder=tmp_path)
        refused = evqa("add", host.url("/ferry"), folder=tmp_path)
    assert added.returncode == 1
    lines = added.stdout.splitlines()
    assert lines[:2] == ["report.pdf: added", "web/127.0.0.1/harbour-ferry-returns.html: added"]
    assert lines[2].startswith("2 added, 0 updated, 0 removed, 0 unchanged, 2 failed; ")
    assert added.stderr.splitlines() == [
        "evqa: locked .pdf: it is locked by a password. Save it without one.",
        f"evqa: {host.url('/none')}: it answers 404 Not Found. Check the address, or save the page"
        " from a browser and add the file.",
    ]
    assert json.loads(again.stdout)["added"] == [
        {
            "source": host.url("/ferry#x"),
            "file": "web/127.0.0.1/harbour-ferry-returns.html",
            "change": "unchanged",
            "same_story_as": [],
        }
    ]
    assert complaint(refused) == (
        "evqa: 127.0.0.1: it is the machine 127.0.0.1, which is not of the public internet."
        " If you mean it: evqa add --allow-private"
    )
    asked = evqa("ask", "How many minutes does the ferry crossing take?", folder=tmp_path)
    assert "report.pdf, undated, p. 2:" in asked.stdout.splitlines()
    assert "] report.pdf, p. 2, characters " in asked.stdout


def test_status_says_what_the_index_holds(folder: Path) -> None:
    done = evqa("status", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "corpus      corpus"
    assert lines[2] == "holds       3 articles, 3 passages"
    assert lines[5:] == ["not in it   nothing: up to date"]
    write_corpus(folder / "corpus", {"new.md": "It rains."})
    assert evqa("status", folder=folder).stdout.splitlines()[5:] == [
        "not in it   new.md",
        "Bring it up to date: evqa index",
    ]
    state = json.loads(evqa("status", "--json", folder=folder).stdout)
    assert set(state) == {field.name for field in fields(IndexStatus)}
    assert (state["articles"], state["stale"]) == (3, ["new.md"])


def test_verify_says_what_it_checked(folder: Path) -> None:
    done = evqa("verify", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 articles, 3 passages and ")
    assert done.stdout.endswith(" files checked; problems: 0\n")
    (folder / "index" / "no\ntes.txt").touch()
    named = evqa("verify", folder=folder).stdout.splitlines()
    assert named[1:] == ["not part of the index: no tes.txt"]
    checked = json.loads(evqa("verify", "--json", folder=folder).stdout)
    assert (checked["articles"], checked["problems"]) == (3, [])


def test_verify_names_what_is_damaged_and_what_mends_it(folder: Path) -> None:
    (file,) = (folder / "index").glob("vectors-*.faiss")
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done = evqa("verify", folder=folder)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"evqa: {file.name}: its content has changed since it was written",
        "evqa: Build it anew: evqa index --rebuild",
    ]
    assert evqa("index", "--rebuild", folder=folder).returncode == 0
    assert evqa("verify", folder=folder).returncode == 0


def test_a_missing_corpus_is_told(tmp_path: Path) -> None:
    assert complaint(evqa("index", folder=tmp_path)) == (
        "evqa: There is no corpus folder corpus. Make it and put articles in it (.md, .txt, .json,"
        " .jsonl, .html, .htm, .pdf, .docx, .eml, .mhtml), or name another with --corpus."
    )
    assert not (tmp_path / "index").exists()


def test_an_empty_corpus_is_told(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    assert complaint(evqa("index", folder=tmp_path)) == (
        "evqa: The corpus folder corpus holds no articles. Put files in it that end in .md, .txt,"
        " .json, .jsonl, .html, .htm, .pdf, .docx, .eml or .mhtml."
    )


@pytest.mark.parametrize("command", [("ask", "Why?"), ("search", "Why?"), ("status",)])
def test_a_missing_index_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert complaint(evqa(*command, folder=tmp_path)) == (
        "evqa: There is no index in index. Make it: evqa index"
    )


@pytest.mark.parametrize("command", [("ask", "Why?"), ("search", "Why?"), ("index",)])
def test_an_index_of_other_settings_is_told(built: Path, command: tuple[str, ...]) -> None:
    done = evqa(*command, folder=built, EVQA_CHUNK_TOKENS="128")
    assert complaint(done) == (
        "evqa: The index in index was built with the chunk tokens 256, not 128."
        " Go back to that, or build it anew: evqa index --rebuild"
    )


def test_a_damaged_index_is_told_and_a_rebuild_mends_it(folder: Path) -> None:
    for path in (folder / "index").glob("evqa.sqlite*"):
        path.write_bytes(b"garbage" * 1000)
    line = complaint(evqa("ask", MINUTES, folder=folder))
    assert line.startswith("evqa: The index in index is damaged: ")
    assert line.endswith(" Build it anew: evqa index --rebuild")
    assert evqa("index", "--rebuild", folder=folder).returncode == 0
    assert "17 minutes" in evqa("ask", MINUTES, folder=folder).stdout


def test_an_index_that_is_being_written_is_told(folder: Path) -> None:
    with closing(Store(folder / "index")) as store:
        built_by = store.manifest.built_by
    with writing(folder / "index", built_by):
        assert complaint(evqa("index", folder=folder)) == (
            "evqa: Another process is updating the index in index. Wait until it has finished."
        )
        assert "17 minutes" in evqa("ask", MINUTES, folder=folder).stdout


@pytest.mark.parametrize("question", ["", "  \n", "?!…"])
def test_a_question_without_words_is_told(built: Path, question: str) -> None:
    assert complaint(evqa("ask", question, folder=built)) == (
        "evqa: The question has no words. Ask it in a sentence."
    )


def test_a_question_that_is_far_too_long_is_told(built: Path) -> None:
    assert complaint(evqa("ask", "why " * 2500, folder=built)) == (
        "evqa: The question has 9,999 characters; 1,000 is the most. Ask for one thing at a time."
    )


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        (
            {"EVQA_EMBEDING_MODEL": "x"},
            "evqa: The environment variable EVQA_EMBEDING_MODEL is no setting of evqa."
            " Did you mean EVQA_EMBEDDING_MODEL?",
        ),
        (
            {"EVQA_MAX_QUOTES": "99"},
            "evqa: The setting max_quotes cannot be '99': Input should be less than or equal to"
            " 10. Set it as an argument, as EVQA_MAX_QUOTES, or in evqa.toml.",
        ),
    ],
)
def test_a_wrong_setting_is_told(built: Path, variables: dict[str, str], line: str) -> None:
    assert complaint(evqa("status", folder=built, **variables)) == line


def test_a_model_that_cannot_be_had_is_told(built: Path) -> None:
    done = evqa("ask", "Why?", folder=built, EVQA_EMBEDDING_MODEL="nobody/no-such-model")
    line = complaint(done)
    assert line.startswith("evqa: The model nobody/no-such-model cannot be loaded: ")
    assert line.endswith("or the folder of one.")


def test_a_port_that_is_taken_is_told(built: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert complaint(evqa("chat", "--port", port, folder=built)) == (
            f"evqa: Port {port} is in use. Stop the other program, or run: evqa chat --port"
            f" {port + 1}"
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "two", "questions"),
        ("search", "x", "-k", "0"),
        ("search", "x", "-k", "many"),
        ("chat", "--port", "99999"),
        ("no-such-command",),
        ("index", "--no-such-option"),
    ],
)
def test_wrong_usage_exits_with_2(built: Path, arguments: tuple[str, ...]) -> None:
    done = evqa(*arguments, folder=built)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_article_cannot_steer_the_terminal(corpus: Path, tmp_path: Path) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"
    write_corpus(
        corpus,
        {
            "hostile.md": f"The tram crossing takes 55 minutes{hostile} in the rain.\n",
            f"{hostile}name.md": "",
        },
    )
    index = evqa("index", folder=tmp_path)
    assert index.returncode == 1
    question = "How many minutes does the tram crossing take?"
    ask, search = evqa("ask", question, folder=tmp_path), evqa("search", "tram", folder=tmp_path)
    status = evqa("status", folder=tmp_path)
    assert "55 minutes\ufffd[2J\ufffd]0;owned" in ask.stdout
    assert "55 minutes\ufffd[2J\ufffd]0;owned" in search.stdout
    assert "name.md" in index.stderr
    assert "name.md" in status.stdout
    for done in (index, ask, search, status):
        printed = done.stdout + done.stderr
        assert [c for c in printed if not c.isprintable() and c != "\n"] == []


def test_output_that_nobody_reads_is_no_error(built: Path) -> None:
    command = f'"{sys.executable}" -m evqa search beehives --json | head -c 1'
    done = subprocess.run(
        ["sh", "-c", command], cwd=built, capture_output=True, text=True, check=False
    )
    assert outcome(done) == (0, "[", "")


def test_output_can_be_printed_where_the_terminal_knows_no_unicode(built: Path) -> None:
    done = evqa("search", "bridge lift", folder=built, PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_ask_takes_only_some_articles(built: Path) -> None:
    of = ("--outlet", "Port Gazette", "--from", "2025-03-01", "--to", "2025-03-31")
    done = evqa("ask", MINUTES, *of, folder=built)
    assert (done.returncode, done.stderr) == (0, "")
    assert "17 minutes" in done.stdout
    assert (
        "Looked for among articles of Port Gazette, from 2025-03-01 to 2025-03-31." in done.stdout
    )
    refused = evqa("ask", MINUTES, "--article", "bees.txt", folder=built)
    assert refused.stdout.startswith("The articles don't say, among those out of bees.txt.\n")
    found = evqa("search", MINUTES, "--article", "bees.txt", "--json", folder=built)
    assert {hit["article_id"] for hit in json.loads(found.stdout)} == {"bees.txt"}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--from", "yesterday"), "evqa: 'yesterday' is no day. Write it as 2026-02-11."),
        (
            ("--from", "2025-02-02", "--to", "2025-02-01"),
            "evqa: No day is from 2025-02-02 to 2025-02-01. Give the earlier one first.",
        ),
        (
            ("--language", "sv", "--outlet", "Port Gazette"),
            "evqa: There are no articles of Port Gazette, in the language sv. Ask of others.",
        ),
    ],
)
def test_filters_that_cannot_be_are_told(
    built: Path, arguments: tuple[str, ...], line: str
) -> None:
    assert complaint(evqa("ask", MINUTES, *arguments, folder=built)) == line
