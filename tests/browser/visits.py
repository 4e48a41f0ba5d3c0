"""People at their browsers. A browser costs a second to open, so everybody keeps theirs from test to test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect, sync_playwright

from jobsite.pages.frames import SCRIPTS_COOKIE
from tests.browser.proxies import Nginx
from tests.browser.screens import Screen
from tests.browser.site import Site
from tests.browser.watch import Watch

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of these that is installed; the shell draws nothing, and is half as much work as a whole browser."""
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
LIMIT_MS = 15_000
UTC = "UTC"
"""The zone of browsers, whatever that of the machine is."""

expect.set_options(timeout=LIMIT_MS)


@contextmanager
def headless_chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.fail(
            "Chromium is not installed: apt-get install --no-install-recommends chromium-headless-shell", pytrace=False
        )
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root its sandbox refuses to start
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, "--no-first-run", *as_root])
        yield browser
        browser.close()


class Kept(NamedTuple):
    """What tells one kept browser from another."""

    address: str
    name: str
    javascript: bool
    phone: bool


class Visits:
    """Lets people come to the site, and watches them."""

    def __init__(self, chromium: Browser, site: Site) -> None:
        """`site` is where people go, unless they say otherwise."""
        self.chromium, self.site = chromium, site
        self.logged_in: dict[str, StorageState] = {}
        self.kept: dict[Kept, tuple[Page, Watch]] = {}
        self.here: list[tuple[Page, Watch]] = []
        self.passing: list[Page] = []

    def __call__(self, name: str = "", *, javascript: bool = True, phone: bool = False) -> Page:
        """Return the browser in which `name` is logged in, or nobody. A test leaves it as it found it."""
        who = Kept(self.site.address, name, javascript, phone)
        if who not in self.kept:
            self.kept[who] = self._open(who)
        self.here.append(self.kept[who])
        return self.kept[who][0]

    def afresh(
        self,
        name: str = "",
        *,
        site: Site | Nginx | None = None,
        theme: Literal["light", "dark"] = "light",
        permissions: tuple[str, ...] = (),
        zone: str = UTC,
        javascript: bool = True,
    ) -> Page:
        """Open a browser for this test alone: one that will forget who is logged in, or must have nothing in store."""
        who = Kept((site or self.site).address, name, javascript, phone=False)
        self.here.append(self._open(who, theme, permissions, zone))
        self.passing.append(self.here[-1][0])
        return self.passing[-1]

    def expect(self, words: str) -> None:
        """Say that an error with these words belongs to the test."""
        for _, watch in self.here:
            watch.expected.append(words)

    def leave(self) -> list[str]:
        """End a test: return what went wrong in any browser."""
        for page, _ in self.here:
            page.goto("about:blank")  # whatever is still on its way ends with the test
        errors = [error for _, watch in self.here for error in watch.forget()]
        for page in self.passing:
            page.context.close()
        self.here, self.passing = [], []
        return errors

    def _open(
        self,
        who: Kept,
        theme: Literal["light", "dark"] = "light",
        permissions: tuple[str, ...] = (),
        zone: str = UTC,
    ) -> tuple[Page, Watch]:
        context = self.chromium.new_context(
            base_url=who.address,
            storage_state=self.logged_in.get(who.name),
            java_script_enabled=who.javascript,
            ignore_https_errors=who.address.startswith("https:"),  # a certificate of the test's own
            viewport=PHONE if who.phone else DESK,
            color_scheme=theme,
            permissions=permissions,
            timezone_id=zone,
        )
        context.set_default_timeout(LIMIT_MS)
        if not who.javascript:
            context.clear_cookies(name=SCRIPTS_COOKIE)  # a script has set it, in the browser that logged in
        page, watch = context.new_page(), Watch(context)
        if who.name and who.name not in self.logged_in:
            self.logged_in[who.name] = _log_in(page, who.name)
        return page, watch


def _log_in(page: Page, name: str) -> StorageState:
    Screen(page).open()
    Screen(page).log_in(name)
    page.wait_for_url("**/jobs/")
    return page.context.storage_state()
