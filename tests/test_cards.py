import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape
from html.parser import HTMLParser

import pytest

from evqa.citations import cut, render
from evqa.records import Answer, Article, Failure, Hit, Original, Passage, Quote
from evqa.web import cards
from evqa.web.places import Span, fingerprint, link, link_to

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`><svg/onload=alert(1)>"
    "${alert(1)}{{alert(1)}}![x](https://evil.example/x.png)&lt;b&gt;"
)
ESCAPED = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;`&gt;"
    "&lt;svg/onload=alert(1)&gt;${alert(1)}{{alert(1)}}![x](https://evil.example/x.png)"
    "&amp;lt;b&amp;gt;"
)
ARTICLE = Article(
    id="yu7.md",
    title="A YU7 on I-5",
    text="Before.\nIt was a benchmark. After.\n\nNext passage.",
    source="The Daily",
    url="https://daily.example/yu7?a=1&b=2",
    author="Ann Lee",
    published=date(2026, 2, 11),
)


def hit(article: Article, start: int = 0, end: int = 34) -> Hit:
    return Hit(Passage(0, article.id, 0, start, end, 8), article, 0.9)


def answer_from(article: Article, also_in: tuple[str, ...] = ()) -> Answer:
    quote = cut(replace(hit(article), also_in=also_in), 8, 27, 0.9)
    return Answer("Why?", "Why?", render([quote]), True, 0.834, (quote,))


def number(n: int, quotes: Sequence[Quote]) -> str:
    """The link that a quote's number is, on a line of its own quotes."""
    return (
        f'<a class="number open" data-number="{n}" href="{escape(link_to(quotes[n - 1], quotes))}"'
        f' aria-label="Quote {n}, in its article">[{n}]</a>'
    )


def tags(markup: str) -> list[tuple[str, dict[str, str | None]]]:
    found: list[tuple[str, dict[str, str | None]]] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    collector = Collector()
    collector.feed(markup)
    collector.close()
    return found


def test_an_answer_is_its_quotes_with_a_card_for_each_passage() -> None:
    one = number(1, answer_from(ARTICLE).quotes)
    assert cards.reply(answer_from(ARTICLE), {"yu7.md": ARTICLE}) == (
        '<p class="said-by" dir="auto">Ann Lee, The Daily, 11 February 2026:</p>'
        f'<p class="lead" dir="auto">“It was a benchmark.” {one}</p>'
        '<p class="confidence">confidence 83 %</p>'
        '<ol class="cards"><li class="card">'
        f'<p class="origin"><span class="numbers">{one} '
        '<span class="how-sure">90 % sure</span></span>'
        "<bdi>The Daily</bdi><bdi>11 Feb 2026</bdi></p>"
        '<h3 class="title" dir="auto"><a href="https://daily.example/yu7?a=1&amp;b=2" '
        'target="_blank" rel="noopener noreferrer nofollow">A YU7 on I-5</a></h3>'
        '<p class="byline" dir="auto">by Ann Lee</p>'
        '<blockquote class="passage" dir="auto">Before.\n'
        '<mark data-number="1">It was a benchmark.</mark> After.</blockquote></li></ol>'
    )


