"""Take the pictures of docs/images: run the chat, use it in Chromium and save what it shows."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = Path("/usr/bin/chromium")
PORT = "7899"
QUESTION = "Why was a YU7 on I-5?"
UNANSWERABLE = "What is the boiling point of ethanol?"
ALTERED = (
    "Xiaomi CEO Lei Jun suspects that a US competitor never bought the YU7 seen on the I-5 as a "
    "benchmark vehicle."
)
MILLISECONDS = 120_000


@contextmanager
def visit(browser: Browser, url: str, *, width: int, height: int, dark: bool) -> Iterator[Page]:
    """The chat's page in a new browser window, its index read."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    page.goto(url)
    page.locator("#status", has_text="passages").wait_for()
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    """Ask a question and wait for the whole reply."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange .tools").last.wait_for()


def save(page: Page, name: str) -> None:
    """Save what the window shows once it rests."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png")


def take(url: str, browser: Browser) -> None:
    """Take every picture of the chat at an address."""
    with visit(browser, url, width=1280, height=900, dark=False) as page:
        ask(page, QUESTION)
        save(page, "chat")
        page.locator(".card a.open").first.click()
        page.locator(".view mark.own").wait_for()
        save(page, "article")
    with visit(browser, url, width=1280, height=900, dark=True) as page:
        ask(page, QUESTION)
        save(page, "dark")
    with visit(browser, url, width=1280, height=900, dark=False) as page:
        ask(page, UNANSWERABLE)
        save(page, "refusal")
    with visit(browser, url, width=1280, height=900, dark=False) as page:
        page.get_by_role("tab", name="Library").click()
        page.locator(".articles tbody tr").first.wait_for()
        save(page, "library")
        page.get_by_role("tab", name="Check a quotation").click()
        page.get_by_label("Paste a quotation").fill(ALTERED)
        page.get_by_role("button", name="Check", exact=True).click()
        page.locator(".verdict").wait_for()
        save(page, "check")
    with visit(browser, url, width=390, height=844, dark=False) as page:
        ask(page, QUESTION)
        save(page, "phone")


def main() -> None:
    """Run the chat for as long as it takes."""
    executable = CHROMIUM if CHROMIUM.exists() else None
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as index, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        command = [sys.executable, "-m", "evqa", "chat", "--port", PORT, "--index", index]
        with subprocess.Popen(  # noqa: S603 - the command is evqa's own
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as chat:
            try:
                assert chat.stdout
                take(chat.stdout.readline().removeprefix("evqa chat: ").strip(), browser)
            finally:
                chat.terminate()
        browser.close()


if __name__ == "__main__":
    main()
