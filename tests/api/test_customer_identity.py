"""One person, several identities: WeChat sign-in over HTTP, and customers who turn out to be one."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from backend.access.looks import record_look
from backend.access.models import CustomerSession, PersonalLook
from backend.cases.models import ApplicationDraft
from backend.core.config import Settings
from backend.core.errors import Invalid, NotFound
from backend.customers.models import AccountRole, Customer, CustomerMerge, GasAccount, Premises
from backend.customers.service import NewCustomer, Proof
from backend.organisation.models import Staff, Unit
from tests.api.sign_in_stage import HTTPS, Person, Stage, read, refusal

MINI, OFFICIAL = "wx0123456789abcdef", "wxfedcba9876543210"
_numbers = itertools.count(20_000_000)


@pytest.fixture(scope="module")
def stage(settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    """Return the sign-in with ports that the tests play."""
    return Stage(settings, sessions)


@pytest.fixture
def caller(stage: Stage) -> FlaskClient:
    """Return a client at an address of its own."""
    return stage.make_client()


@pytest.fixture
def phone() -> str:
    """Return a phone that no other test uses."""
    return f"137{next(_numbers)}"


def make_person(appid: str = MINI, unionid: str | None = None) -> Person:
    return Person(appid, f"o{next(_numbers)}", unionid)


def sign_in_by_web(stage: Stage, client: FlaskClient, person: Person) -> dict[str, object]:
    state = stage.start_web(client)
    stage.wechat.people["web-code"] = person
    return read(stage.post(client, "/sessions/wechat-web", {"code": "web-code", "state": state}), 201)


def test_sign_in_from_the_mini_program(stage: Stage, caller: FlaskClient) -> None:
    person = make_person()
    tokens = stage.sign_in_by_mini(caller, person)
    assert tokens["customer"] == {
        "display_name": "微信用户",
        "name": None,
        "phone": None,
        "phone_masked": None,
        "phone_verified": False,
    }
    again = stage.sign_in_by_mini(caller, person)
    assert stage.customer_of(again) == stage.customer_of(tokens)
    with stage.sessions.begin() as session:
        customer_id = stage.customer_of(tokens)
        assert stage.customers.find_openid(session, customer_id, "wechat_mini", MINI) == person.openid
        assert stage.customers.find_openid(session, customer_id, "wechat_official", MINI) is None


def test_codes_of_wechat_that_are_no_good(stage: Stage, caller: FlaskClient) -> None:
    answer = stage.post(caller, "/sessions/wechat-mini", {"code": "made-up"})
    assert refusal(answer) == (422, "wechat_code_invalid")
    assert "code" in json.loads(answer.text)["fields"]
    stage.wechat.away = True
    answer = stage.post(caller, "/sessions/wechat-mini", {"code": "any"})
    stage.wechat.away = False
    assert refusal(answer) == (503, "wechat_unavailable")
    answer = stage.post(caller, "/sessions/wechat-mini", {"code": "x" * 257})
    assert refusal(answer) == (422, "invalid_input")


def test_sign_in_by_web_authorisation(stage: Stage, caller: FlaskClient) -> None:
    started = caller.get("/api/v1/sessions/wechat-web/start?return_to=/h5/%23/pages/case", base_url=HTTPS)
    url = read(started, 200)["authorize_url"]
    assert "redirect_uri=https://hall.test/h5/#/pages/sign-in/index&" in url
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/api/v1/sessions"):
        assert part in started.headers["Set-Cookie"]
    state = url.rpartition("state=")[2]
    stage.wechat.people["web-code"] = make_person(OFFICIAL)
    tokens = read(stage.post(caller, "/sessions/wechat-web", {"code": "web-code", "state": state}), 201)
    assert tokens["return_to"] == "/h5/#/pages/case"
    assert stage.get_me(caller, str(tokens["access_token"])).status_code == 200
    answer = stage.post(caller, "/sessions/wechat-web", {"code": "web-code", "state": state})
    assert refusal(answer) == (409, "sign_in_state_invalid")


def test_states_of_another_browser_or_too_old(stage: Stage, caller: FlaskClient) -> None:
    state = stage.start_web(caller)
    stage.wechat.people["web-code"] = make_person(OFFICIAL)
    body = {"code": "web-code", "state": state}
    other = stage.make_client()
    stage.start_web(other)
    for client in (stage.make_client(), other):
        answer = stage.post(client, "/sessions/wechat-web", body)
        assert refusal(answer) == (409, "sign_in_state_invalid")
    answer = stage.post(caller, "/sessions/wechat-web", {**body, "state": "f" * 64})
    assert refusal(answer) == (409, "sign_in_state_invalid")
    stage.wait(minutes=10)
    assert refusal(stage.post(caller, "/sessions/wechat-web", body)) == (409, "sign_in_state_invalid")


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "/a\\b",
        "javascript:alert(1)",
        "/a b",
        "/a\nb",
        "/页",
    ],
)
def test_paths_that_are_not_our_own(stage: Stage, caller: FlaskClient, return_to: str) -> None:
    answer = caller.get(
        "/api/v1/sessions/wechat-web/start", query_string={"return_to": return_to}, base_url=HTTPS
    )
    assert refusal(answer) == (422, "invalid_input")
    assert "return_to" in json.loads(answer.text)["fields"]


def test_one_unionid_is_one_person(stage: Stage, caller: FlaskClient) -> None:
    mini = stage.sign_in_by_mini(caller, make_person(MINI, "union-1"))
    web = sign_in_by_web(stage, caller, make_person(OFFICIAL, "union-1"))
    assert stage.customer_of(mini) == stage.customer_of(web)


def test_a_unionid_that_comes_later_merges(stage: Stage, caller: FlaskClient, phone: str) -> None:
    person = make_person(MINI)
    older = stage.sign_in_by_mini(caller, person)
    newer = sign_in_by_web(stage, caller, make_person(OFFICIAL, "union-2"))
    older_id, newer_id = stage.customer_of(older), stage.customer_of(newer)
    assert older_id != newer_id
    code = stage.receive_code(caller, phone, "bind_phone")
    read(stage.post(caller, "/me/phone/sms", {"phone": phone, "code": code}, str(newer["access_token"])), 200)
    joined = stage.sign_in_by_mini(caller, Person(MINI, person.openid, "union-2"))
    assert stage.customer_of(joined) == older_id
    # What the merged one knew and the other lacked is not lost.
    assert joined["customer"]["phone_masked"] == f"{phone[:3]}****{phone[-4:]}"
    assert joined["customer"]["phone_verified"] is True
    # The merged one's session goes on: its access token says so, and a refresh mends it.
    assert refusal(stage.get_me(caller, str(newer["access_token"]))) == (401, "token_expired")
    fresh = read(stage.post(caller, "/sessions/refresh", {"refresh_token": newer["refresh_token"]}), 201)
    assert stage.customer_of(fresh) == older_id
    stage.wait(seconds=60)
    assert stage.customer_of(stage.sign_in_by_sms(caller, phone)) == older_id
    with stage.sessions.begin() as session:
        [merge] = session.scalars(select(CustomerMerge).where(CustomerMerge.merged_id == newer_id))
        assert (merge.into_id, merge.reason) == (older_id, "unionid")
        assert stage.customers.describe_customer(session, newer_id).id == older_id


def test_a_verified_phone_merges(stage: Stage, caller: FlaskClient, phone: str) -> None:
    by_phone = stage.customer_of(stage.sign_in_by_sms(caller, phone))
    mini = stage.sign_in_by_mini(caller, make_person())
    stage.wait(seconds=60)
    code = stage.receive_code(caller, phone, "bind_phone")
    token = mini["access_token"]
    me = read(stage.post(caller, "/me/phone/sms", {"phone": phone, "code": code}, token), 200)
    assert (me["phone_masked"], me["phone_verified"]) == (f"{phone[:3]}****{phone[-4:]}", True)
    # The one who asked stays, so that the session in hand goes on.
    assert read(stage.get_me(caller, token), 200) == me
    with stage.sessions.begin() as session:
        [merge] = session.scalars(select(CustomerMerge).where(CustomerMerge.merged_id == by_phone))
        assert (merge.into_id, merge.reason) == (stage.customer_of(mini), "phone")
    stage.wait(seconds=60)
    assert stage.customer_of(stage.sign_in_by_sms(caller, phone)) == stage.customer_of(mini)


def test_a_wrong_code_binds_nothing(stage: Stage, caller: FlaskClient, phone: str) -> None:
    token = stage.sign_in_by_mini(caller, make_person())["access_token"]
    before = stage.get_me(caller, token).json
    answer = stage.post(caller, "/me/phone/sms", {"phone": phone, "code": "000000"}, token)
    assert refusal(answer) == (422, "sms_code_wrong")
    assert stage.get_me(caller, token).json == before


def test_a_new_phone_takes_the_old_ones_place(stage: Stage, caller: FlaskClient, phone: str) -> None:
    tokens = stage.sign_in_by_sms(caller, phone)
    stage.wechat.phones["phone-code"] = "+8613612345678"
    token = tokens["access_token"]
    me = read(stage.post(caller, "/me/phone/wechat", {"code": "phone-code"}, token), 200)
    assert me["phone_masked"] == "136****5678"
    stage.wait(seconds=60)
    assert stage.customer_of(stage.sign_in_by_sms(caller, "13612345678")) == stage.customer_of(tokens)
    assert stage.customer_of(stage.sign_in_by_sms(caller, phone)) != stage.customer_of(tokens)
    answer = stage.post(caller, "/me/phone/wechat", {"code": "phone-code"}, token)
    assert refusal(answer) == (422, "wechat_code_invalid")


def test_a_phone_told_long_ago_joins_nobody(stage: Stage, caller: FlaskClient, phone: str) -> None:
    with stage.sessions.begin() as session:
        long_ago = stage.time - timedelta(days=91)
        entered = stage.customers.enter(session, NewCustomer(name="欧阳娜", phone=phone), long_ago)
    with stage.sessions.begin() as session:
        assert stage.customers.describe_customer(session, entered).id == entered
    assert stage.customer_of(stage.sign_in_by_sms(caller, phone)) != entered


def test_the_first_sign_ins_at_once_make_one_customer(stage: Stage) -> None:
    union = f"union-{next(_numbers)}"
    proofs = [
        Proof(kind, appid, f"o{union}", union)
        for kind, appid in (("wechat_mini", MINI), ("wechat_official", OFFICIAL))
    ] * 4

    def find(proof: Proof) -> int:
        with stage.sessions.begin() as session:
            return stage.customers.find_or_create(session, proof, stage.time)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(find, proofs))) == 1


def test_everything_moves_with_a_merge(stage: Stage, phone: str) -> None:
    now, customers = stage.time, stage.customers
    # Never committed: the one centre that a database may have belongs to other tests.
    with stage.sessions() as session:
        into = customers.enter(session, NewCustomer(), now)
        merged = customers.find_or_create_by_phone(session, phone, now)
        earlier = customers.enter(session, NewCustomer(), now)
        session.get_one(Customer, earlier).merged_into_id = merged
        customers.set_name(session, merged, "王小明")
        stage.customer_sessions.open(session, merged, "sms", now)
        account = make_account(session, now)
        for customer, role in ((into, "payer"), (merged, "payer"), (merged, "owner")):
            session.add(make_role(customer, account, role, now))
        for customer, service, hours in (
            (into, "repair", 1), (merged, "repair", 2), (into, "gas_on", 2), (merged, "gas_on", 1),
            (merged, "inspection", 1),
        ):  # fmt: skip
            session.add(make_draft(customer, service, now + timedelta(hours=hours)))
        assert customers.bind_phone(session, into, phone, now) == into
        session.expire_all()
        view = customers.describe_customer(session, earlier)
        assert (view.id, view.name, view.phone, view.phone_verified) == (into, "王小明", phone, True)
        drafts = session.scalars(select(ApplicationDraft).where(ApplicationDraft.customer_id == into)).all()
        assert {one.service_key: one.values_sealed for one in drafts} == {
            "repair": f"of {merged}", "gas_on": f"of {into}", "inspection": f"of {merged}"
        }  # fmt: skip
        held = select(AccountRole.role).where(
            AccountRole.customer_id == into, AccountRole.revoked_at.is_(None)
        )
        assert sorted(session.scalars(held)) == ["owner", "payer"]
        for model in (ApplicationDraft, AccountRole, CustomerSession):
            assert session.scalars(select(model).where(model.customer_id == merged)).all() == []


def make_unit(session: Session) -> int:
    centre = session.scalars(select(Unit.id).where(Unit.kind == "centre")).one_or_none()
    unit = Unit(code="871", name="合并试验部", kind="unit", parent_id=centre, is_active=True)
    if centre is None:
        unit.kind = "centre"
    session.add(unit)
    session.flush()
    return unit.id


def make_account(session: Session, now: datetime) -> GasAccount:
    premises = Premises(
        unit_id=make_unit(session), region="历下区", street="泉城路街道", community="阳光小区",
        door_sealed="sealed", address_index=b"index", created_at=now,
    )  # fmt: skip
    session.add(premises)
    session.flush()
    account = GasAccount(
        unit_id=premises.unit_id, account_no="8710000001", premises_id=premises.id, status="active",
        gas_use="residential", opened_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def make_role(customer_id: int, account: GasAccount, role: str, now: datetime) -> AccountRole:
    return AccountRole(
        customer_id=customer_id, gas_account_id=account.id, unit_id=account.unit_id, role=role, granted_at=now
    )


def make_draft(customer_id: int, service: str, saved_at: datetime) -> ApplicationDraft:
    return ApplicationDraft(
        customer_id=customer_id, service_key=service, form_version=1, values_sealed=f"of {customer_id}",
        saved_at=saved_at,
    )  # fmt: skip


def test_who_does_not_exist_is_not_found(stage: Stage) -> None:
    with stage.sessions() as session, pytest.raises(NotFound):
        stage.customers.describe_customer(session, 10**12)


def test_a_look_is_written_down(stage: Stage) -> None:
    with stage.sessions() as session:
        staff = Staff(
            unit_id=make_unit(session), username="looker", name_sealed="sealed", password_hash="hash",
            must_change_password=False, presence="on_duty", created_at=stage.time,
        )  # fmt: skip
        session.add(staff)
        session.flush()
        record_look(session, staff.id, "case:17", ["phone", "name", "phone"], " 回电核实 ", stage.time)
        [look] = session.scalars(select(PersonalLook).where(PersonalLook.staff_id == staff.id))
        assert (look.subject, look.items, look.reason) == ("case:17", ["name", "phone"], "回电核实")
        for items, reason, field in (([], "回电", "items"), (["phone"], "  ", "reason")):
            with pytest.raises(Invalid) as refused:
                record_look(session, staff.id, "case:17", items, reason, stage.time)
            assert refused.value.fields == {field: "required"}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM personal_look",
        "UPDATE personal_look SET reason = 'x'",
        "DELETE FROM customer_merge",
        "UPDATE customer_merge SET into_id = 1",
    ],
)
def test_merges_and_looks_cannot_be_changed(stage: Stage, change: str) -> None:
    with stage.sessions() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(change))
