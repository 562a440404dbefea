import hashlib
import json
import os
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FERRY, write_corpus
from texts import TEXTS

from evqa.corpus import (
    MAX_BYTES,
    MAX_DOCUMENT_BYTES,
    article_paths,
    is_metadata,
    parse_article,
    read_bytes,
)
from evqa.errors import CorpusError, UnreadableArticle
from evqa.records import Article, Original


def parse(content: str) -> Article:
    return parse_article("a.md", content.encode())


def refused(content: bytes | str) -> tuple[str, str]:
    with pytest.raises(UnreadableArticle) as caught:
        parse_article("a.md", content if isinstance(content, bytes) else content.encode())
    return caught.value.message, caught.value.hint


def test_front_matter_is_believed() -> None:
    content = """\
---
title: "A YU7 on I-5: why?"
source: The Daily
url: https://daily.example/yu7
author: Ann Lee
published: 2026-02-11
language: en
reports_on:
  outlet: The Post
  title: A headline
  author: Jo Fan
  published: 2025-12-13
unknown: 5
---
By Somebody Else
Body text.
"""
    assert parse(content) == Article(
        id="a.md",
        title="A YU7 on I-5: why?",
        text="By Somebody Else\nBody text.\n",
        source="The Daily",
        url="https://daily.example/yu7",
        author="Ann Lee",
        published=date(2026, 2, 11),
        language="en",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        text_offset=content.index("By Somebody"),
        reports_on=Original("The Post", "A headline", "Jo Fan", date(2025, 12, 13)),
    )


def test_a_file_without_front_matter_is_all_text() -> None:
    content = "It rains today, and it will rain tomorrow.\n"
    assert parse(content) == Article(
        id="a.md", title="", text=content, sha256=hashlib.sha256(content.encode()).hexdigest()
    )


@pytest.mark.parametrize(
    "before",
    [
        "---\ntitle: T\n---\n",
        "---\r\ntitle: T\r\n---\r\n",
        "\ufeff---\r\ntitle: T\r\n---  \r\n",
        "---\ntitle: T\n...\n",
        "---\n---\n",
        "--- \n# a comment\n---\n",
        "\ufeff",
        "",
    ],
)
@pytest.mark.parametrize("text", ["One.\nTwo. é 小米 🇩🇪\n", "\r\nOne.\r\nTwo.\r\n\r\n", "One"])
def test_the_text_is_the_files_own_from_its_offset_on(before: str, text: str) -> None:
    parsed = parse(before + text)
    assert (parsed.text_offset, parsed.text) == (len(before), text)


@given(TEXTS, st.sampled_from(["", "\ufeff", "---\r\ntitle: T\r\n---\r\n"]))
def test_any_text_is_kept_to_the_character(text: str, before: str) -> None:
    content = before + "Body. " + text.replace("\0", "")
    parsed = parse(content)
    assert parsed.text == content[parsed.text_offset :] == content[len(before) :]


