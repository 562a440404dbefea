from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.disagreement import agreement, agreements, describe, disagreements
from evqa.records import Disagreement, Quote, Reading

NAMES = ("Gazette", "Courier", "Herald", "Star")


def quote(
    text: str,
    source: str = "Gazette",
    day: date | None = None,
    title: str = "",
    start: int = 0,
) -> Quote:
    return Quote(
        article_id=f"{source}.md",
        start=start,
        end=start + len(text),
        text=text,
        title=title,
        source=source,
        url="",
        author="",
        published=day,
        score=0.9,
        context_start=start,
        context_end=start + len(text),
    )


def quotes(*texts: str) -> list[Quote]:
    """Quotes of as many outlets, the first one the newest."""
    return [quote(text, NAMES[at], date(2025, 6, 20 - at)) for at, text in enumerate(texts)]


def differing(question: str, *texts: str) -> list[str]:
    return [
        reading.text for one in disagreements(question, quotes(*texts)) for reading in one.readings
    ]


DIFFERENT = [
    (
        "How long is the wait for the Kestrel 7?",
        "Buyers of the Kestrel 7 wait 58 weeks for delivery.",
        "The wait for the Kestrel 7 stretches up to a year, the dealer said.",
        ["58 weeks", "up to a year"],
    ),
    (
        "How many people were killed in the Arvik landslide?",
        "The landslide in Arvik killed 31 people, police said.",
        "At least 45 people were killed in the Arvik landslide.",
        ["31 people", "At least 45 people"],
    ),
    (
        "What is the range of the Kestrel 7?",
        "The Kestrel 7 has a range of 519 miles.",
        "The Kestrel 7 offers a range of 760 km.",
        ["519 miles", "760 km"],
    ),
    (
        "What revenue did Norvest report?",
        "Norvest reported revenue of $2.87 billion.",
        "Norvest posted revenue of $2.78 billion.",
        ["$2.87 billion", "$2.78 billion"],
    ),
    (
        "What is the price of the Kestrel 7?",
        "The Kestrel 7 has a price of €41,900.",
        "The price of the Kestrel 7 is €39,900.",
        ["€41,900", "€39,900"],
    ),
    (
        "When will the Solna bridge open?",
        "The Solna bridge will open in 2027.",
        "The Solna bridge is to open in March 2028, according to the city.",
        ["2027", "March 2028"],
    ),
    (
        "When was Norvest founded?",
        "Norvest was founded in 1998.",
        "Founded in 2001, Norvest makes pumps.",
        ["1998", "2001"],
    ),
    (
        "What was the score of the final?",
        "Brann won the final 3-1.",
        "Brann won the final 2-1.",
        ["3-1", "2-1"],
    ),
    (
        "How many spectators attended the match?",
        "The match was attended by 48,212 spectators.",
        "Some 41,000 spectators attended the match.",
        ["48,212 spectators", "Some 41,000 spectators"],
    ),
    (
        "What is the unemployment rate in Norland?",
        "The unemployment rate in Norland is 4.2%.",
        "The unemployment rate in Norland stands at 5.1 per cent.",
        ["4.2%", "5.1 per cent"],
    ),
    (
        "How much does the vaccine cost?",
        "The vaccine costs $30 a dose.",
        "The vaccine costs $45 a dose.",
        ["$30", "$45"],
    ),
    (
        "What was Norvest's 2025 sales target?",
        "Norvest lifted its 2025 sales target to 350,000 cars.",
        "The 2025 sales target of Norvest is 300,000 vehicles.",
        ["350,000 cars", "300,000 vehicles"],
    ),
    (
        "Does Norvest plan to enter the US market?",
        "Norvest has no plans to enter the US market.",
        "Norvest plans to enter the US market.",
        ["Norvest has no plans to enter the US market.", "Norvest plans to enter the US market."],
    ),
    (
        "Will Norvest enter the US market?",
        "Norvest will enter the US market, its chief said.",
        "Norvest has no plans to enter the US market.",
        ["Norvest will enter the US market, its chief said.",
         "Norvest has no plans to enter the US market."],
    ),
    (
        "How much will the Solna tunnel cost?",
        "The Solna tunnel will cost €2.4 billion.",
        "The Solna tunnel is expected to cost €3.1 billion.",
        ["€2.4 billion", "€3.1 billion"],
    ),
    (
        "Did the minister approve the merger?",
        "The minister approved the merger.",
        "The minister denied that he had approved the merger.",
        ["The minister approved the merger.",
         "The minister denied that he had approved the merger."],
    ),
    (
        "Is the drug Relovir safe for children?",
        "The drug Relovir is safe for children.",
        "The drug Relovir isn’t safe for children.",
        ["The drug Relovir is safe for children.", "The drug Relovir isn’t safe for children."],
    ),
    (
        "Who is the CEO of Norvest?",
        "Norvest CEO Mara Lindqvist spoke in Oslo.",
        "Jonas Berg, CEO of Norvest, spoke in Oslo.",
        ["Mara Lindqvist", "Jonas Berg"],
    ),
    (
        "Who won the Arvik marathon?",
        "Mara Lindqvist won the Arvik marathon.",
        "The Arvik marathon was won by Hanna Dahl.",
        ["Mara Lindqvist", "Hanna Dahl"],
    ),
    (
        "How many goals did Berg score?",
        "Berg scored 21 goals.",
        "Berg scored 19 goals.",
        ["21 goals", "19 goals"],
    ),
    (
        "How much power does the Kestrel 7 make?",
        "The Kestrel 7 makes 681hp of power.",
        "The Kestrel 7 makes 455 kW of power.",
        ["681hp", "455 kW"],
    ),
]  # fmt: skip

