import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import WordEmbedder, WordReranker, build
from tracing_cases import Case, cases, files, news

from evqa.assistant import Assistant
from evqa.errors import QuestionError
from evqa.language.typography import fold
from evqa.records import Difference, Trace
from evqa.retrieval import Retriever
from evqa.settings import Settings
from evqa.store import Store
from evqa.tracing import MAX_PASTED, report, trace

# tracing.NEAR was chosen on the cases of seed 1: the most similar that was invented came to 0.58,
# the least similar that was altered to 0.78. These are of the other half of the sentences.
MEASURED = news(2)
MEASURED_CASES = cases(2, MEASURED)
HAN = "小米汽车在北京工厂生产的新款电动轿车已经通过所有安全测试并将从明年春天开始向全国用户交付" * 6
TEXTS = {
    "early.md": "---\npublished: 2024-05-01\nsource: Gazette\nurl: https://gazette.example/1\n---\n"
    "The mayor said: “We won’t pay 1,204 kroner.” It was −5 °C on Monday.\n\nNobody at the U.S. "
    "base was hurt – the café\nstayed open. He can’t deny that the drink is sugar-free.",
    "late.md": "---\npublished: 2025-06-02\n---\nHis un-American speech cost A$15 million. "
    "Earlier, the mayor said: “We won’t pay 1,204 kroner.” The ferry is 5.5 m long.",
    "undated.md": 'The mayor said: "We won\'t pay 1,204 kroner." That was all.',
    "zh.md": f"小米汽车表示，今年没有计划出口。\n新车售价二十五万元，交付15万辆。\n\n{HAN}",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("tracing") / "index"
    build(folder, files(MEASURED) | TEXTS)
    with closing(Store(folder)) as store:
        yield Retriever(store, WordEmbedder(), WordReranker())


@pytest.fixture(scope="module")
def texts(source: Retriever) -> dict[str, str]:
    return {one.id: one.text for one in source._store.articles()}


def kinds(traced: Trace) -> set[str]:
    return {one.kind for place in traced.places[:1] for one in place.differences}


def held_by(traced: Trace) -> list[str]:
    return [place.quotes[0].article_id for place in traced.places]


def test_what_is_measured_on_cases_that_nothing_was_chosen_on(source: Retriever) -> None:
    traced = {case: trace(case.text, source) for case in MEASURED_CASES}
    counts = Counter((case.kind, found.verdict) for case, found in traced.items())
    print(sorted(counts.items()))
    assert len(traced) >= 250
    assert counts == Counter((case.kind, case.expected) for case in traced)
    for case, found in traced.items():
        if case.kind != "invented":
            assert case.article_id in held_by(found)
        if case.kind in ("number", "negation"):
            assert case.kind in kinds(found)


@pytest.mark.parametrize("case", MEASURED_CASES[::7], ids=lambda case: case.kind)
def test_every_place_and_difference_stands_where_it_says(
    source: Retriever, texts: dict[str, str], case: Case
) -> None:
    for place in trace(case.text, source).places:
        for quote in place.quotes:
            text = texts[quote.article_id]
            assert text[quote.start : quote.end] == quote.text
            assert quote.text in place.context
        for one in place.differences:
            assert text[one.article_start : one.article_end] == one.article_text
            assert case.text[one.start : one.end] == one.text
            assert one.article_text != one.text or one.kind == "order"


@settings(max_examples=150)
@given(st.data())
def test_any_four_words_of_an_article_or_more_are_found_exactly(
    source: Retriever, texts: dict[str, str], data: st.DataObject
) -> None:
    article_id = data.draw(st.sampled_from(sorted(set(texts) - {"zh.md"})))
    words = texts[article_id].split()
    start = data.draw(st.integers(0, len(words) - 4))
    pasted = " ".join(words[start : data.draw(st.integers(start + 4, len(words)))])
    found = trace(pasted, source)
    assert (found.verdict, article_id in held_by(found)) == ("exact", True)
    for place in found.places:
        (quote,) = place.quotes
        assert texts[quote.article_id][quote.start : quote.end] == quote.text
        assert fold(quote.text).text.casefold() in fold(pasted).text.casefold()
        assert len(fold(pasted).text) - len(fold(quote.text).text) <= 4


@settings(max_examples=60)
@given(st.integers(0, len(HAN) - 8), st.integers(8, 120))
def test_any_eight_chinese_characters_are_found_wherever_a_passage_was_cut(
    source: Retriever, start: int, length: int
) -> None:
    found = trace(HAN[start : start + length], source)
    assert (found.verdict, set(held_by(found))) == ("exact", {"zh.md"})


@pytest.mark.parametrize(
    "pasted",
    [
        "We won't pay 1,204 kroner.",
        "“We won’t pay 1,204 kroner,”",
        "'we won‘t  pay\n1,204 kroner'",
        "It was -5 °C on Monday",
        'kroner." It was –5 °C on Monday. Nobody at the U.S. base',
        "the cafe\u0301 stayed open",
        "was hurt — the café stayed",
        "nobody at the\u2009U.S. base",
        'The mayor said: "We won\'t pay 1,204 kro\u00adner."',
    ],
)
def test_what_typography_changes_is_exact(source: Retriever, pasted: str) -> None:
    found = trace(pasted, source)
    assert (found.verdict, held_by(found)[0]) == ("exact", "early.md")


@pytest.mark.parametrize(
    ("pasted", "kind"),
    [
        ("We won't pay 1,205 kroner", "number"),
        ("We won't pay 204 kroner", "number"),
        ("We will pay 1,204 kroner", "negation"),
        ("We won't pay 1,204 euros", "number"),
        ("It was 5 °C on Monday", "number"),
        ("It was −5 °F on Monday", "number"),
        ("speech cost $15 million", "number"),
        ("speech cost A$1 million", "number"),
        ("speech cost A$15 billion", "number"),
        ("American speech cost A$15 million", "negation"),
        ("5 m long", "number"),
        ("The ferry is 5", "number"),
        ("he can", "negation"),
        ("the drink is sugar", "word"),
        ("The mayor SAID: “We won’t pay 1,204 kroner.”", "case"),
        ("The mayor said; “We won’t pay 1,204 kroner.”", "punctuation"),
        ("We won't pay 1,204 kroner!", "punctuation"),
        ("base was hurt - the cafe stayed open", "word"),
        ("Somebody at the U.S. base was hurt", "negation"),
        ("The governor said: “We won’t pay 1,204 kroner.”", "word"),
        ("the drink is sugar-free. It was −5 °C on Monday.", "order"),
        ("It was −5 °C on Monday. He can’t deny that the drink is sugar-free.", "negation"),
        ("今年有计划出口", "negation"),
        ("有计划出口", "negation"),
        ("新车售价五万元", "number"),
        ("交付5万辆", "number"),
        ("交付15", "number"),
    ],
)
def test_what_changes_words_is_never_exact(source: Retriever, pasted: str, kind: str) -> None:
    found = trace(pasted, source)
    assert found.verdict in ("near", "none")
    assert found.verdict == "none" or kind in kinds(found)


def test_all_articles_that_hold_it_are_listed_earliest_first(source: Retriever) -> None:
    found = trace("“We won’t pay 1,204 kroner.”", source)
    assert held_by(found) == ["early.md", "late.md", "undated.md"]
    quote = found.places[0].quotes[0]
    assert (quote.text, quote.source, str(quote.published), quote.url) == (
        "We won’t pay 1,204 kroner",
        "Gazette",
        "2024-05-01",
        "https://gazette.example/1",
    )


def test_a_differing_number_is_marked_in_both_texts(source: Retriever) -> None:
    (place,) = trace("It was −6 °C on Monday.", source).places
    start = place.quotes[0].start
    assert place.quotes[0].text == "It was −5 °C on Monday"
    assert place.differences == (Difference("number", "−5", start + 7, start + 9, "−6", 7, 9),)


@pytest.mark.parametrize("ellipsis", [" … ", "...", " [...] ", "[…]", " (…) "])
def test_an_ellipsis_is_named_by_what_it_leaves_out(source: Retriever, ellipsis: str) -> None:
    found = trace(f"“Nobody at the U.S. base{ellipsis}the café stayed open.”", source)
    assert found.verdict == "shortened"
    (place,) = found.places
    assert [quote.text for quote in place.quotes] == [
        "Nobody at the U.S. base",
        "the café\nstayed open",
    ]
    assert place.omitted == (len(" was hurt – "),)
    assert "[12 characters left out]" in report(found)


@pytest.mark.parametrize(
    "pasted",
    ["the café stayed open … Nobody at the U.S. base", "Nobody at the U.S. base … We won’t go"],
)
def test_parts_in_another_order_or_of_no_article_are_not_a_shortened_quote(
    source: Retriever, pasted: str
) -> None:
    assert trace(pasted, source).verdict in ("near", "none")


@pytest.mark.parametrize(
    ("pasted", "complaint"),
    [
        ("a" * 1_000_000, "The text has 1,000,000 characters; 5,000 is the most. Trace a few"),
        ("", "The text has no words."),
        ("… “!” —", "The text has no words."),
    ],
)
def test_what_cannot_be_traced_is_refused_in_one_line(
    source: Retriever, pasted: str, complaint: str
) -> None:
    with pytest.raises(QuestionError, match=complaint) as caught:
        trace(pasted, source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "piece", ["a ", "a", "“", "\u0301a", "...a ", "1.", "[…] It was ", "字", "' "]
)
def test_a_text_of_one_piece_again_and_again_is_read(source: Retriever, piece: str) -> None:
    pasted = (piece * MAX_PASTED)[: MAX_PASTED - 1] + "x"
    assert trace(pasted, source).verdict in ("none", "near")


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_traced_and_printed(source: Retriever, pasted: str) -> None:
    found = trace(f"x{pasted}", source)
    assert json.loads(json.dumps(found.to_dict()))["verdict"] == found.verdict
    assert report(found)


def test_the_command_line_prints_it(flagship: Settings, assistant: Assistant) -> None:
    article = assistant.articles()[0]
    pasted = " ".join(article.text.split()[:12])
    command = [sys.executable, "-m", "evqa", "trace", pasted, "--index", str(flagship.index)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Word for word in ")
    done = subprocess.run([*command, "--json"], capture_output=True, encoding="utf-8", check=False)
    assert json.loads(done.stdout) == assistant.trace(pasted).to_dict()
    assert str(Path(article.id)) in done.stdout
