"""The hall, the built mini-program, and who takes part in the walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from backend.core.database import make_engine_options
from deploy.local.node import Node, find_node
from deploy.local.web_build import build_mini_program, install_packages
from tests.browser.stage import ROOT, Stage
from tests.miniprogram.phone import HERE, Phone, PhoneSetting
from tests.miniprogram.staff import Staff
from tests.running_hall import run_hall

# The workers of xdist have the first ones, the browser the last.
REDIS_NUMBER = 14
# Built in; the phone leads what goes there to wherever the hall of the test listens.
BUILT_ORIGIN = "http://127.0.0.1:8000"
VAR = ROOT / "var"


@pytest.fixture(scope="session")
def node() -> Node:
    """Return Node.js with the packages of the walk."""
    found = find_node(ROOT, VAR / "log")
    install_packages(VAR, HERE, "mini-program-walk", found)
    return found


@pytest.fixture(scope="session")
def mini_program(node: Node) -> Iterator[Path]:
    """Yield the folder of the mini-program, built from the sources as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HALL_API_ORIGIN", raising=False)
        yield build_mini_program(ROOT, VAR)


@pytest.fixture(scope="session")
def hall(mini_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Engine]]:
    """Yield the running hall and its database."""
    with run_hall("miniprogram", tmp_path_factory.mktemp("hall"), REDIS_NUMBER) as (stage, database_url):
        engine = create_engine(database_url, **make_engine_options(2))
        yield stage, engine
        engine.dispose()


@pytest.fixture
def pick_up(
    hall: tuple[Stage, Engine], node: Node, mini_program: Path, tmp_path: Path
) -> Iterator[Callable[[str], Phone]]:
    """Yield what gives the phone of a simulated person."""
    phones: list[Phone] = []

    def start(user: str) -> Phone:
        stage = hall[0]
        setting = PhoneSetting(mini_program, BUILT_ORIGIN, stage.url, stage.control, user)
        phones.append(Phone(node.folder / "node", setting, tmp_path / f"{user}.log"))
        return phones[-1]

    yield start
    for phone in phones:
        phone.close()


@pytest.fixture
def employ(hall: tuple[Stage, Engine]) -> Iterator[Callable[[str], Staff]]:
    """Yield what signs somebody of the staff in."""
    people: list[Staff] = []

    def sign_in(username: str) -> Staff:
        people.append(Staff(hall[0].url, username))
        return people[-1]

    yield sign_in
    for one in people:
        one.close()