def test_quotes_of_one_passage_share_a_card() -> None:
    first, second = cut(hit(ARTICLE), 28, 34, 0.9), cut(hit(ARTICLE), 0, 7, 0.8)
    elsewhere = cut(hit(ARTICLE, 36, 49), 36, 40, 0.7)
    quotes = (first, elsewhere, second)
    answer = Answer("Why?", "Why?", render(quotes), True, 0.8, quotes)
    markup = cards.reply(answer, {"yu7.md": ARTICLE})
    assert markup.startswith(
        '<p class="said-by" dir="auto">Ann Lee, The Daily, 11 February 2026:</p>'
        f'<p class="lead" dir="auto">“After.” {number(1, quotes)}</p>'
        f'<p class="lead" dir="auto">“Next” {number(2, quotes)}</p>'
        f'<p class="lead" dir="auto">“Before.” {number(3, quotes)}</p>'
        '<p class="confidence">confidence 80 %</p>'
    )
    assert markup.count('<li class="card">') == 2
    numbers = (
        f'{number(1, quotes)} <span class="how-sure">90 % sure</span> '
        f'{number(3, quotes)} <span class="how-sure">80 % sure</span>'
    )
    assert f'<span class="numbers">{numbers}</span>' in markup
    assert (
        '<blockquote class="passage" dir="auto"><mark data-number="3">Before.</mark>\n'
        'It was a benchmark. <mark data-number="1">After.</mark></blockquote>'
    ) in markup
    assert '<mark data-number="2">Next</mark> passage.</blockquote>' in markup


def test_words_beyond_the_quotes_are_shown_whole() -> None:
    answer = replace(answer_from(ARTICLE), text="Two lines\n<b>by another answerer</b>")
    assert cards.reply(answer, {"yu7.md": ARTICLE}).startswith(
        '<p class="lead" dir="auto">Two lines\n&lt;b&gt;by another answerer&lt;/b&gt;</p>'
    )


def test_a_follow_up_tells_what_was_looked_up() -> None:
    answer = replace(answer_from(ARTICLE), standalone_question="Why was the <b>YU7</b> there?")
    assert cards.reply(answer, {"yu7.md": ARTICLE}).startswith(
        '<p class="looked-up" dir="auto">'
        "Looked up as: Why was the &lt;b&gt;YU7&lt;/b&gt; there?</p>"
    )


def test_a_card_names_the_other_articles_that_print_the_passage() -> None:
    other = replace(ARTICLE, id="copy.md", title="A <copy>")
    markup = cards.reply(
        answer_from(ARTICLE, also_in=("copy.md",)), {"yu7.md": ARTICLE, "copy.md": other}
    )
    assert markup.endswith(
        '<p class="also" dir="auto">Nearly the same in: A &lt;copy&gt;</p></li></ol>'
    )


@pytest.mark.parametrize(
    ("original", "line"),
    [
        (
            Original("Electrek", "EVs in 2027", "Scooter Doll", date(2025, 8, 20)),
            "reporting on Electrek, “EVs in 2027” by Scooter Doll, 20 Aug 2025",
        ),
        (Original(author="Emir Bardakçı"), "reporting on an article by Emir Bardakçı"),
        (Original(title="<i>"), "reporting on “&lt;i&gt;”"),
        (Original(), "reporting on an article"),
    ],
)
def test_a_digest_names_what_it_reports_on(original: Original, line: str) -> None:
    article = replace(ARTICLE, author="", reports_on=original)
    markup = cards.reply(answer_from(article), {"yu7.md": article})
    assert f'</h3><p class="byline" dir="auto">{line}</p><blockquote' in markup


def test_a_nameless_article_goes_by_its_file() -> None:
    article = Article("a<b>.md", "", ARTICLE.text)
    markup = cards.reply(answer_from(article), {article.id: article})
    assert "<bdi>a&lt;b&gt;.md</bdi></p>" in markup
    assert '<h3 class="title" dir="auto">a&lt;b&gt;.md</h3>' in markup


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/x",
        "http:",
        "http://[bad",
        "file:///etc/passwd",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    article = replace(ARTICLE, url=url)
    markup = cards.reply(answer_from(article), {"yu7.md": article})
    assert '<h3 class="title" dir="auto">A YU7 on I-5</h3>' in markup
    assert {attributes["href"] for tag, attributes in tags(markup) if tag == "a"} == {
        link_to(answer_from(article).quotes[0])
    }


