import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from samples import ARTICLES, BEES, BRIDGE, FERRY, passages_of, write_corpus

from evqa.assistant import Assistant
from evqa.chunking import count_tokens
from evqa.corpus import article_paths
from evqa.errors import CorpusError, IndexCorrupt, IndexMismatch, IndexNotFound
from evqa.indexing import index_status, update_index
from evqa.records import Failure, IndexReport
from evqa.settings import Settings
from evqa.store import Store


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    return Settings(corpus=corpus, index=tmp_path / "index")


def age(folder: Path, days: int = 1) -> None:
    """Let the files of a folder have changed days ago."""
    for path in folder.rglob("*"):
        then = 1_600_000_000 - days * 86_400
        os.utime(path, (then, then))


_opened: list[str] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _opened is not None and isinstance(arguments[0], str):
        _opened.append(arguments[0])


@contextmanager
def opened_in(folder: Path) -> Iterator[list[str]]:
    """The names of the files below a folder that this process opens meanwhile."""
    global _opened
    found: list[str] = []
    _opened = []
    try:
        yield found
    finally:
        below = {path for path in _opened if Path(path).is_relative_to(folder)}
        found += sorted(Path(path).relative_to(folder).as_posix() for path in below)
        _opened = None


sys.addaudithook(_note)


def update(settings: Settings, **options: Any) -> IndexReport:
    """Update, and leave out of the report what no test can foretell."""
    report = update_index(settings, **options)
    assert report.seconds > 0
    return replace(report, seconds=0.0)


def tokens_of(settings: Settings, *article_ids: str) -> int:
    return sum(
        tokens
        for article_id, _, _, tokens, _ in passages_of(settings.index)
        if article_id in article_ids
    )


def test_a_first_update_adds_every_article(settings: Settings) -> None:
    report = update(settings)
    passages = passages_of(settings.index)
    assert report == IndexReport(
        added=("archiv/brücke.md", "bees.txt", "ferry.md"),
        updated=(),
        removed=(),
        unchanged=(),
        failed=(),
        passages=len(passages),
        tokens_embedded=sum(tokens for _, _, _, tokens, _ in passages),
        seconds=0.0,
    )
    assert all(tokens == count_tokens(text) for _, _, _, tokens, text in passages)


def test_an_update_that_is_told_where_to_look_opens_nothing_else(settings: Settings) -> None:
    update(settings)
    write_corpus(
        settings.corpus,
        {"rain.md": "It rains in Bergen.", "news/a.md": "Snow in Oslo.", "other.md": "Unseen."},
    )
    (settings.corpus / "bees.txt").unlink()
    with opened_in(settings.corpus) as opened:
        report = update(settings, only=[Path("rain.md"), Path("news"), Path("bees.txt")])
    assert opened == ["news/a.md", "rain.md"]
    assert (report.added, report.removed) == (("news/a.md", "rain.md"), ("bees.txt",))
    assert (report.updated, report.unchanged, report.failed) == ((), (), ())
    assert report.looked_at == ("bees.txt", "news", "rain.md")
    assert index_status(settings).stale == ("other.md",)


def test_a_renamed_file_is_told_apart_where_both_names_are_looked_at(settings: Settings) -> None:
    update(settings)
    (settings.corpus / "ferry.md").rename(settings.corpus / "boat.md")
    report = update(settings, only=[Path("ferry.md"), Path("boat.md")])
    assert (report.renamed, report.tokens_embedded) == ((("ferry.md", "boat.md"),), 0)


def test_the_lines_of_a_file_are_looked_at_with_it(settings: Settings) -> None:
    update(settings)
    lines = ['{"text": "It rains in Bergen."}', '{"text": "It snows in Oslo."}']
    write_corpus(settings.corpus, {"two.jsonl": "\n".join(lines), "two.jsonl.md": "No line."})
    update(settings)
    write_corpus(settings.corpus, {"two.jsonl": lines[0]})
    (settings.corpus / "two.jsonl.md").unlink()
    report = update(settings, only=[Path("two.jsonl")])
    assert (report.unchanged, report.removed) == (("two.jsonl#1",), ("two.jsonl#2",))