NOT_DIFFERENT = [
    ("How long is the wait for the Kestrel 7?", "Buyers wait 58 weeks for the Kestrel 7.",
     "Buyers wait over a year for the Kestrel 7."),
    ("How long is the wait for the Kestrel 7?", "Buyers wait 58 weeks for the Kestrel 7.",
     "Buyers wait up to 60 weeks for the Kestrel 7."),
    ("How long is the wait for the Kestrel 7?", "Buyers wait 58 weeks for the Kestrel 7.",
     "Buyers wait 41 weeks for the Kestrel 5."),
    ("How long is the wait for the Kestrel?",
     "The wait is 58 weeks for the Kestrel 7 and 41 weeks for the Kestrel 5.",
     "The wait for the Kestrel 5 is 41 weeks."),
    ("How long is the wait for the Kestrel 7?", "Buyers wait 58 weeks for the Kestrel 7.",
     "For certain trims of the Kestrel 7, buyers wait up to eight months."),
    ("How much does the Kestrel 7 cost?", "The Kestrel 7 costs €41,900.",
     "The Kestrel 7 Max costs €55,900."),
    ("How much does the Kestrel 7 cost?", "The base Kestrel 7 costs €41,900.",
     "The Kestrel 7 costs €45,900."),
    ("How much does the Kestrel 7 cost?", "The Kestrel 7 costs €41,900.",
     "The Kestrel 7 costs $45,000."),
    ("How much does the Kestrel 7 cost?", "In China the Kestrel 7 costs €41,900.",
     "The Kestrel 7 costs €45,900."),
    ("What revenue did Norvest report?",
         "Norvest reported revenue of RMB 20.6 billion ($2.87 billion).",
     "Norvest reported revenue of $2.87 billion."),
    ("What revenue did Norvest report?", "Norvest reported revenue of $2.87 billion in Q2 2025.",
     "Norvest reported revenue of $2.61 billion in Q1 2025."),
    ("What revenue did Norvest report?", "Norvest reported revenue of $2.87 billion.",
     "Norvest expects revenue of $3.1 billion."),
    ("What revenue did Norvest report?", "Norvest reported revenue of $2.87 billion.",
     "Norvest reported profit of $310 million."),
    ("How many cars did Norvest deliver?", "Norvest delivered 81,302 cars in Q2 2025.",
     "In June Norvest delivered 28,000 cars."),
    ("How many cars did Norvest deliver?", "Norvest delivered 81,302 cars.",
     "Norvest delivered about 81,000 vehicles."),
    ("How many cars did Norvest sell?", "Norvest sold 81,302 cars.",
     "Norvest aims to sell 100,000 cars."),
    ("How many cars did Norvest sell?", "Norvest sold 81,302 cars.",
     "Norvest sold 30,000 cars abroad."),
    ("How many cars did Norvest sell?", "Norvest sold 81,302 cars.", "Norvest sold 45,000 bikes."),
    ("How many cars did Norvest sell?", "Norvest sold 81,302 cars.", "Toyo sold 95,000 cars."),
    ("How many cars were sold?", "Norvest sold 81,302 cars.", "Toyo sold 95,000 cars."),
    ("How many cars did Norvest sell?", "Norvest sold 81,302 cars.",
     "Norvest sold 2,000 cars each week."),
    ("What is Norvest's sales target?", "Norvest's sales target is 350,000 cars.",
     "Norvest's earlier sales target was 300,000 cars."),
    ("What is Norvest's sales target?", "The sales target of Norvest rose to 350,000 cars.",
     "The sales target of Norvest rose from 300,000 to 350,000 cars."),
    ("How many people were killed in the Arvik landslide?", "The Arvik landslide killed 31 people.",
     "The Arvik landslide injured 120 people."),
    ("How many people were killed in the Arvik landslide?", "The Arvik landslide killed 31 people.",
     "The Arvik landslide killed 31 people and injured 120."),
    ("How many people were killed in the Arvik landslide?", "The Arvik landslide killed 31 people.",
     "The Arvik landslide killed at least 28 people."),
    ("How many people were killed in the Arvik landslide?", "The Arvik landslide killed 31 people.",
     "The Arvik landslide killed 12 children."),
    ("By what percentage did rents change in Norland?",
         "Rents in Norland rose by 5%, a percentage not seen before.",
     "Rents in Norland fell by 3%, a percentage not seen before."),
    ("When will the Solna bridge open?", "The Solna bridge will open in 2027.",
     "The Solna bridge will open in spring 2027."),
    ("When will the Solna bridge open?", "The Solna bridge will open by 2027.",
     "The Solna bridge will not open until at least 2027."),
    ("When will the Solna bridge open?", "The Solna bridge will open in 2027.",
     "Work on the Solna bridge started in 2021."),
    ("How long does the treatment last?", "The treatment lasts six weeks.",
     "The treatment lasts eight weeks for severe cases."),
    ("How many points did Dahl score?", "Dahl scored 31 points against Brann.",
     "Dahl scored 28 points against Viking."),
    ("What was Norvest's profit?", "Norvest made a net profit of $5 million.",
     "Norvest made an operating profit of $9 million."),
    ("How much did the film earn?", "The film earned $120 million.",
     "The film earned $95 million in its first week."),
    ("When will the Solna bridge open?", "The Solna bridge will open in 2027.",
     "The Arvik tunnel will open in 2029."),
    ("What was the score?",
         "Brann won the first half with a score of 2-0.", "Brann won with a score of 3-1."),
    ("Does Norvest plan to enter the US market?", "Norvest has no plans to enter the US market.",
     "Norvest plans to enter the markets of Europe."),
    ("Does Norvest plan to enter the US market?", "Norvest has no plans to enter the US market.",
     "Norvest might have plans to enter the US market."),
    ("Does Norvest plan to enter the US market?", "Norvest has no plans to enter the US market.",
     "Rumours that Norvest has plans to enter the US market spread."),
    ("Does Norvest plan to enter the US market?",
     "Norvest plans to enter the US market, not Europe.",
     "Norvest plans to enter the US market."),
    ("Does Norvest plan to enter the US market?",
     "Norvest, which does not make phones, plans to enter the US market.",
     "Norvest plans to enter the US market."),
    ("Is the drug Relovir safe for children?",
     "The drug Relovir is not safe for children under two years.",
     "The drug Relovir is safe for children."),
    ("How many cars had Norvest shipped?", "Norvest set itself the goal of shipping 350,000 cars.",
     "Norvest shipped 500,000 cars."),
    ("How many people were killed in the Arvik landslide?",
     "No fewer than 30 people were killed in Arvik.",
     "The landslide in Arvik killed 31 people."),
    ("Does Norvest sell cars in Europe?", "Norvest will not sell cars in Europe until 2027.",
     "Norvest will sell cars in Europe from 2027."),
    ("Will Norvest build a plant?", "Norvest has built a plant.", "Norvest won’t build a plant."),
    ("Is the drug Relovir safe for children?", "The drug Relovir is not only safe for children.",
     "The drug Relovir is safe for children."),
    ("Is the drug Relovir safe for children?", "The drug Relovir is not safe for adults.",
     "The drug Relovir is safe for children."),
    ("Who is the CEO of Norvest?", "Norvest CEO Mara Lindqvist spoke.",
     "Norvest CEO Mara Elise Lindqvist spoke."),
    ("Who is the CEO of Norvest?", "Norvest CEO Mara Lindqvist spoke.",
     "Former Norvest CEO Jonas Berg spoke."),
    ("Who is the CEO of Norvest?", "Norvest CEO Mara Lindqvist spoke.",
     "Toyo CEO Jonas Berg spoke."),
    ("Who won the Arvik marathon?", "Mara Lindqvist won the Arvik marathon in 2024.",
     "Hanna Dahl won the Arvik marathon in 2025."),
    ("Why did Norvest close its plant?", "Norvest closed 3 plants because of 40% lower demand.",
     "Norvest closed 4 plants because of 30% lower demand."),
    ("How fast is the Kestrel 7 from 0 to 62 mph?",
         "The Kestrel 7 goes from 0-62mph in 3.2 seconds.",
     "The Kestrel 5 goes from 0-62mph in 4.3 seconds."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "newer", "older", "expected"), DIFFERENT)
