"""The story of a repair, step by step, as requests: what is asked, and by whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.hall import FaultyHall, wait_for
from tests.faults.people import Answer, Order, Person
from tests.pictures import make_photo

ADDRESS = {
    "region": "历下区",
    "street": "泉城路街道",
    "community": "阳光小区",
    "building": "3幢",
    "unit": "",
    "note": "",
    "point": None,
}
REASON = "照片看不清，请对准灶具再拍一张"


@dataclass
class Story:
    """One customer's case on its way. ``number`` makes phone, address and door of their own."""

    hall: FaultyHall
    number: int
    staff: dict[str, Person]
    customer: Person = field(init=False)
    case_no: str = ""
    child_no: str = ""
    files: list[str] = field(default_factory=list)
    # From a file's key to what it held right after it was uploaded.
    contents: dict[str, str] = field(default_factory=dict)
    hold_id: str = ""

    def __post_init__(self) -> None:
        self.customer = Person(f"{self.hall.url}/api/v1", f"10.0.1.{self.number}")

    @property
    def phone(self) -> str:
        """The customer's phone."""
        return f"1371234{self.number:04d}"

    def who(self, name: str) -> Person:
        """Return the customer or somebody of the staff."""
        return self.customer if name == "customer" else self.staff[name]


Make = Callable[[Story], Order]
Keep = Callable[[Story, Any], None]


@dataclass(frozen=True)
class Step:
    """One step. ``tells`` says that the customer gets a text message, ``locks`` that its case is locked,
    ``repeats`` which other statuses a repetition of what was done may get than the first time."""

    name: str
    who: str
    make: Make
    keep: Keep = lambda story, body: None
    tells: bool = False
    locks: bool = False
    repeats: tuple[int, ...] = ()


def ask_code(story: Story) -> Order:
    return Order("POST", "/sms-codes", {"phone": story.phone, "purpose": "sign_in"})


def sign_in(story: Story) -> Order:
    def find() -> str | None:
        sent = [one["code"] for one in story.hall.list_messages(story.phone) if one["code"]]
        return sent[-1] if sent else None

    return Order("POST", "/sessions/sms", {"phone": story.phone, "code": wait_for(find, "the code")})


def keep_tokens(story: Story, body: Any) -> None:
    story.customer.headers["Authorization"] = f"Bearer {body['access_token']}"


def upload(purpose: str) -> Make:
    return lambda story: Order("POST", "/files", photo=(purpose, make_photo(size=(320, 240))))


def keep_file(story: Story, body: Any) -> None:
    story.files.append(body["file_key"])
    story.contents.update(read_contents(story, body))


def read_contents(story: Story, body: Any) -> dict[str, str]:
    """Return, by the file's key, a digest of each file that an answer links to."""
    if isinstance(body, list):
        return {key: one for part in body for key, one in read_contents(story, part).items()}
    if not isinstance(body, dict):
        return {}
    if "file_key" in body and "url" in body:
        return {body["file_key"]: story.customer.digest(story.hall.url + body["url"])}
    return read_contents(story, list(body.values()))


def submit(story: Story) -> Order:
    service = story.customer.read("/services/repair")
    values = {
        "contact_name": "陈志强",
        "contact_phone": story.phone,
        "address": {**ADDRESS, "door": str(100 + story.number)},
        "fault_kind": "stove",
        "fault_text": "昨晚开始打不着火",
        "fault_photos": [story.files[-1]],
    }
    body = {"service": "repair", "form_version": service["form"]["version"], "values": values}
    return Order("POST", "/applications", {"command_id": str(uuid.uuid4()), "allow_duplicate": False, **body})


def keep_case_no(story: Story, body: Any) -> None:
    story.case_no = body["case_no"]