@pytest.mark.parametrize(
    ("line", "author", "source", "published"),
    [
        ("by Ben Thompson", "Ben Thompson", "", None),
        ("By Jane O’Neil", "Jane O’Neil", "", None),
        ("BY ANN LEE", "ANN LEE", "", None),
        ("Written by Jean-Luc D'Arc", "Jean-Luc D'Arc", "", None),
        ("Author: Scooter Doll", "Scooter Doll", "", None),
        ("Authors: Ann Lee and Jo Fan", "Ann Lee and Jo Fan", "", None),
        ("By Emir Bardakçı", "Emir Bardakçı", "", None),
        ("作者：王小明", "王小明", "", None),
        ("Source: Electrek", "", "Electrek", None),
        ("via: CnEVPost", "", "CnEVPost", None),
        ("来源：新浪汽车", "", "新浪汽车", None),
        ("Published on Feb 11, 2026 at 10:41 PM", "", "", date(2026, 2, 11)),
        ("Published: 11 February 2026", "", "", date(2026, 2, 11)),
        ("Posted on March 3rd, 2025", "", "", date(2025, 3, 3)),
        ("Date: 2026-02-11", "", "", date(2026, 2, 11)),
        ("发布时间：2026年2月11日 10:41", "", "", date(2026, 2, 11)),
        ("2026年2月11日", "", "", date(2026, 2, 11)),
        ("February 11, 2026", "", "", date(2026, 2, 11)),
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_metadata_is_found_in_a_line_of_its_own(
    line: str, author: str, source: str, published: date | None, place: str
) -> None:
    story = "\n\n".join(f"It rained on the {day}th day of the trial." for day in range(30))
    parsed = parse(
        f"A headline\n{line}\n\n{story}\n" if place == "first" else f"A headline\n\n{story}\n{line}"
    )
    assert (parsed.title, parsed.author, parsed.source, parsed.published) == (
        "A headline",
        author,
        source,
        published,
    )


@pytest.mark.parametrize(
    "text",
    [
        "They asked me to stand by me, and it was published on some day.",
        "He stood by Ann Lee on February 11, 2026 in the rain.",
        "The source: a river. The author: unknown to this day, they say.",
        "Sales rise\nBy 2027, sales will have doubled.",
        "Sales rise\nThe plan was written\nby the company.\nNobody knew of it.",
        "Sales rise\nBy the way\nNobody knew of it.",
        "Published on the moon, the paper sold well.",
        "Published on February 30, 2026",
    ],
)
def test_what_only_looks_like_metadata_is_left_empty(text: str) -> None:
    parsed = parse(text)
    assert (parsed.author, parsed.source, parsed.published) == ("", "", None)


def test_a_byline_in_the_middle_of_a_long_text_is_no_metadata() -> None:
    story = "\n".join(f"It rained on day {day}." for day in range(20))
    assert parse(f"{story}\nby Ben Thompson\n{story}").author == ""


@pytest.mark.parametrize(
    ("first_line", "title"),
    [
        ("Xiaomi CEO explains why its EV appeared", "Xiaomi CEO explains why its EV appeared"),
        ("# A headline with a full stop.", "A headline with a full stop."),
        ("## A headline ##", "A headline"),
        ("Why?", "Why?"),
        ("小米汽车在美国", "小米汽车在美国"),
        ("This is a sentence.", ""),
        ("这是一个句子。", ""),
        ("by Ben Thompson", ""),
        ("word " * 50, ""),
        ("---", ""),
    ],
)
def test_the_title_is_the_first_line_where_it_is_a_headline(first_line: str, title: str) -> None:
    assert parse(f"{first_line}\n\nIt rains today.\n").title == title


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("小米没有计划进入美国市场。他说这辆 YU7 是一辆对标车。", "zh"),
        ("小米のクルマはアメリカで売られていません。", ""),
        ("The YU7 (小米) was seen on the I-5 in California.", ""),
        ("Es regnet.", ""),
        ("---\nlanguage: de\n---\nEs regnet.", "de"),
    ],
)
def test_only_chinese_is_recognised_by_its_script(text: str, language: str) -> None:
    assert parse(text).language == language


def test_a_line_is_metadata_or_not() -> None:
    assert is_metadata("by Ben Thompson")
    assert is_metadata("Source: Electrek")
    assert not is_metadata("Lei Jun spoke.")


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("published: 2026-02-11", date(2026, 2, 11)),
        ("published: 2026-02-11T22:41:00+04:00", date(2026, 2, 11)),
        ("published: Feb 11, 2026", date(2026, 2, 11)),
        ("published: ''", None),
        ("published: null", None),
    ],
)
def test_front_matter_dates_are_read(line: str, published: date | None) -> None:
    assert parse(f"---\n{line}\n---\nIt rains.").published == published


