from dataclasses import replace
from datetime import date

import pytest

from evqa.citations import cut
from evqa.errors import ArticleLinkError
from evqa.records import Article, Hit, Original, Passage
from evqa.web import article_view
from evqa.web.places import Place, Span, span_of

ARTICLE = Article(
    id="yu7.md",
    title="A <YU7> on I-5",
    text="Before.\nIt was a benchmark. After & <b>more</b>.",
    source="The Daily",
    url="https://daily.example/yu7",
    author="Ann Lee",
    published=date(2026, 2, 11),
    language="en",
    reports_on=Original(outlet="Electrek"),
)
HIT = Hit(Passage(0, "yu7.md", 0, 0, 34, 8), ARTICLE, 0.9)
QUOTE, OTHER = cut(HIT, 8, 27, 0.9), cut(HIT, 28, 47, 0.9)


def test_the_whole_article_is_shown_with_its_quotes_marked() -> None:
    markup = article_view.view(Place("yu7.md", span_of(QUOTE), (span_of(OTHER),)), ARTICLE)
    assert (
        '<div class="article-text" dir="auto" lang="en">Before.\n'
        '<mark class="own">It was a benchmark.</mark> '
        '<mark class="other">After &amp; &lt;b&gt;more&lt;/b&gt;</mark>.</div>'
    ) in markup
    assert "Underlined: other quotes of the same answer." in markup


def test_an_article_is_shown_from_its_beginning_where_no_quote_is_named() -> None:
    markup = article_view.view(Place("yu7.md", None), ARTICLE)
    assert "<mark" not in markup
    assert "Copy" not in markup
    assert '<div class="article-text" dir="auto" lang="en">Before.\nIt was a bench' in markup
    vast = article_view.view(Place("yu7.md", None), replace(ARTICLE, text="a" * 500_000))
    assert "100,000 characters after this are not shown." in vast


def test_what_is_known_of_the_article_stands_above_it() -> None:
    markup = article_view.view(Place("yu7.md", span_of(QUOTE)), ARTICLE)
    assert (
        '<p class="origin"><bdi>The Daily</bdi><bdi>11 Feb 2026</bdi></p>'
        '<button type="button" class="close">Close</button></div>'
        '<h2 class="view-title" id="article-title" tabindex="-1" dir="auto">'
        '<a href="https://daily.example/yu7" target="_blank" rel="noopener noreferrer nofollow">'
        "A &lt;YU7&gt; on I-5</a></h2>"
        '<p class="byline" dir="auto">by Ann Lee</p>'
        '<p class="byline" dir="auto">reporting on Electrek</p><div class="copying"'
    ) in markup
    assert "Underlined" not in markup


def test_a_quote_can_be_copied_in_each_form() -> None:
    markup = article_view.view(Place("yu7.md", span_of(QUOTE)), ARTICLE)
    for form in ("Plain", "Markdown", "APA", "BibTeX"):
        assert (
            f'<button type="button" class="copy">{form}</button><pre class="citation" hidden>'
        ) in markup
    assert "title = {{A \\textless{}YU7\\textgreater{} on I-5}}" in markup


def test_the_page_of_the_quote_is_told() -> None:
    paged = replace(ARTICLE, pages=(0, 8))
    assert '<p class="byline">page 2</p>' in article_view.view(
        Place("yu7.md", span_of(QUOTE)), paged
    )


def test_of_a_vast_article_only_what_surrounds_the_quote_is_shown() -> None:
    long = replace(ARTICLE, text="x" * 900_000)
    markup = article_view.view(Place("yu7.md", Span(450_000, 450_010)), long)
    assert len(markup) < 410_000
    assert f'<mark class="own">{"x" * 10}</mark>' in markup
    assert (
        markup.count('<p class="left-out">250,005 characters before this are not shown.</p>') == 1
    )
    assert markup.count('<p class="left-out">249,995 characters after this are not shown.</p>') == 1


def test_nothing_is_marked_where_the_text_changed() -> None:
    with pytest.raises(ArticleLinkError):
        article_view.view(Place("yu7.md", span_of(QUOTE)), replace(ARTICLE, text="Else."))


def test_a_stale_link_is_told_in_one_line() -> None:
    assert article_view.stale("Out of date", "The <article> is gone.") == (
        '<article class="view" aria-labelledby="article-title"><div class="view-top">'
        '<h2 class="view-title" id="article-title" tabindex="-1">Out of date</h2>'
        '<button type="button" class="close">Close</button></div>'
        '<p class="problem" dir="auto">The &lt;article&gt; is gone.</p></article>'
    )
