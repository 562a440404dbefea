import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.citations import cut, render
from evqa.errors import TranscriptError
from evqa.records import Answer, Article, Hit, Original, Passage
from evqa.web.places import link_to
from evqa.web.transcripts import as_markdown, read_transcript, standing, transcript

ARTICLE = Article(
    "yu7.md",
    "A YU7",
    "One sentence. Another sentence.",
    url="https://daily.example/",
    published=date(2026, 2, 11),
    sha256="abc",
    reports_on=Original("Electrek", published=date(2026, 2, 9)),
)
HIT = Hit(Passage(0, "yu7.md", 0, 0, 31, 6), ARTICLE, 0.9, ("copy.md",))
ONE, ANOTHER = cut(HIT, 0, 13, 0.9), cut(HIT, 14, 31, 0.8)
ANSWER = Answer("Why?", "Why so?", render([ONE, ANOTHER]), True, 0.9, (ONE, ANOTHER))
REFUSAL = Answer("When?", "When?", "The articles don't say.", False, 0.1, hits=(HIT,))
ARTICLES = {"yu7.md": ARTICLE}


def test_a_transcript_leads_back_to_its_answers() -> None:
    kept = json.loads(json.dumps(transcript([ANSWER, REFUSAL], ARTICLES.get)))
    assert read_transcript(kept) == [(ANSWER, ("abc", "abc")), (replace(REFUSAL, hits=()), ())]


def test_a_transcript_says_where_each_quote_stands_and_how_to_check_it() -> None:
    quote = transcript([ANSWER], ARTICLES.get)["exchanges"][0]["quotes"][0]
    said = {name: quote[name] for name in ("article_id", "start", "end", "text", "published")}
    assert said == {
        "article_id": "yu7.md",
        "start": 0,
        "end": 13,
        "text": "One sentence.",
        "published": "2026-02-11",
    }
    assert quote["words_sha256"] == hashlib.sha256(b"One sentence.").hexdigest()
    assert quote["article_sha256"] == "abc"
    assert quote["link"] == link_to(ONE, [ONE, ANOTHER])


def test_what_became_of_a_quote_is_told() -> None:
    assert standing(ONE, "abc", ARTICLE) == ""
    assert standing(ONE, "old", ARTICLE) == (
        "Its article has changed since; these words still stand in it."
    )
    assert standing(ONE, "abc", replace(ARTICLE, text="Else.")) == (
        "Its article has changed, and no longer has these words there."
    )
    assert standing(ONE, "abc", None) == "Its article is no longer in the collection."


def test_a_conversation_reads_as_markdown() -> None:
    sha256 = hashlib.sha256(b"One sentence.").hexdigest()
    text = as_markdown([replace(ANSWER, quotes=(ONE,)), REFUSAL], date(2026, 3, 1))
    assert text == (
        "# Conversation with evqa, 2026-03-01\n\n## Why?\n\nLooked up as: Why so?\n\n"
        f"**\\[1\\]** yu7.md, characters 0 to 13, sha256 `{sha256}`\n\n> One sentence.\n>\n"
        "> — yu7.md on a report in Electrek, 9 February 2026, [A YU7](<https://daily.example/>)"
        "\n\n## When?\n\nThe articles don't say.\n"
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "exchanges", "quotes", "question", "article_sha256"]), inner
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_what_is_no_transcript_is_told(kept: object) -> None:
    try:
        assert isinstance(read_transcript(kept), list)
    except TranscriptError as error:
        said = error.message
        assert said.endswith(".")


def test_an_altered_transcript_is_told() -> None:
    kept = transcript([ANSWER], ARTICLES.get)
    kept["exchanges"][0]["quotes"][0]["start"] = "soon"
    with pytest.raises(TranscriptError):
        read_transcript(kept)