def test_a_link_cannot_leave_its_attribute() -> None:
    article = replace(ARTICLE, url='https://a.example/"onmouseover="alert(1)')
    links = [
        attributes
        for tag, attributes in tags(cards.reply(answer_from(article), {"yu7.md": article}))
        if tag == "a" and "target" in attributes
    ]
    assert links == [
        {
            "href": 'https://a.example/"onmouseover="alert(1)',
            "target": "_blank",
            "rel": "noopener noreferrer nofollow",
        }
    ]


def test_a_hostile_article_adds_no_markup() -> None:
    original = Original(HOSTILE, HOSTILE, HOSTILE, date(2026, 1, 1))
    plain = Original("x", "x", "x", date(2026, 1, 1))

    def shown(words: str, reports_on: Original) -> str:
        article = Article(
            words, words, f"{words} {words} {words}", words, words, words, reports_on=reports_on
        )
        copy = replace(article, id=f"{words} copy")
        quote = cut(
            replace(hit(article, 0, len(article.text)), also_in=(copy.id,)),
            len(words) + 1,
            2 * len(words) + 1,
            0.9,
        )
        answer = Answer(words, f"{words}?", render([quote]), True, 0.9, (quote,))
        refusal = Answer(words, words, words, False, 0.1, hits=(hit(article, 0, 9),))
        replies = [
            cards.reply(answer, {article.id: article, copy.id: copy}),
            cards.reply(refusal, {}),
            cards.problem(words, words),
            cards.collection(1, 1, [Failure(words, words)]),
        ]
        return cards.conversation([(words, reply) for reply in replies], words)

    def structure(markup: str) -> list[tuple[str, dict[str, str | None]]]:
        """The tags, with what own links name left out."""
        return [
            (tag, {**attributes, **({"href": "?"} if "href" in attributes else {})})
            for tag, attributes in tags(markup)
        ]

    assert structure(shown(HOSTILE, original)) == structure(shown("x", plain))
    own = [
        attributes["href"] or "" for tag, attributes in tags(shown(HOSTILE, original)) if tag == "a"
    ]
    assert own
    assert all(re.fullmatch(r"\?[A-Za-z0-9%&=+._~-]+", href) for href in own)


def test_a_refusal_shows_the_three_nearest_passages() -> None:
    refusal = Answer(
        "Why?", "Why?", "The articles don't say.", False, 0.1, hits=(hit(ARTICLE),) * 4
    )
    passage = link("yu7.md", Span(0, 34, fingerprint("Before.\nIt was a benchmark. After.")))
    card = (
        '<details class="card muted"><summary><span class="origin">'
        "<bdi>The Daily</bdi><bdi>11 Feb 2026</bdi></span>"
        '<span class="title" dir="auto">A YU7 on I-5</span>'
        '<span class="snippet" dir="auto" aria-hidden="true">'
        "Before. It was a benchmark. After.</span></summary>"
        '<blockquote class="passage" dir="auto">Before.\nIt was a benchmark. After.</blockquote>'
        f'<a class="open" href="{escape(passage)}">Show in the article</a></details>'
    )
    assert cards.reply(refusal, {}) == (
        '<p class="refusal" dir="auto">The articles don&#x27;t say.</p>'
        '<section class="nearest"><h3>Nearest passages</h3>'
        f"<p>They are close to the question, but do not answer it.</p>{card * 3}</section>"
    )


def test_a_refusal_without_passages_is_only_its_words() -> None:
    refusal = Answer("Why?", "Why?", "Nothing.", False, 0.0)
    assert cards.reply(refusal, {}) == '<p class="refusal" dir="auto">Nothing.</p>'


def test_a_question_is_plain_text() -> None:
    assert cards.conversation([(HOSTILE, cards.pending())], notice="Type <one>") == (
        f'<article class="exchange"><h2 class="question" dir="auto">{ESCAPED}</h2>'
        '<p class="pending">Looking through the articles<span aria-hidden="true">…</span></p>'
        '</article><p class="notice">Type &lt;one&gt;</p>'
    )