def test_front_matter_takes_plain_values_only() -> None:
    parsed = parse("---\ntitle: 2027\nauthor: [Ann, Jo]\nurl:\nreports_on: x\n---\nIt rains.")
    assert (parsed.title, parsed.author, parsed.url, parsed.reports_on) == ("2027", "", "", None)


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "it is empty.", "Write something in it or remove it."),
        (b" \r\n\t\n", "it is empty.", "Write something in it or remove it."),
        (b"---\ntitle: T\n---\n", "it is empty.", "Write something in it or remove it."),
        (b"abc\0def", "it is a binary file.", "Save its text as UTF-8."),
        ("Größe".encode("utf-16"), "it is a binary file.", "Save its text as UTF-8."),
        ("Größe".encode("latin-1"), "it is not UTF-8 (byte 2 is 0xf6).", "Save it as UTF-8."),
        (b"abc\xed\xa0\x80", "it is not UTF-8 (byte 3 is 0xed).", "Save it as UTF-8."),
        (
            b"---\ntitle: [a\nb: c\n---\nIt rains.",
            "its front matter is broken in line 3 (expected ',' or ']', but got ':').",
            "Mend or remove it.",
        ),
        (
            b"---\n- a\n- b\n---\nIt rains.",
            "its front matter is no list of `name: value` lines.",
            "Mend or remove it.",
        ),
        (
            b"---\ntitle: A\nIt rains.\n",
            "its front matter has no end.",
            "Close it with a line of three dashes.",
        ),
        (
            b"---\npublished: 2026-13-45\n---\nIt rains.",
            "its front matter is broken (month must be in 1..12).",
            "Mend or remove it.",
        ),
        (
            b"---\npublished: soon\n---\nIt rains.",
            "its front matter gives 'soon' as published, which is no date.",
            "Write it as 2026-02-11, or leave it out.",
        ),
        (
            b"---\nreports_on: {published: soon}\n---\nIt rains.",
            "its front matter gives 'soon' as published, which is no date.",
            "Write it as 2026-02-11, or leave it out.",
        ),
    ],
)
def test_a_file_that_is_no_article_is_refused(content: bytes, message: str, hint: str) -> None:
    assert refused(content) == (f"a.md: {message}", hint)


def test_front_matter_cannot_run_code() -> None:
    message, _ = refused("---\ntitle: !!python/object/apply:os.getcwd []\n---\nIt rains.")
    assert message.startswith("a.md: its front matter is broken in line 2 (could not determine")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", r"""---