def test_a_first_update_and_one_after_a_broken_one_look_at_everything(settings: Settings) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    everything = ("archiv/brücke.md", "bees.txt", "ferry.md")
    with pytest.raises(KeyboardInterrupt):
        update(settings, only=[Path("bees.txt")], progress=stop)
    report = update(settings, only=[Path("bees.txt")])
    assert (report.added, report.looked_at) == (everything, (".",))
    write_corpus(settings.corpus, {"rain.md": "It rains in Bergen."})
    with pytest.raises(KeyboardInterrupt):
        update(settings, only=[Path("rain.md")], progress=stop)
    report = update(settings, only=[Path("bees.txt")])
    assert (report.added, report.looked_at) == (("rain.md",), (".",))
    assert update(settings, only=[Path("bees.txt")]).looked_at == ("bees.txt",)


@pytest.mark.parametrize("place", ["../elsewhere.md", "/elsewhere.md", "news/../../elsewhere.md"])
def test_a_place_outside_the_corpus_is_refused(settings: Settings, place: str) -> None:
    update(settings)
    with pytest.raises(CorpusError, match="is no place in the corpus folder"):
        update(settings, only=[Path(place)])


def test_hidden_files_and_what_links_lead_to_are_no_part_of_the_corpus(
    settings: Settings, tmp_path: Path
) -> None:
    update(settings)
    write_corpus(tmp_path / "else", {"secret.md": "Out of the corpus."})
    write_corpus(settings.corpus, {".draft.md": "No.", ".git/x.md": "No.", "notes.odt": "No."})
    (settings.corpus / "link").symlink_to(tmp_path / "else")
    names = (".draft.md", ".git", ".git/x.md", "notes.odt", "link", "link/secret.md")
    report = update(settings, only=[Path(name) for name in names])
    assert (report.added, report.failed, report.removed) == ((), (), ())


def test_an_update_without_a_change_embeds_nothing(settings: Settings) -> None:
    first = update(settings)
    (settings.corpus / "ferry.md").touch()
    assert update(settings) == replace(
        first, added=(), unchanged=("archiv/brücke.md", "bees.txt", "ferry.md"), tokens_embedded=0
    )


def test_an_update_reads_only_what_changed(settings: Settings) -> None:
    update(settings)
    (settings.corpus / "bees.txt").unlink()
    write_corpus(
        settings.corpus,
        {"ferry.md": FERRY.replace("17 minutes", "19 minutes"), "new.md": "It rains in Bergen."},
    )
    report = update(settings)
    assert report == IndexReport(
        added=("new.md",),
        updated=("ferry.md",),
        removed=("bees.txt",),
        unchanged=("archiv/brücke.md",),
        failed=(),
        passages=len(passages_of(settings.index)),
        tokens_embedded=tokens_of(settings, "new.md", "ferry.md"),
        seconds=0.0,
    )
    texts = " ".join(text for *_, text in passages_of(settings.index))
    assert "19 minutes" in texts
    assert "17 minutes" not in texts
    assert "beehives" not in texts


def test_a_change_of_front_matter_alone_is_a_change(settings: Settings) -> None:
    update(settings)
    write_corpus(settings.corpus, {"ferry.md": FERRY.replace("Mara", "Maria")})
    assert update(settings).updated == ("ferry.md",)
    with closing(Store(settings.index)) as store:
        article = store.article("ferry.md")
    assert article is not None
    assert article.author == "Maria Lindqvist"


def test_a_renamed_article_keeps_its_passages(settings: Settings) -> None:
    first = update(settings)
    with closing(Store(settings.index)) as store:
        before = store.passages_of("bees.txt")
    (settings.corpus / "bees.txt").rename(settings.corpus / "hives.txt")
    assert update(settings) == replace(
        first,
        added=(),
        renamed=(("bees.txt", "hives.txt"),),
        unchanged=("archiv/brücke.md", "ferry.md"),
        tokens_embedded=0,
    )
    with closing(Store(settings.index)) as store:
        assert store.article("bees.txt") is None
        assert store.passages_of("bees.txt") == []
        assert store.passages_of("hives.txt") == [
            replace(passage, article_id="hives.txt") for passage in before
        ]