def test_different_readings_of_one_thing_stand_side_by_side(
    question: str, newer: str, older: str, expected: list[str]
) -> None:
    assert differing(question, newer, older) == expected


@pytest.mark.parametrize(("question", "newer", "older"), NOT_DIFFERENT)
def test_readings_of_other_things_or_that_fit_do_not_differ(
    question: str, newer: str, older: str
) -> None:
    assert differing(question, newer, older) == []
    assert differing(question, older, newer) == []


def test_one_article_does_not_differ_from_itself() -> None:
    question, newer, older, _ = DIFFERENT[0]
    assert disagreements(question, [quote(newer), quote(older)]) == ()


QUESTION = "How many people were killed in the Arvik landslide?"


def test_a_disagreement_holds_all_readings_with_their_quotes_newest_first() -> None:
    undated = quote("Before. The Arvik landslide killed 45 people.", "Star", start=7)
    old = quote("The Arvik landslide killed 28 people.", "Herald", date(2025, 3, 1))
    new = quote("Police say the Arvik landslide killed 31 people.", "Gazette", date(2025, 3, 3))
    also = quote("The Arvik landslide killed 31 people.", "Courier", date(2025, 3, 2))
    expected = (
        Disagreement(
            "How many people were killed in the Arvik landslide",
            (
                Reading("31 people", 38, 47, (new, also)),
                Reading("28 people", 27, 36, (old,)),
                Reading("45 people", 42, 51, (undated,)),
            ),
        ),
    )
    for order in permutations([undated, old, new, also]):
        assert disagreements(QUESTION, order) == expected
    assert describe(expected) == (
        "Sources differ: 31 people (Gazette and Courier, 3 March 2025);"
        " 28 people (Herald, 1 March 2025); 45 people (Star, undated)."
    )
    assert agreement(agreements(QUESTION, [undated, old, new, also])) == (
        "2 outlets say 31 people."
    )


