"""The folder ``processes/`` as plain data: what the linter checks and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.catalogue.loader import hash_body, read_body
from backend.catalogue.service import Draft

PROCESSES_FOLDER = Path(__file__).parents[2] / "processes"
# These list what the processes refer to; every other file at the top of the folder is a process.
POSTS_FILE, SERVICES_FILE, MESSAGES_FILE = "posts.yaml", "services.yaml", "messages.yaml"
DOCUMENTS_FILE = "documents.yaml"
# By which companies are classified: a table that is kept here, though no form names it.
CLASSIFICATION_RULES = "options/classification_rules.yaml"


@dataclass(frozen=True, slots=True)
class Service:
    """What a customer can apply for, with the form to fill in and the process that does the work.

    ``summary`` says in the customer's words what it is, ``needs`` what to have at hand. Where it
    ``opens_account`` or ``lays_pipes``, the place is looked at before the rest is filled in.
    """

    key: str
    name: str
    form: str
    process: str
    summary: str
    needs: tuple[str, ...]
    opens_account: bool = False
    lays_pipes: bool = False

    @property
    def checks_place(self) -> bool:
        """Whether what is at the place already may speak against it."""
        return self.opens_account or self.lays_pipes


@dataclass(frozen=True, slots=True)
class ProcessesFolder:
    """All of ``processes/``: bodies by file name without its ending, the posts and other parties.

    ``documents`` has the manual's name of each document of a step → the forms that stand for it.
    """

    processes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    positions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    post_names: Mapping[str, str] = field(default_factory=dict)
    party_names: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def offered_services(self) -> tuple[Service, ...]:
        """The services whose process is here; one whose process is still missing is not offered."""
        return tuple(one for one in self.services if one.process in self.processes)


def read_folder(folder: Path = PROCESSES_FOLDER) -> ProcessesFolder:
    """Read every file; raises DuplicateKey, yaml.YAMLError or OSError."""
    listed = {POSTS_FILE, SERVICES_FILE, MESSAGES_FILE, DOCUMENTS_FILE}
    posts = read_body(folder / POSTS_FILE)
    # A list at the top of the file is as good YAML as a mapping.
    services: Any = read_body(folder / SERVICES_FILE)
    return ProcessesFolder(
        processes={
            path.stem: read_body(path) for path in sorted(folder.glob("*.yaml")) if path.name not in listed
        },
        forms=_read_forms(folder),
        services=tuple(Service(**{**one, "needs": tuple(one["needs"])}) for one in services),
        positions=frozenset(one["key"] for one in posts["positions"]),
        departments=frozenset(one["key"] for one in posts["departments"]),
        post_names={one["key"]: one["name"] for kind in ("positions", "departments") for one in posts[kind]},
        party_names={one["key"]: one["name"] for one in posts["parties"]},
        documents=read_body(folder / DOCUMENTS_FILE),
        templates=_read_bodies(folder / "templates"),
        notices=_read_bodies(folder / "notices"),
    )


def _read_bodies(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: read_body(path) for path in sorted(folder.glob("*.yaml"))}


def _read_forms(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the forms, with the options written out that several fields take from one file."""
    lists: dict[str, Any] = {path.stem: read_body(path) for path in (folder / "options").glob("*.yaml")}
    forms = _read_bodies(folder / "forms")
    _write_options_out(forms, lists)
    return forms


def _write_options_out(part: Any, lists: Mapping[str, Any]) -> None:  # noqa: ANN401 - any YAML, not yet checked
    if isinstance(part, dict):
        name = part.get("options_from")
        # A list that is not there is left for the linter to tell.
        if isinstance(name, str) and name in lists:
            part["options"] = lists[part.pop("options_from")]
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _write_options_out(one, lists)


def list_drafts(content: ProcessesFolder) -> tuple[Draft, ...]:
    """Return every process, form, template and notice as a draft; the folder has passed the linter before."""
    processes = {name: _without_reasons(body) for name, body in content.processes.items()}
    kinds = (
        ("process", processes),
        ("form", content.forms),
        ("template", content.templates),
        ("notice", content.notices),
    )
    return tuple(
        Draft(kind, body["key"], body["version"], hash_body(body), dict(body))
        for kind, bodies in kinds
        for body in bodies.values()
    )


def _without_reasons(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out ``because:``, which tells authors about the manual; no case runs differently for it."""
    steps = [{key: value for key, value in step.items() if key != "because"} for step in body["steps"]]
    return {key: value for key, value in body.items() if key != "because"} | {"steps": steps}
