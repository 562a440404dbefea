"""Take docs/images/chat.png: run the chat, ask it a question in Chromium and save what it shows."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "docs" / "images" / "chat.png"
CHROMIUM = Path("/usr/bin/chromium")
PORT = "7899"
QUESTION = "Why was a YU7 on I-5?"


def take(url: str) -> None:
    """Ask the question at an address and save the page."""
    executable = CHROMIUM if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".card").first.wait_for(timeout=120_000)
        IMAGE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGE)
        browser.close()


def main() -> None:
    """Run the chat for as long as it takes."""
    with tempfile.TemporaryDirectory() as index:
        command = [sys.executable, "-m", "evqa", "chat", "--port", PORT, "--index", index]
        with subprocess.Popen(  # noqa: S603 - the command is evqa's own
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as chat:
            try:
                assert chat.stdout
                take(chat.stdout.readline().removeprefix("evqa chat: ").strip())
            finally:
                chat.terminate()


if __name__ == "__main__":
    main()