title: "a\0b\uD800c"
---
It rains."""),
        ("a.json", r'{"text": "It rains.", "title": "a\u0000b\ud800c"}'),
    ],
)  # fmt: skip
def test_what_is_no_character_is_left_out_of_a_title(name: str, content: str) -> None:
    assert parse_article(name, content.encode()).title == "abc"


def test_front_matter_nested_too_deep_is_refused() -> None:
    message, _ = refused(f"---\ntitle: {'[' * 3000}\n---\nIt rains.")
    assert message.startswith("a.md: its front matter is broken (maximum recursion depth")


def aliases(depth: int) -> str:
    """Front matter lines of which the last, `*aN`, stands for 9 ** N words."""
    return "a1: &a1 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(2, depth + 1)
    )


@pytest.mark.parametrize("key", ["title", "author", "reports_on", "other"])
def test_aliases_that_multiply_do_no_harm(key: str) -> None:
    parsed = parse(f"---\n{aliases(12)}{key}: *a12\n---\nIt rains.")
    assert (parsed.title, parsed.author, parsed.reports_on) == ("", "", None)


def test_a_date_of_aliases_is_no_date() -> None:
    message, hint = refused(f"---\n{aliases(5)}published: *a5\n---\nIt rains.")
    assert message.endswith("as published, which is no date.")
    assert hint == "Write it as 2026-02-11, or leave it out."


def test_articles_are_found_in_all_folders_but_hidden_ones(tmp_path: Path) -> None:
    for name in (
        *("b.md", "a.TXT", "sub/deep/ü ß.md", "page.HTML", "a.odt", "notes", "c.md.bak"),
        *("page.HTML.extracted.md", "many.jsonl", "one.json", "gone.pdf.extracted.md"),
        *(".hidden.md", ".git/d.md", "sub/.trash/e.md"),
    ):
        write_corpus(tmp_path / "corpus", {name: FERRY})
    (tmp_path / "corpus" / "folder.md").mkdir()
    (tmp_path / "corpus" / "many.jsonl").write_text('{"text": "a"}\n\n  \n{"text": "b"}\n')
    found = article_paths(tmp_path / "corpus")
    assert found == {
        name: tmp_path / "corpus" / name.partition("#")[0]
        for name in (
            *("a.TXT", "b.md", "many.jsonl#1", "many.jsonl#4", "one.json", "page.HTML"),
            "sub/deep/ü ß.md",
        )
    }
    assert list(found) == sorted(found)


def test_a_corpus_below_a_hidden_folder_is_a_corpus(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / ".data" / "corpus", {"a.md": FERRY})
    assert list(article_paths(folder)) == ["a.md"]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_corpus_that_is_no_folder_is_told(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "corpus"
    if kind == "file":
        folder.write_text(FERRY)
    with pytest.raises(CorpusError) as caught:
        article_paths(folder)
    assert (caught.value.message, caught.value.hint) == (
        f"There is no corpus folder {folder}.",
        "Make it and put articles in it (.md, .txt, .json, .jsonl, .html, .htm, .pdf, .docx, .eml,"
        " .mhtml), or name another with --corpus.",
    )


@pytest.mark.parametrize("name", [None, ".hidden.md", "page.odt", "a.pdf.extracted.md"])
def test_a_corpus_without_articles_is_told(tmp_path: Path, name: str | None) -> None:
    folder = write_corpus(tmp_path, {name: FERRY} if name else {})
    with pytest.raises(CorpusError) as caught:
        article_paths(folder)
    assert (caught.value.message, caught.value.hint) == (
        f"The corpus folder {folder} holds no articles.",
        "Put files in it that end in .md, .txt, .json, .jsonl, .html, .htm, .pdf, .docx, .eml or"
        " .mhtml.",
    )


def unreadable(path: Path) -> tuple[str, str]:
    with pytest.raises(UnreadableArticle) as caught:
        read_bytes(path, path.name)
    return caught.value.message, caught.value.hint


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\0\r\n")
    assert read_bytes(tmp_path / "a.md", "a.md") == b"\xff\0\r\n"


def test_a_file_of_the_largest_size_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES)
    assert len(read_bytes(path, "large.md")) == 10_000_000
    with path.open("wb") as file:
        file.truncate(25_000_000)
    assert unreadable(path) == (
        "large.md: 25 MB is more than the 10 MB that one article may have.",
        "Split it.",
    )


def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert list(article_paths(tmp_path)) == ["pipe.md"]
    assert unreadable(tmp_path / "pipe.md") == (
        "pipe.md: it is no regular file.",
        "Replace it.",
    )


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "gone.md")
    assert list(article_paths(tmp_path)) == ["link.md"]
    assert unreadable(tmp_path / "link.md") == (
        "link.md: it cannot be read (No such file or directory).",
        "Check its permissions.",
    )


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "link.md")
    assert unreadable(tmp_path / "link.md")[0] == (
        "link.md: it cannot be read (Too many levels of symbolic links)."
    )


def test_a_link_out_of_the_corpus_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "many.jsonl").write_text('{"text": "secret"}\n')
    folder = write_corpus(tmp_path / "corpus", {"sub/a.md": FERRY})
    for name in ("secret.md", "many.jsonl"):
        (folder / "sub" / name).symlink_to(tmp_path / name)
    (folder / "inside.md").symlink_to(folder / "sub" / "a.md")
    paths = article_paths(folder)
    assert list(paths) == ["inside.md", "sub/a.md", "sub/many.jsonl", "sub/secret.md"]
    assert read_bytes(paths["inside.md"], "inside.md") == FERRY.encode()
    for name in ("sub/secret.md", "sub/many.jsonl"):
        with pytest.raises(UnreadableArticle) as caught:
            read_bytes(paths[name], name)
        assert (caught.value.message, caught.value.hint) == (
            f"{name}: it is a link out of its folder, which is not followed.",
            "Copy the file itself.",
        )


def test_a_document_of_100_mb_is_told(tmp_path: Path) -> None:
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(100_000_000)
    assert MAX_DOCUMENT_BYTES == 50_000_000
    assert unreadable(tmp_path / "large.pdf") == (
        "large.pdf: 100 MB is more than the 50 MB that one article may have.",
        "Split it.",
    )


@pytest.mark.parametrize("name", ["line\nbreak.md", "مقال.md", "a#1.md", "x.jsonl#1.md", "\\.md"])
def test_any_name_that_a_file_can_have_is_an_id(tmp_path: Path, name: str) -> None:
    folder = write_corpus(tmp_path, {name: FERRY})
    paths = article_paths(folder)
    assert list(paths) == [name]
    assert parse_article(name, read_bytes(paths[name], name)).source == "Port Gazette"


def test_a_name_that_is_not_utf_8_can_still_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"Gr\xf6\xdfe.md")).write_text("It rains.")
    ((name, path),) = article_paths(tmp_path).items()
    assert name == r"Gr\xf6\xdfe.md"
    assert parse_article(name, read_bytes(path, name)).text == "It rains."


def test_a_json_file_is_an_article() -> None:
    record = {
        "title": "A headline",
        "text": "By Somebody\nIt rains.\n",
        "source": "The Daily",
        "author": "Ann Lee",
        "published": "2026-02-11T10:00:00Z",
        "url": "https://daily.example/1",
        "language": "en",
        "unknown": [1],
    }
    content = json.dumps(record).encode()
    assert parse_article("sub/a.json", content) == Article(
        id="sub/a.json",
        title="A headline",
        text="By Somebody\nIt rains.\n",
        source="The Daily",
        url="https://daily.example/1",
        author="Ann Lee",
        published=date(2026, 2, 11),
        language="en",
        sha256=hashlib.sha256(content).hexdigest(),
    )


def test_each_line_of_a_jsonl_file_is_an_article(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text('{"text": "It rains."}\n\n{"text": "Es regnet.", "language": "de"}\r\nnonsense')
    paths = article_paths(tmp_path)
    assert paths == dict.fromkeys(("many.jsonl#1", "many.jsonl#3", "many.jsonl#4"), path)
    first, third = (
        parse_article(name, read_bytes(path, name)) for name in ("many.jsonl#1", "many.jsonl#3")
    )
    assert (first.id, first.text, third.text, third.language) == (
        "many.jsonl#1",
        "It rains.",
        "Es regnet.",
        "de",
    )
    with pytest.raises(UnreadableArticle) as caught:
        parse_article("many.jsonl#4", read_bytes(path, "many.jsonl#4"))
    assert caught.value.message == "many.jsonl#4: it is no JSON (Expecting value)."


def test_a_line_that_is_edited_or_gone_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text('{"text": "It rains."}\n{"text": "It pours."}\n')
    assert b"pours" in read_bytes(path, "many.jsonl#2")
    path.write_text('{"text": "It snows today."}\n')
    assert b"snows" in read_bytes(path, "many.jsonl#1")
    assert read_bytes(path, "many.jsonl#2") == b""


def test_an_empty_jsonl_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("\n\n")
    ((name, path),) = article_paths(tmp_path).items()
    with pytest.raises(
        UnreadableArticle, match=r"none.jsonl: it is no JSON|none.jsonl: it is empty"
    ):
        parse_article(name, read_bytes(path, name))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "it is no JSON (Expecting property name enclosed in double quotes)."),
        ("[" * 100_000, "it is no JSON (maximum recursion depth exceeded"),
        ("[]", 'it is no JSON object with a "text".'),
        ('{"title": "T"}', 'it is no JSON object with a "text".'),
        ('{"text": 5}', 'it is no JSON object with a "text".'),
        ('{"text": " "}', "it is empty."),
        ('{"text": "a", "published": "2026-13-45"}', "its record gives '2026-13-45' as published"),
        (r'{"text": "a\u0000b"}', "its text holds what is no character"),
        (r'{"text": "a\ud800b"}', "its text holds what is no character"),
    ],
)
def test_json_that_is_no_article_is_refused(content: str, problem: str) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        parse_article("a.json", content.encode())
    assert caught.value.message.startswith(f"a.json: {problem}")


@given(st.sampled_from(["a.json", "a.jsonl#1"]), st.text() | st.from_regex(r'\{"text":.*\}'))
def test_any_json_is_an_article_or_refused(name: str, content: str) -> None:
    with suppress(UnreadableArticle):
        assert parse_article(name, content.encode("utf-8", "replace")).text.strip()