def test_a_copy_is_added_without_being_embedded(settings: Settings) -> None:
    update(settings)
    write_corpus(settings.corpus, {"copy.txt": BEES})
    report = update(settings)
    assert (report.added, report.renamed, report.removed) == (("copy.txt",), (), ())
    assert report.tokens_embedded == 0


def test_an_article_that_is_moved_and_one_that_is_copied_are_told_apart(settings: Settings) -> None:
    update(settings)
    (settings.corpus / "bees.txt").unlink()
    write_corpus(settings.corpus, {"one.txt": BEES, "two.txt": BEES, "three.md": FERRY})
    report = update(settings)
    assert report.renamed == (("bees.txt", "one.txt"),)
    assert report.added == ("three.md", "two.txt")
    assert (report.removed, report.tokens_embedded) == ((), 0)


def test_articles_that_change_places_are_two_edits(settings: Settings) -> None:
    update(settings)
    write_corpus(settings.corpus, {"bees.txt": BRIDGE, "archiv/brücke.md": BEES})
    report = update(settings)
    assert (report.updated, report.tokens_embedded) == (("archiv/brücke.md", "bees.txt"), 0)


def test_an_edit_embeds_only_the_passages_that_changed(settings: Settings) -> None:
    paragraphs = [f"Paragraph {n} tells of day {n}. " * 30 for n in range(9)]
    write_corpus(settings.corpus, {"long.md": "# Days\n\n" + "\n\n".join(paragraphs)})
    update(settings)
    before = passages_of(settings.index)
    paragraphs[-1] = "It rains. " * 30
    write_corpus(settings.corpus, {"long.md": "# Days\n\n" + "\n\n".join(paragraphs)})
    report = update(settings)
    changed = [passage for passage in passages_of(settings.index) if passage not in before]
    assert 0 < len(changed) < 4
    assert report.tokens_embedded == sum(tokens for _, _, _, tokens, _ in changed)


def test_a_renamed_article_that_can_no_longer_be_read_is_gone(settings: Settings) -> None:
    update(settings)
    (settings.corpus / "ferry.md").rename(settings.corpus / "ferry.json")
    report = update(settings)
    assert (report.renamed, report.removed) == ((), ("ferry.md",))
    assert [failure.article_id for failure in report.failed] == ["ferry.json"]


def test_the_same_text_in_two_files_is_two_articles(settings: Settings) -> None:
    write_corpus(settings.corpus, {"copy.txt": BEES})
    update(settings)
    copies = [passage[1:] for passage in passages_of(settings.index) if passage[0] == "copy.txt"]
    assert copies == [
        passage[1:] for passage in passages_of(settings.index) if "bees" in passage[0]
    ]
    (settings.corpus / "bees.txt").unlink()
    update(settings)
    with closing(Store(settings.index)) as store:
        assert sorted(store.hashes()) == ["archiv/brücke.md", "copy.txt", "ferry.md"]
    assert copies == [
        passage[1:] for passage in passages_of(settings.index) if passage[0] == "copy.txt"
    ]


def test_files_that_look_as_before_are_not_read(settings: Settings) -> None:
    age(settings.corpus)
    update(settings)
    ferry = settings.corpus / "ferry.md"
    ferry.write_bytes(FERRY.encode())
    with opened_in(settings.corpus) as opened:
        assert index_status(settings).stale == ()
        report = update(settings)
    assert opened == ["ferry.md"]
    assert report.unchanged == ("archiv/brücke.md", "bees.txt", "ferry.md")
    with opened_in(settings.corpus) as opened:
        assert update(settings, rebuild=True).added == report.unchanged
    assert opened == ["archiv/brücke.md", "bees.txt", "ferry.md"]


def test_an_edit_that_keeps_size_and_time_is_seen(settings: Settings) -> None:
    age(settings.corpus)
    update(settings)
    write_corpus(settings.corpus, {"ferry.md": FERRY.replace("17 minutes", "19 minutes")})
    age(settings.corpus)
    assert index_status(settings).stale == ("ferry.md",)
    assert update(settings).updated == ("ferry.md",)


