"""One hall and one Chromium for all browser tests of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import make_url

from deploy.demo.organisation import PASSWORD
from deploy.local.browser import BrowserMissing, ensure_browser
from deploy.local.web_build import build_web_clients
from tests.browser.people import DESKTOP, PHONE, Customer, Staff
from tests.browser.stage import ROOT, Stage, create_database, drop_database
from tests.browser.watched import Watched
from tests.conftest import DATABASE_VARIABLE, REDIS_VARIABLE

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# The workers of xdist have the first ones.
REDIS_DATABASE = "db=15"
SCREENSHOTS = ROOT / "var" / "screenshots"


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Yield the running hall, with both clients built from the sources as they are."""
    build_web_clients(ROOT, ROOT / "var")
    address = os.environ[DATABASE_VARIABLE]
    name = f"hall_browser_{os.getpid()}"
    create_database(address, name)
    own = make_url(address).set(database=name).render_as_string(hide_password=False)
    hall = Stage(
        tmp_path_factory.mktemp("hall"), own, os.environ[REDIS_VARIABLE].replace("db=0", REDIS_DATABASE)
    )
    try:
        hall.start()
        yield hall
    finally:
        hall.stop()
        drop_database(address, name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield the browser; where it is missing and cannot be installed, fail with what is to be done."""
    try:
        program = ensure_browser()
    except BrowserMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    flags = [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium: Browser, stage: Stage) -> Iterator[Watched]:
    """Yield what opens pages and listens to them; at the end nothing may have gone wrong in any of them."""
    found = Watched(chromium, stage.url, SCREENSHOTS)
    yield found
    found.close()
    assert not found.complaints, "\n".join(found.complaints)


@pytest.fixture
def open_customer(watched: Watched, stage: Stage) -> Callable[[], Customer]:
    """Return what gives another customer a phone with the hall's H5 pages."""
    return lambda: Customer(watched.open(PHONE, "/h5/"), stage)


@pytest.fixture
def open_staff(watched: Watched, stage: Stage) -> Callable[..., Staff]:
    """Return what signs somebody of the demonstration in at a console, on a desktop or on a phone."""

    def open_console(username: str, *, on_phone: bool = False, password: str = PASSWORD) -> Staff:
        page = watched.open(PHONE if on_phone else DESKTOP, "/console/")
        staff = Staff(page, stage)
        staff.sign_in(username, password)
        return staff

    return open_console
