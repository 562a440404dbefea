from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from texts import TEXTS

from evqa.web.markup import marked


class Reader(HTMLParser):
    """All text of some HTML, and what stands in each mark."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.marks, self.inside = "", list[str](), False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        assert tag in ("mark", "span", "strong")
        if tag == "mark":
            self.inside = True
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.inside:
            self.marks[-1] += data


@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4))
def test_marked_text_keeps_every_character(text: str, marks: list[tuple[int, int]]) -> None:
    text = "# " + text.replace("\r", "").replace("\0", "")
    placed = [(min(start, len(text)), min(end, len(text)), "") for start, end in marks]
    assert Reader(marked(text, 0, len(text), placed)).text == text


def test_a_part_is_cut_out_and_its_quotes_are_marked() -> None:
    text = "It rained. The ferry came <late>. It left."
    html = marked(text, 11, 33, [(11, 33, ' class="own"')])
    assert html == '<mark class="own">The ferry came &lt;late&gt;.</mark>'
    assert Reader(marked(text, 0, 42, [(4, 20, ""), (11, 33, ""), (14, 18, "")])).marks == [
        "ained. The ferry",
        " came <late>.",
    ]


def test_a_heading_is_set_as_one_and_its_sign_kept_unseen() -> None:
    assert marked("Rain.\n\n## What <they> said\n\n#1 of 3", 0, 36, ()) == (
        'Rain.\n\n<span class="sign" hidden>## </span><strong>What &lt;they&gt; said</strong>'
        "\n\n#1 of 3"
    )
