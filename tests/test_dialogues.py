"""Dialogues over the repository's own corpus, turn by turn and as a whole."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import CORPUS
from texts import TEXTS

from evqa.assistant import Assistant
from evqa.conversation import already_shown, quoted, standalone
from evqa.language.sentences import sentences
from evqa.records import Turn

DIALOGUES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "dialogues.jsonl").read_text("utf-8").splitlines()
]
# What was measured on the dialogues for the report before anybody had looked at what went wrong.
LEAST_RIGHT_OF_ALL, LEAST_RIGHT_OF_FOLLOW_UPS = 71 / 79, 50 / 58
FRAGMENTS = st.sampled_from(
    (
        *("it ", "its ", "they ", "he ", "she ", "that", "there", "then", "the car ", "and in "),
        *(
            "what about ",
            "and the ",
            "who said ",
            "so",
            "why",
            " not",
            "when ",
            "was ",
            "how many ",
        ),
        *("the Max", "YU7 ", "Lei Jun ", "Europe", "2025", "Xiaomi's ", "?", "“", "” [1]", "它"),
        *("那", "呢", "more", "tell me ", "is ", "do ", "the price", "\n", "’s ", "of "),
    )
)
ODD = st.one_of(
    TEXTS, st.lists(st.one_of(FRAGMENTS, st.text(max_size=3)), max_size=25).map("".join)
)


def sentence(doc: str, words: str) -> str:
    """The sentence of an article that holds some words."""
    text = (CORPUS / doc).read_text("utf-8")
    at = text.index(words)
    return next(text[start:end] for start, end in sentences(text) if start <= at < end)


def said(turn: dict[str, Any]) -> str:
    """The answer to a turn that quotes its evidence."""
    quotes = [sentence(one["doc"], one["text"]) for one in turn["evidence"]]
    lines = [f"“{quote}” [{number}]" for number, quote in enumerate(quotes, 1)]
    return "\n".join(lines) or "The articles don't say."


def is_right(rewrite: str, wanted: dict[str, list[str]]) -> bool:
    if "exactly" in wanted:
        return rewrite in wanted["exactly"]

    def has(words: str) -> bool:
        before, after = (r"(?<!\w)", r"(?!\w)") if words.isascii() else ("", "")
        return bool(re.search(before + re.escape(words) + after, rewrite, re.IGNORECASE))

    return all(map(has, wanted["has"])) and not any(map(has, wanted.get("lacks", [])))


def rewrites(dialogue: dict[str, Any]) -> list[str]:
    history: list[Turn] = []
    found = []
    for turn in dialogue["turns"]:
        found.append(standalone(turn["question"], history))
        history.append(Turn(turn["question"], said(turn)))
    return found


def test_there_are_enough_dialogues_and_two_thirds_or_more_are_for_the_report() -> None:
    report = [one for one in DIALOGUES if one["part"] == "report"]
    assert len(DIALOGUES) >= 22
    assert sum(len(one["turns"]) for one in DIALOGUES) >= 66
    assert 3 * len(report) >= 2 * len(DIALOGUES)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda one: one["name"])
def test_every_turn_that_is_no_known_miss_is_understood(dialogue: dict[str, Any]) -> None:
    wrong = [
        (turn["question"], rewrite)
        for turn, rewrite in zip(dialogue["turns"], rewrites(dialogue), strict=True)
        if not turn.get("missed") and not is_right(rewrite, turn["standalone"])
    ]
    assert wrong == []


def test_the_report_dialogues_are_understood_as_often_as_measured() -> None:
    right = [
        [
            is_right(rewrite, turn["standalone"])
            for turn, rewrite in zip(one["turns"], rewrites(one), strict=True)
        ]
        for one in DIALOGUES
        if one["part"] == "report"
    ]
    every = [turn for turns in right for turn in turns]
    follow_ups = [turn for turns in right for turn in turns[1:]]
    assert sum(every) / len(every) >= LEAST_RIGHT_OF_ALL
    assert sum(follow_ups) / len(follow_ups) >= LEAST_RIGHT_OF_FOLLOW_UPS


CHAINS = [one for one in DIALOGUES if any(turn.get("chain") for turn in one["turns"])]


def test_a_dozen_follow_ups_or_more_are_asked_of_the_real_models() -> None:
    assert sum(turn.get("chain", False) for one in CHAINS for turn in one["turns"]) >= 12


@pytest.mark.parametrize("dialogue", CHAINS, ids=lambda one: one["name"])
def test_a_follow_up_is_answered_with_its_evidence(
    assistant: Assistant, dialogue: dict[str, Any]
) -> None:
    history: list[Turn] = []
    for turn in dialogue["turns"]:
        answer = assistant.ask(turn["question"], history)
        if turn.get("chain"):
            assert is_right(answer.standalone_question, turn["standalone"])
            assert any(
                quote.article_id == one["doc"] and one["text"] in quote.text
                for quote in answer.quotes
                for one in turn["evidence"]
            ), (answer.standalone_question, answer.text)
        history.append(Turn(turn["question"], answer.text))


@given(ODD, st.lists(st.tuples(ODD, ODD), max_size=4))
def test_any_conversation_is_read_without_an_error(
    question: str, before: list[tuple[str, str]]
) -> None:
    history = [Turn(*turn) for turn in before]
    assert standalone(question, history).strip() or not question.strip()
    assert standalone(question, []) == question
    assert all(shown in history[-1].answer for shown in already_shown(question, history))


def test_the_quotes_of_an_answer_are_read_back() -> None:
    answer = "A, undated:\n“One “two” three.” [1]\nB, undated:\n“Four.” [2]"
    assert quoted(answer) == ("One “two” three.", "Four.")
    assert quoted("The articles don't say.") == ()


def test_what_was_just_shown_is_known() -> None:
    history = [Turn("What is new?", "“Ferries run.” [1]"), Turn("Where?", "“In Oslo.” [1]")]
    assert already_shown("And when?", history) == {"In Oslo."}
    assert already_shown("And when?", []) == frozenset()


def test_a_quote_that_names_who_said_it_may_answer_who_said_it() -> None:
    history = [Turn("Is it safe?", "“It is safe, said Ann.” [1]\n“Nobody fell.” [2]")]
    assert already_shown("Who said that?", history) == {"Nobody fell."}
    assert already_shown("And when?", history) == {"It is safe, said Ann.", "Nobody fell."}