def test_a_long_passage_has_a_short_snippet() -> None:
    article = replace(ARTICLE, text="word " * 100)
    refusal = Answer("Why?", "Why?", "Nothing.", False, 0.0, hits=(hit(article, 0, 500),))
    assert f"{('word ' * 36).strip()}…</span>" in cards.reply(refusal, {})


def test_the_collection_names_the_files_that_could_not_be_read() -> None:
    assert cards.collection(1, 2, [Failure("<a>.md", "no <text>")]) == (
        '<p class="status">1 article, 2 passages</p>'
        '<details class="failures"><summary>1 file could not be read</summary>'
        "<ul><li><bdi>&lt;a&gt;.md</bdi>: no &lt;text&gt;</li></ul></details>"
    )


def test_a_problem_comes_with_its_hint() -> None:
    assert cards.problem("No <index>.", "Run <it>.") == (
        '<p class="problem" role="alert"><strong>No &lt;index&gt;.</strong> Run &lt;it&gt;.</p>'
    )
    assert cards.problem("No.", "") == '<p class="problem" role="alert"><strong>No.</strong></p>'


def test_what_sources_differ_in_stands_below_the_quotes() -> None:
    answer = answer_from(ARTICLE)
    answer = replace(answer, text=f"{answer.text}\nSources differ: <b>a</b>; b.\n2 outlets say 7.")
    markup = cards.reply(answer, {"yu7.md": ARTICLE})
    assert (
        '[1]</a></p><p class="remark" dir="auto">Sources differ: &lt;b&gt;a&lt;/b&gt;; b.</p>'
        '<p class="remark" dir="auto">2 outlets say 7.</p><p class="confidence">'
    ) in markup


def test_a_reply_can_be_judged_once_and_asked_again() -> None:
    assert cards.tools(3, "", answered=True) == (
        '<p class="tools">'
        '<button type="button" class="tool" data-act="up" data-exchange="3">Good answer</button>'
        '<button type="button" class="tool" data-act="down" data-exchange="3">Bad answer</button>'
        '<button type="button" class="tool" data-act="retry" data-exchange="3">Ask again</button>'
        "</p>"
    )
    again = (
        '<button type="button" class="tool" data-act="retry" data-exchange="3">Ask again</button>'
    )
    assert cards.tools(3, "", answered=False) == f'<p class="tools">{again}</p>'
    assert cards.tools(3, "<kept>", answered=True) == (
        f'<p class="tools">{again}<span class="opinion" role="status">&lt;kept&gt;</span></p>'
    )


def test_quotes_that_no_longer_stand_are_named_with_what_became_of_them() -> None:
    assert cards.changed([("a <b>", "Gone.")]) == (
        '<ul class="changed"><li dir="auto">“a &lt;b&gt;” <strong>Gone.</strong></li></ul>'
    )
    assert cards.changed([]) == ""


def test_the_panel_asks_what_is_right_or_wrong() -> None:
    assert cards.judging("Why <b>?", right=False) == (
        '<h2 class="judging">What is wrong about the answer to <bdi>“Why &lt;b&gt;?”</bdi></h2>'
    )
    assert "What is right about" in cards.judging("Why?", right=True)


def test_example_questions_are_buttons() -> None:
    assert cards.examples(["Why <b>?"]) == (
        '<div role="group" aria-label="Questions to begin with">'
        '<button type="button" class="example" dir="auto">Why &lt;b&gt;?</button></div>'
    )


def test_quotes_of_different_days_come_with_a_timeline() -> None:
    later = replace(ARTICLE, id="later.md", published=date(2026, 3, 1))
    quotes = (cut(hit(ARTICLE), 8, 27, 0.9), cut(hit(later), 8, 27, 0.8))
    answer = Answer("Why?", "Why?", render(quotes), True, 0.8, quotes)
    markup = cards.reply(answer, {"yu7.md": ARTICLE, "later.md": later})
    assert '</p><figure class="plot"><figcaption>When it was said</figcaption>' in markup
    assert '</figure><ol class="cards">' in markup
