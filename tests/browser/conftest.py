"""A real Chromium on file:// pages with the network off. Skipped by name when no Chromium is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from reports import render
from tests.fixtures import reader_folder

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("aucun Chromium : installez le paquet « chromium » pour lancer les essais de pages")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        launched = playwright.chromium.launch(executable_path=found, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        offline=True, accept_downloads=True, viewport={"width": 1440, "height": 900}
    )
    yield context
    context.close()


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The rendered folders of four readers; the funder's went through the notebook and its kernel."""
    root = tmp_path_factory.mktemp("published")
    folders = {
        kind: reader_folder.write(root / kind, kind) for kind in ("internal", "committee", "funder", "public")
    }
    render.render_all(list(folders.values()))()
    return folders
