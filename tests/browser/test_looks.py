"""The page in both colour schemes, on phones and wide screens, and with the keyboard alone."""

import itertools
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chatting import Chat, Visit, ask
from playwright.sync_api import Page, expect

FLAGSHIP = "Why was a YU7 on I-5?"
UNANSWERABLE = "What is the boiling point of ethanol?"
LIGHT, DARK = "rgb(247, 246, 242)", "rgb(22, 22, 21)"
FOCUSED = """() => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    const around = getComputedStyle(focused.closest('#ask') ?? focused);
    return {
        name: focused.ariaLabel || focused.textContent.trim() || focused.placeholder || '',
        page: focused === document.body,
        outline: Math.max(...[style, around].map(
            (one) => (one.outlineStyle === 'none' ? 0 : parseFloat(one.outlineWidth))
        )),
    };
}"""


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds serious or critical: the rule, and the markup it is about."""
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible(scheme: str, chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.reload()
    page.get_by_label("Your question").wait_for()
    assert paper(page) == (LIGHT if scheme == "light" else DARK)
    assert serious(page) == []
    ask(page, FLAGSHIP)
    page.locator(".card a.open").first.click()
    expect(page.locator(".view mark.own")).to_have_count(1)
    assert serious(page) == []
    ask(page, UNANSWERABLE)
    page.locator(".nearest summary").first.click()
    assert serious(page) == []


def test_the_colours_follow_the_system_until_they_are_chosen(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    switch, body = page.locator(".theme"), page.locator("body")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_css("background-color", DARK)
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", LIGHT)
    switch.click()
    expect(switch).to_have_text("Colours: light")
    switch.click()
    expect(switch).to_have_text("Colours: dark")
    expect(body).to_have_css("background-color", DARK)
    page.reload()
    expect(switch).to_have_text("Colours: dark")
    expect(body).to_have_css("background-color", DARK)
    switch.click()
    expect(switch).to_have_text("Colours: system")
    expect(body).to_have_css("background-color", LIGHT)


@pytest.mark.parametrize("width", [360, 768, 1024, 1440, 2560])
def test_no_width_needs_sideways_scrolling(width: int, chat: Chat, visit: Visit) -> None:
    page = visit(chat, width=width, height=800)
    ask(page, FLAGSHIP)
    page.locator(".card a.open").first.click()
    expect(page.locator(".view mark.own")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    talk, article = page.locator("#talk").bounding_box(), page.locator(".view").bounding_box()
    assert talk
    assert article
    assert (article["x"] >= talk["x"] + talk["width"]) == (width >= 1024)


def test_everything_is_reached_by_keyboard_and_shows_its_focus(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    ask(page, FLAGSHIP)
    page.locator(".card a.open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".view-title")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    names = []
    for _ in itertools.repeat(None, 60):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["page"]:
            break
        assert focused["outline"] >= 2, focused
        names.append(focused["name"])
    reachable = "button:visible, a[href]:visible, textarea:visible, input:visible, summary:visible"
    assert len(names) >= page.locator(reachable).count()
    for name in ("Quote 1, in its article", "Ask", "Close", "BibTeX", "New conversation"):
        assert name in names


def test_nothing_moves_where_that_is_not_wanted(chat: Chat, visit: Visit) -> None:
    page = visit(chat)
    page.emulate_media(reduced_motion="reduce")
    ask(page, FLAGSHIP)
    moving = page.evaluate(
        """[...document.querySelectorAll('#main *')].filter((one) => {
            const style = getComputedStyle(one);
            return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none';
        }).length"""
    )
    assert moving == 0