def test_files_of_one_size_and_time_that_change_places_are_two_edits(settings: Settings) -> None:
    one, other, third = (settings.corpus / f"{name}.md" for name in "xyz")
    write_corpus(settings.corpus, {"x.md": "It rains in Oslo.", "y.md": "It pours in Rome."})
    age(settings.corpus)
    update(settings)
    one.rename(third)
    other.rename(one)
    third.rename(other)
    assert update(settings).updated == ("x.md", "y.md")


def test_an_edit_right_after_an_update_is_seen(settings: Settings) -> None:
    for minutes in range(10, 30):
        text = FERRY.replace("17 minutes", f"{minutes} minutes")
        write_corpus(settings.corpus, {"ferry.md": text})
        update(settings)
        with closing(Store(settings.index)) as store:
            article = store.article("ferry.md")
        assert article is not None
        assert f"{minutes} minutes" in article.text


def test_new_times_alone_make_no_new_generation(settings: Settings) -> None:
    for days in range(3):
        age(settings.corpus, days)
        update(settings)
    assert index_status(settings).generation == 1


def test_the_text_stored_beside_a_document_is_looked_at_too(settings: Settings) -> None:
    page = "<html><head><title>Rain</title></head><body><article><p>{}</p></article></body></html>"
    (settings.corpus / "rain.html").write_text(page.format("It rains in Bergen today. " * 20))
    update(settings)
    age(settings.corpus)
    update(settings)
    beside = settings.corpus / "rain.html.extracted.md"
    beside.write_text(beside.read_text("utf-8").replace("Bergen", "Odense"), "utf-8")
    age(settings.corpus)
    assert update(settings).updated == ("rain.html",)
    beside.unlink()
    assert update(settings).updated == ("rain.html",)


def test_an_unreadable_article_does_not_stop_the_others(settings: Settings) -> None:
    (settings.corpus / "empty.md").touch()
    (settings.corpus / "latin.txt").write_bytes("Größe".encode("latin-1"))
    (settings.corpus / "link.md").symlink_to("nowhere.md")
    os.mkfifo(settings.corpus / "pipe.md")
    report = update(settings)
    assert report.added == ("archiv/brücke.md", "bees.txt", "ferry.md")
    assert report.failed == (
        Failure("empty.md", "empty.md: it is empty. Write something in it or remove it."),
        Failure("latin.txt", "latin.txt: it is not UTF-8 (byte 2 is 0xf6). Save it as UTF-8."),
        Failure(
            "link.md",
            "link.md: it cannot be read (No such file or directory). Check its permissions.",
        ),
        Failure("pipe.md", "pipe.md: it is no regular file. Replace it."),
    )


def test_what_was_indexed_of_an_article_stays_when_it_cannot_be_read(settings: Settings) -> None:
    update(settings)
    before = passages_of(settings.index)
    (settings.corpus / "ferry.md").write_bytes(b"\xff")
    report = update(settings)
    assert (report.updated, report.removed) == ((), ())
    assert [failure.article_id for failure in report.failed] == ["ferry.md"]
    assert passages_of(settings.index) == before
    write_corpus(settings.corpus, {"ferry.md": FERRY})
    assert update(settings).unchanged == ("archiv/brücke.md", "bees.txt", "ferry.md")


def test_a_corpus_of_unreadable_articles_only_makes_an_empty_index(tmp_path: Path) -> None:
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    write_corpus(settings.corpus, {"empty.md": ""})
    report = update(settings)
    assert (report.added, report.passages, len(report.failed)) == ((), 0, 1)
    with Assistant.open(settings) as assistant:
        answer = assistant.ask("How long does it take?")
    assert (answer.answered, answer.hits, answer.confidence) == (False, (), 0.0)


@pytest.mark.parametrize("what", ["emptied", "gone"])
@pytest.mark.parametrize("rebuild", [False, True])
def test_an_empty_corpus_leaves_the_index_untouched(
    settings: Settings, what: str, rebuild: bool
) -> None:
    update(settings)
    before = passages_of(settings.index)
    shutil.rmtree(settings.corpus)
    if what == "emptied":
        settings.corpus.mkdir()
    with pytest.raises(CorpusError):
        update_index(settings, rebuild=rebuild)
    assert passages_of(settings.index) == before