def act(who: str, outcome: str, of_child: bool = False, **more: Any) -> Make:
    """Return what makes the command that chooses ``outcome``; a callable among ``more`` gets the story."""

    def make(story: Story) -> Order:
        path = f"/cases/{story.child_no if of_child else story.case_no}"
        case = story.who(who).read(path)
        offered = {one["outcome"]: one for one in case["actions"]}
        assert outcome in offered, f"{outcome} is not offered, but {sorted(map(str, offered))}"
        command = {
            "command_id": str(uuid.uuid4()),
            "expected_version": case["version"],
            "kind": "complete",
            "task": offered[outcome]["task"],
            "outcome": outcome,
        }
        told = {name: one(story) if callable(one) else one for name, one in more.items()}
        return Order("POST", f"{path}/commands", {**command, **told})

    return make


def hold_hour(story: Story) -> Order:
    days = story.customer.read(f"/cases/{story.case_no}/slots")["days"]
    # The last one: what is near may be too near by the time that a process is back.
    start_at = [slot["start_at"] for day in days for slot in day["slots"] if slot["left"]][-1]
    return Order("POST", f"/cases/{story.case_no}/holds", {"start_at": start_at})


def keep_hold(story: Story, body: Any) -> None:
    story.hold_id = body["hold_id"]


def book(story: Story) -> Order:
    version = story.customer.read(f"/cases/{story.case_no}")["version"]
    asked = {"command_id": str(uuid.uuid4()), "expected_version": version, "hold_id": story.hold_id}
    return Order("POST", f"/cases/{story.case_no}/appointment", asked)


def keep_child_no(story: Story, body: Any) -> None:
    story.child_no = story.staff["lead301"].read(f"/cases/{story.case_no}")["child"]["case_no"]


def read_last_file(story: Story) -> str:
    return story.files[-1]


def command(who: str, outcome: str, *, tells: bool = False, child: bool = False, **more: Any) -> Step:
    """Return the step of somebody who chooses ``outcome``."""
    return Step(outcome, who, act(who, outcome, child, **more), tells=tells, locks=True)


_CORRECTIONS = [{"item": "fault_photos", "reason": REASON}]
_RATING = {"stars": 5, "tags": ["准时上门"], "words": "修得又快又好"}
_MENDED = {"values": lambda story: {"fault_photos": [story.files[-1]]}}
STORY = (
    # A second code within a minute is refused, for the first one has been promised.
    Step("ask for a code", "customer", ask_code, tells=True, repeats=(429,)),
    # A code is good once: who has lost the answer asks for another.
    Step("sign in", "customer", sign_in, keep_tokens, repeats=(422,)),
    Step("upload", "customer", upload("application"), keep_file),
    Step("submit", "customer", submit, keep_case_no),
    command("remote1", "accept"),
    command("remote1", "return", tells=True, corrections=_CORRECTIONS),
    Step("upload again", "customer", upload("application"), keep_file),
    command("customer", "resubmit", **_MENDED),
    command("remote1", "accept"),
    command("remote1", "pass"),
    command("remote1", "dispatch", tells=True, unit_code="301"),
    command("lead301", "assign", tells=True, handler="handler301"),
    Step("hold an hour", "customer", hold_hour, keep_hold),
    Step("book", "customer", book, keep_child_no, tells=True, locks=True),
    command("lead301", "accept", child=True),
    command("handler301", "set_off", child=True, tells=True),
    command("handler301", "arrive", child=True),
    command("handler301", "repair_free", child=True),
    Step("upload at the visit", "handler301", upload("visit"), keep_file),
    command("handler301", "finish", child=True, result="换了点火针", photos=lambda story: [story.files[-1]]),
    command("handler301", "passed", child=True),
    Step("upload the signature", "handler301", upload("signature"), keep_file),
    command("handler301", "hand_over", child=True, signature=read_last_file),
    command("handler301", "briefed", child=True),
    command("lead301", "reply", reason="已修好，客户试用正常。"),
    command("remote1", "close", tells=True),
    command("customer", "rate", rating=_RATING),
)


def check_done(step: Step, answer: Answer) -> None:
    """Hold that an answer says that the step was done."""
    assert answer.status in (200, 201, 202), f"{step.name}: {answer.status} {answer.body}"