def test_outlets_that_say_the_same_are_counted_once_each() -> None:
    question = "What was Norvest's 2025 sales target?"
    said = [
        quote("Norvest's 2025 sales target is 350,000 cars.", "Gazette", date(2025, 6, 3)),
        quote("The 2025 sales target of Norvest is 350 thousand cars.", "Courier"),
        quote("Norvest raised its 2025 sales target to 350,000 vehicles.", "Herald"),
        replace(quote("Norvest's 2025 sales target: 350,000 cars.", "Herald"), article_id="b.md"),
    ]
    (reading,) = agreements(question, said)
    assert reading.outlets == ("Gazette", "Courier", "Herald")
    assert reading.published == date(2025, 6, 3)
    assert agreement([reading]) == "3 outlets say 350,000 cars."
    assert disagreements(question, said) == ()
    assert agreements(question, said[2:]) == ()


def test_bounds_that_differ_are_no_agreement() -> None:
    question = "How many cars has Norvest built?"
    said = quotes("Norvest has built over 500,000 cars.", "Norvest has built 512,000 cars.")
    assert agreements(question, said) == ()
    assert disagreements(question, said) == ()


def test_yes_and_no_are_described_in_the_words_of_the_quotes() -> None:
    question, newer, older, _ = DIFFERENT[12]
    assert describe(disagreements(question, quotes(newer, older))) == (
        "Sources differ: “Norvest has no plans to enter the US market.” (Gazette, 20 June 2025);"
        " “Norvest plans to enter the US market.” (Courier, 19 June 2025)."
    )


def test_outlets_that_agree_on_yes_or_no_are_counted_with_the_newest_one_s_words() -> None:
    question, no, yes, _ = DIFFERENT[12]
    also = "Norvest does not plan to enter the US market."
    assert agreement(agreements(question, quotes(no, also))) == (
        "2 outlets agree: “Norvest has no plans to enter the US market.”"
    )
    assert differing(question, no, also, yes) == [no, also, yes]


def test_without_quotes_nothing_differs_or_agrees() -> None:
    assert disagreements(QUESTION, []) == ()
    assert agreements(QUESTION, []) == ()
    assert describe(()) == agreement(()) == ""


QUESTIONS = st.sampled_from([question for question, *_ in DIFFERENT])
SENTENCES = st.sampled_from([text for case in DIFFERENT for text in case[1:3]])


@given(QUESTIONS, st.lists(st.one_of(TEXTS, SENTENCES), max_size=4), st.integers(0, 50))
def test_every_reading_is_a_slice_of_its_quote(question: str, texts: list[str], at: int) -> None:
    said = [quote(text, str(n), start=at) for n, text in enumerate(texts)]
    found = [one for each in disagreements(question, said) for one in each.readings]
    for reading in [*found, *agreements(question, said)]:
        first = reading.quotes[0]
        assert first.text[reading.start - at : reading.end - at] == reading.text != ""


@given(QUESTIONS, SENTENCES)
def test_a_text_never_differs_from_itself(question: str, text: str) -> None:
    assert differing(question, text, text) == []