def test_progress_counts_the_passages_to_embed(settings: Settings) -> None:
    write_corpus(
        settings.corpus, {"long.txt": "".join(f"It rains on day {n}. " for n in range(1500))}
    )
    steps: list[tuple[int, int]] = []
    report = update_index(settings, progress=lambda done, total: steps.append((done, total)))
    assert report.passages > 20
    assert steps[0] == (0, report.passages)
    assert steps[-1] == (report.passages, report.passages)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})


def test_updating_and_rebuilding_give_the_same_passages_and_answers(
    settings: Settings, tmp_path: Path
) -> None:
    write_corpus(settings.corpus, {"ferry.md": BRIDGE, "other.md": BEES})
    update(settings)
    (settings.corpus / "other.md").unlink()
    write_corpus(settings.corpus, ARTICLES)
    update(settings)
    rebuilt = settings.model_copy(update={"index": tmp_path / "rebuilt"})
    shutil.copytree(settings.index, rebuilt.index)
    report = update(rebuilt, rebuild=True)
    assert report.added == tuple(article_paths(settings.corpus))
    assert passages_of(rebuilt.index) == passages_of(settings.index)
    with Assistant.open(settings) as one, Assistant.open(rebuilt) as other:
        for question in ("How long does the crossing take?", "How many beehives are there?"):
            answers = [assistant.ask(question) for assistant in (one, other)]
            assert answers[0].answered
            assert answers[0].text == answers[1].text
            assert answers[0].confidence == pytest.approx(answers[1].confidence, abs=1e-4)


def test_an_index_of_other_passage_lengths_is_not_updated(settings: Settings) -> None:
    update(settings)
    before = passages_of(settings.index)
    shorter = settings.model_copy(update={"chunk_tokens": 32})
    with pytest.raises(IndexMismatch) as caught:
        update_index(shorter)
    assert (caught.value.message, caught.value.hint) == (
        f"The index in {settings.index} was built with the chunk tokens 256, not 32.",
        "Go back to that, or build it anew: evqa index --rebuild",
    )
    assert passages_of(settings.index) == before
    assert update(shorter, rebuild=True).passages > len(before)
    assert all(tokens <= 32 for _, _, _, tokens, _ in passages_of(settings.index))


def test_a_rebuild_mends_a_damaged_index(settings: Settings) -> None:
    report = update(settings)
    for path in settings.index.glob("evqa.sqlite*"):
        path.write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexCorrupt):
        update_index(settings)
    assert update(settings, rebuild=True) == report


def test_the_status_says_what_the_index_holds(settings: Settings, embedder: object) -> None:
    report = update(settings)
    status = index_status(settings)
    assert datetime.fromisoformat(status.built_at).tzinfo is not None
    assert status.bytes_on_disk > sum(len(text) for text in ARTICLES.values())
    assert {**status.to_dict(), "built_at": "", "bytes_on_disk": 0} == {
        "corpus": str(settings.corpus),
        "index": str(settings.index),
        "articles": 3,
        "reprints": 0,
        "waiting": 0,
        "passages": report.passages,
        "bytes_on_disk": 0,
        "embedding_model": (
            "bge-small-en-v1.5"
            " sha256:68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743"
        ),
        "generation": 1,
        "built_at": "",
        "stale": (),
    }


def test_the_status_names_what_is_not_in_the_index_yet(settings: Settings) -> None:
    update(settings)
    (settings.corpus / "bees.txt").unlink()
    write_corpus(settings.corpus, {"ferry.md": FERRY + "More.", "new.md": "It rains."})
    assert index_status(settings).stale == ("bees.txt", "ferry.md", "new.md")
    update(settings)
    assert index_status(settings).stale == ()
    assert index_status(settings).generation == 2


def test_the_status_of_no_index_is_an_error(settings: Settings) -> None:
    with pytest.raises(IndexNotFound):
        index_status(settings)


def test_the_stored_hash_is_of_the_file(settings: Settings) -> None:
    update(settings)
    with closing(Store(settings.index)) as store:
        assert store.hashes() == {
            article_id: hashlib.sha256(content.encode()).hexdigest()
            for article_id, content in ARTICLES.items()
        }
