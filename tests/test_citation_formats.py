import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqa.records import Original, Quote
from evqa.web.citation_formats import (
    apa,
    bibtex,
    cited,
    escape_bibtex,
    escape_markdown,
    markdown,
    plain,
)

QUOTE = Quote(
    article_id="ferry.md",
    start=4,
    end=30,
    text="The ferry is back in dock.",
    title="Ferry returns: 100% safe & sound",
    source="Port Gazette",
    url="https://gazette.example/ferry_1?a=1&b={2}",
    author="Mara B. Lindqvist and Ole van Dam",
    published=date(2025, 3, 4),
    score=0.9,
    context_start=0,
    context_end=40,
)
BARE = replace(QUOTE, title="", source="", url="", author="", published=None)
DIGEST = replace(
    QUOTE,
    title="A digest",
    source="evqa digest",
    url="",
    author="",
    reports_on=Original("The Daily", "Ferry docks", "Ann Lee", date(2025, 3, 1)),
)


def test_a_quote_has_four_forms() -> None:
    assert cited(QUOTE) == {
        "Plain": plain(QUOTE),
        "Markdown": markdown(QUOTE),
        "APA": apa(QUOTE),
        "BibTeX": bibtex(QUOTE),
    }


def test_plain() -> None:
    assert plain(QUOTE) == (
        "“The ferry is back in dock.” — Mara B. Lindqvist and Ole van Dam, Port Gazette, "
        "4 March 2025, “Ferry returns: 100% safe & sound”, "
        "https://gazette.example/ferry_1?a=1&b=%7B2%7D"
    )
    assert plain(BARE) == "“The ferry is back in dock.” — ferry.md, undated"
    assert plain(DIGEST) == (
        "“The ferry is back in dock.” — evqa digest on a report by Ann Lee in The Daily, "
        "1 March 2025, “A digest”"
    )


def test_markdown() -> None:
    assert markdown(QUOTE) == (
        "> The ferry is back in dock.\n>\n"
        "> — Mara B. Lindqvist and Ole van Dam, Port Gazette, 4 March 2025, "
        r"[Ferry returns\: 100% safe \& sound]"
        "(<https://gazette.example/ferry_1?a=1&b=%7B2%7D>)"
    )
    assert markdown(BARE) == ("> The ferry is back in dock.\n>\n> — ferry.md, undated, “ferry.md”")


def test_markdown_quotes_every_line() -> None:
    said = "# One\n- two\n\n3. three\n    four"
    assert markdown(replace(BARE, text=said)).startswith(
        "> \\# One\n> \\- two\n>\n> 3\\. three\n> four\n>\n"
    )


def test_apa() -> None:
    assert apa(QUOTE) == (
        "“The ferry is back in dock.” (Lindqvist & van Dam, 2025)\n\n"
        "Lindqvist, M. B., & van Dam, O. (2025, March 4). Ferry returns: 100% safe & sound. "
        "Port Gazette. https://gazette.example/ferry_1?a=1&b=%7B2%7D"
    )
    assert apa(DIGEST) == (
        "“The ferry is back in dock.” (evqa digest, 2025)\n\n"
        "evqa digest. (2025, March 4). A digest [Reporting on The Daily, “Ferry docks” by Ann "
        "Lee, 1 Mar 2025]."
    )
    assert apa(BARE) == "“The ferry is back in dock.” (ferry.md, n.d.)\n\nferry.md. (n.d.)."


def test_apa_puts_the_title_first_where_it_is_all_that_is_known() -> None:
    assert apa(replace(BARE, title="Is it back?", page=3)) == (
        "“The ferry is back in dock.” (Is it back?, n.d., p. 3)\n\nIs it back? (n.d.)."
    )


@pytest.mark.parametrize(
    ("author", "named"),
    [
        ("Lee, Ann", "(Lee, 2025)"),
        ("Ann Lee, Bob Ray and Cy Dow", "(Lee et al., 2025)"),
        ("雷军", "(雷军, 2025)"),
        ("Reuters", "(Reuters, 2025)"),
    ],
)
def test_apa_names_authors_briefly(author: str, named: str) -> None:
    assert named in apa(replace(QUOTE, author=author))


def test_bibtex() -> None:
    assert bibtex(QUOTE) == (
        "@misc{lindqvist2025ferry,\n"
        "  author = {Mara B. Lindqvist and Ole van Dam},\n"
        "  title = {{Ferry returns: 100\\% safe \\& sound}},\n"
        "  howpublished = {Port Gazette},\n"
        "  year = {2025},\n"
        "  month = {March},\n"
        "  url = {https://gazette.example/ferry_1?a=1&b=%7B2%7D},\n"
        "  note = {``The ferry is back in dock.''},\n"
        "}"
    )
    assert bibtex(BARE) == (
        "@misc{article,\n  title = {{ferry.md}},\n  note = {``The ferry is back in dock.''},\n}"
    )
    assert "  note = {``The ferry is back in dock.'', reporting on The Daily, “Ferry docks”" in (
        bibtex(DIGEST)
    )


def test_bibtex_escapes_what_latex_reads() -> None:
    assert escape_bibtex("\\ { } $ & # _ % ~ ^") == (
        r"\textbackslash{} \textbraceleft{} \textbraceright{} \$ \& \# \_ \%"
        r" \textasciitilde{} \textasciicircum{}"
    )


def test_an_address_that_is_none_is_left_out() -> None:
    for form in cited(replace(QUOTE, url="javascript:alert(1)")).values():
        assert "javascript" not in form


def test_a_turn_of_direction_does_not_leave_its_field() -> None:
    assert "\u202e" not in plain(replace(QUOTE, title="evil\u202eeltit", author="\u202ea\u2066"))


TEXTS = st.text(max_size=60)


@given(TEXTS)
def test_braces_of_a_field_always_balance(text: str) -> None:
    depth = 0
    for character in escape_bibtex(text):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
def test_an_entry_has_only_its_own_fields(
    text: str, title: str, source: str, author: str, url: str
) -> None:
    quote = replace(
        QUOTE, text=text, title=title, source=source, author=author, url=f"https://a.example/{url}"
    )
    lines = bibtex(quote).split("\n")
    assert re.fullmatch(r"@misc\{[a-z0-9]+,", lines[0])
    assert lines[-1] == "}"
    for line in lines[1:-1]:
        assert re.match(r"  (author|title|howpublished|year|month|url|note) = \{", line)
        assert line.endswith("},")


@given(TEXTS)
def test_no_character_of_markdown_formats_anything(text: str) -> None:
    escaped = escape_markdown(" ".join(text.split()))
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|~&$!^@:]", escaped.replace("\\\\", ""))


@given(TEXTS, TEXTS)
def test_a_block_quotation_is_one(text: str, title: str) -> None:
    assert all(
        line.startswith(">")
        for line in markdown(replace(QUOTE, text=text, title=title)).split("\n")
    )
