"""Take the pictures of the README anew: `.venv/bin/python docs/pictures/make.py`, after `make test` and with Chromium.

Starts `launch demo` in an empty folder, drives its page as a person would, and photographs what is really there.
"""

# ruff: noqa: INP001  (a script that stands alone)
from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
WINDOW = (1280, 800)


@contextmanager
def demo() -> Iterator[str]:
    """The local workspace; its address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "LAUNCH_"))}
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo"],
            cwd=folder,
            env=kept | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            if found is None:
                raise SystemExit("launch demo printed no address")
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def window(browser: Browser, address: str) -> Page:
    """The page, ready."""
    width, height = WINDOW
    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce")
    page.goto(address)
    page.wait_for_selector("body.ready")
    return page


def type_in(page: Page, line: str, then: str) -> None:
    """Type into the composer, send, and wait until the answer holds some words."""
    box = page.locator("#composer-text")
    box.click()
    box.fill(line)
    box.press("Escape")
    box.press("Enter")
    page.wait_for_selector(f"text={then}", timeout=90_000)
    page.wait_for_timeout(800)


def panel(page: Page, *, show: bool) -> None:
    """Open or close the panel of the demo company."""
    if (page.locator(".company-open").get_attribute("aria-pressed") == "true") != show:
        page.click(".company-open")
        page.wait_for_timeout(400)


def switch(page: Page, *faults: str) -> None:
    """Break or mend things in the open panel."""
    for fault in faults:
        page.click(f'label.fault:has([data-fault="{fault}"])')
        page.wait_for_timeout(500)
    page.locator(".panel-body").evaluate("(panel) => { panel.scrollTop = 0 }")


def top_of(page: Page, words: str) -> None:
    """Scroll so that the last message with these words begins at the top, and let go of the composer."""
    message = page.locator("article.row", has_text=words).last
    message.evaluate(
        """(row) => {
          document.activeElement?.blur();
          let list = row.parentElement;
          while (list.scrollHeight <= list.clientHeight || getComputedStyle(list).overflowY === "visible") {
            list = list.parentElement;
          }
          list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top;
        }"""
    )
    page.mouse.move(700, 20)
    page.wait_for_timeout(400)


def take(page: Page, name: str) -> None:
    """One picture, with as few colours as it needs where Pillow is at hand."""
    path = HERE / f"{name}.png"
    page.screenshot(path=path)
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)


def main() -> None:
    """All pictures, in the order in which a newcomer sees such things."""
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = window(browser, address)
        panel(page, show=True)
        switch(page, "checkout_500", "spf_two", "dmarc_gone")
        panel(page, show=False)
        type_in(page, "/launch check", "No-go:")
        top_of(page, "No-go:")
        take(page, "report")
        panel(page, show=True)
        switch(page, "spf_two", "dmarc_gone")
        type_in(page, "/launch check", "What changed")
        top_of(page, "What changed")
        take(page, "demo")
        panel(page, show=False)
        page.click("nav .side-item:has-text('Launch Ready')")
        page.wait_for_selector("text=· marigold.test")
        page.wait_for_timeout(800)
        take(page, "home")
        browser.close()


if __name__ == "__main__":
    main()
