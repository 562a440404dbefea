import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as some
from samples import BEES, BRIDGE, FERRY, article, build, write_corpus
from states import assistant, state_of, update

from evqa.index.stories import signs
from evqa.indexing import index_status
from evqa.records import Quote, Reading
from evqa.settings import Settings
from evqa.store import Store

LONG = "\n\n".join(
    f"On day {n} the ferry Solveig carried {n * 37} people, {n * 5} of them with bicycles, and"
    f" left pier {n % 7} at {n % 12}:{n + 10} in rain that the harbour master called number {n}."
    for n in range(40)
)


def printed(text: str, **fields: str) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{lines}---\n\n{text}\n"


def are_one_story(one: str, other: str) -> bool:
    return bool({*signs(article("a.md", one))} & {*signs(article("b.md", other))})


def test_the_same_text_is_one_story_whatever_stands_around_it() -> None:
    assert are_one_story(printed(LONG, title="Ferry", source="A"), printed(LONG, source="B"))
    assert are_one_story(BEES, BEES.replace("beekeepers'", "beekeepers’"))


def test_a_text_with_a_few_other_words_is_one_story() -> None:
    assert are_one_story(LONG, LONG.replace("On day 7 the ferry Solveig", "That week the ship"))
    assert are_one_story(LONG, f"{LONG}\n\nThis report first stood in the Port Gazette.")


def test_texts_that_share_a_part_are_two_stories() -> None:
    first, second = LONG[: len(LONG) // 2], LONG[len(LONG) // 2 :]
    assert not are_one_story(first, second)
    assert not are_one_story(LONG, first)
    assert not are_one_story(BEES, BRIDGE)
    assert signs(article("a.md", "…")) == []


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://a.example/ferry", "https://A.example/ferry?utm_source=x#top", True),
        ("https://a.example/ferry", "https://a.example/bees", False),
        ("https://a.example/", "https://a.example/", False),
        ("no address", "no address", False),
    ],
)
def test_texts_at_one_address_are_one_story(url: str, other: str, same: bool) -> None:
    assert are_one_story(printed(BEES, url=url), printed(BRIDGE, url=other)) is same


def stories(settings: Settings) -> list[tuple[str, ...]]:
    with closing(Store(settings.index)) as store:
        return [store.story(one.id) for one in store.articles()]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    chosen = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", chunk_tokens=32)
    texts = {
        "a.md": printed(BRIDGE, source="Late Post", published="2025-05-05"),
        "b.md": printed(BRIDGE, source="Early Post", published="2025-05-04"),
        "c.md": printed(BRIDGE, source="Undated Post"),
        "ferry.md": FERRY,
    }
    write_corpus(chosen.corpus, texts)
    return chosen


def test_the_earliest_shows_the_story_and_the_next_one_when_it_goes(settings: Settings) -> None:
    assert update(settings).reprints == 2
    assert stories(settings) == [("b.md", "a.md", "c.md")] * 3 + [("ferry.md",)]
    question = "Who is the lift at the old bridge for?"
    with closing(Store(settings.index)) as store:
        hit = assistant(store, settings).search(question)[0]
    assert (hit.article.id, hit.also_in) == ("b.md", ("a.md", "c.md"))
    (settings.corpus / "b.md").unlink()
    assert update(settings).reprints == index_status(settings).reprints == 1
    with closing(Store(settings.index)) as store:
        hits = assistant(store, settings).search(question)
    assert (hits[0].article.id, hits[0].also_in) == ("a.md", ("c.md",))
    assert "c.md" not in {one.article.id for one in hits}


def test_an_article_joins_two_stories_into_one(settings: Settings) -> None:
    page = "https://bridge.example/lift"
    texts = {"d.md": printed(BEES, url=page), "e.md": printed(BRIDGE, url=page)}
    write_corpus(settings.corpus, {"d.md": texts["d.md"]})
    assert update(settings).reprints == 2
    write_corpus(settings.corpus, {"e.md": texts["e.md"]})
    assert update(settings).reprints == 4
    assert ("d.md", "b.md", "a.md", "c.md", "e.md") in stories(settings)
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = settings.model_copy(update={"index": Path(folder)})
        update(rebuilt)
        assert stories(rebuilt) == stories(settings)
        assert state_of(rebuilt) == state_of(settings)


def test_what_only_a_later_print_at_the_address_says_is_found(tmp_path: Path) -> None:
    page = "https://bridge.example/lift"
    texts = {
        "a.md": printed(BRIDGE, url=page, published="2025-05-04"),
        "b.md": printed("The lift was opened by Greta Holm.", url=page, published="2025-06-04"),
    }
    build(tmp_path, texts)
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path)
    with closing(Store(tmp_path)) as store:
        hit = assistant(store, settings).search("Who opened the lift? Greta Holm?")[0]
    assert (hit.article.id, hit.also_in) == ("b.md", ("a.md",))


def is_remembered_right(settings: Settings) -> bool:
    """Whether the signs that are kept as shared are those that several articles have."""
    query = "SELECT sign FROM signs GROUP BY sign HAVING count(*) > 1"
    with closing(Store(settings.index)) as store, store.reading() as connection:
        shared = set(map(tuple, connection.execute("SELECT sign FROM shared_signs")))
        return shared == set(map(tuple, connection.execute(query)))


@example_settings(max_examples=15, deadline=None)
@given(
    some.lists(
        some.dictionaries(
            some.sampled_from("abcd"), some.sampled_from([BEES, BRIDGE, FERRY]), min_size=1
        ),
        min_size=1,
        max_size=4,
    )
)
def test_shared_signs_are_those_of_several_articles_whatever_comes_and_goes(
    histories: list[dict[str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(corpus=Path(folder, "corpus"), index=Path(folder, "index"))
        for texts in histories:
            shutil.rmtree(settings.corpus, ignore_errors=True)
            write_corpus(settings.corpus, {f"{name}.md": text for name, text in texts.items()})
            report = update(settings)
            assert is_remembered_right(settings)
            assert report.reprints == len(texts) - len(set(texts.values()))


def quote(article_id: str, source: str, also_in: tuple[str, ...] = ()) -> Quote:
    return Quote(article_id, 0, 1, "7", "", source, "", "", None, 1.0, 0, 1, also_in=also_in)


def test_a_reprint_is_a_second_voice_only_where_it_names_another_outlet() -> None:
    def outlets(*quotes: Quote) -> tuple[str, ...]:
        return Reading("7", 0, 1, quotes).outlets

    assert outlets(quote("a.md", ""), quote("b.md", "")) == ("a.md", "b.md")
    assert outlets(quote("a.md", "", ("b.md",)), quote("b.md", "", ("a.md",))) == ("a.md",)
    assert outlets(quote("a.md", "A", ("b.md",)), quote("b.md", "", ("a.md",))) == ("A",)
    assert outlets(quote("a.md", "A", ("b.md",)), quote("b.md", "B")) == ("A", "B")
