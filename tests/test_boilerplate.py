import pytest

from evqa.language.boilerplate import boilerplate_spans, is_boilerplate

BOILERPLATE = [
    "Also read: Xiaomi opens a second factory",
    "READ MORE: the ten fastest cars",
    "- Related articles: electric cars",
    "Click here to subscribe",
    "Share this on Facebook",
    "Follow us on X",
    "Subscribe to our newsletter",
    "Sign up for the daily briefing",
    "ADVERTISEMENT",
    "Sponsored content",
    "© 2026 Supercar Blondie",
    "All rights reserved.",
    "We use cookies",
    "Comments (12)",
    "Edited by Emma Matthews",
    "Image credits: Xiaomi",
    "Tags: EV, Xiaomi",
    "Discover the cars of SBX, powered by SBX",
    "SBX Cars auctions powered by Supercar Blondie",
    "Click the star icon to add us in Google Search to stay ahead",
    "相关阅读：小米汽车",
    "责任编辑：王小明",
]
STORY = [
    "Lei Jun said the YU7 is a benchmark vehicle.",
    "Readers share the view that prices will fall.",
    "They read more than they write.",
    "The relation between range and price is clear.",
    "The publisher holds the rights.",
    "He commented on the sale.",
    "Tagged with local test plates, the car drove on.",
    "The auction house offered a deal.",
    "小米没有计划进入美国市场。",
    "",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_what_belongs_to_the_web_page_is_boilerplate(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize("line", STORY)
def test_what_belongs_to_the_story_is_not(line: str) -> None:
    assert not is_boilerplate(line)


def test_boilerplate_is_found_where_it_stands() -> None:
    text = "It rains.\r\n  Follow us on X\r\nIt pours.\r\nAll rights reserved"
    whole = boilerplate_spans(text, 0, len(text))
    assert [text[start:end] for start, end in whole] == ["Follow us on X", "All rights reserved"]


def test_a_line_of_boilerplate_is_known_by_its_start_where_a_passage_begins_inside_it() -> None:
    text = "It rains.\nFollow us on X and elsewhere\nIt pours.\nAll rights reserved"
    start = text.index("and elsewhere")
    found = boilerplate_spans(text, start, text.index("pours"))
    assert [text[slice(*span)] for span in found] == ["Follow us on X and elsewhere"]
