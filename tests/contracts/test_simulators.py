"""The simulators themselves: their control address, their bounds, and that only this machine reaches them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from backend.identity.wechat_codes import CALL_CODES as FACE_CODES
from backend.notifications.sms_codes import CODES as SMS_CODES
from backend.wechat.codes import CODES as WECHAT_CODES
from simulators.map_api import ERRORS as MAP_ERRORS
from simulators.message_templates import OFFICIAL, SMS, SUBSCRIBE
from simulators.people import CODES_KEPT, People
from simulators.records import Call, Ledger
from simulators.wechat_api import ERRORS as WECHAT_ERRORS
from tests.contracts.conftest import ROOT, Simulators


def test_every_answer_of_a_simulator_is_in_the_adapters_table() -> None:
    assert set(WECHAT_ERRORS) - set(WECHAT_CODES) - set(FACE_CODES) == set()
    assert "Ok" in SMS_CODES and 347 in MAP_ERRORS


def test_every_template_has_an_id_of_its_own() -> None:
    ids = [one.template_id for book in (SMS, OFFICIAL, SUBSCRIBE) for one in book.values()]
    assert len(set(ids)) == len(ids)


def test_another_name_for_this_machine_is_turned_away(simulators: Simulators) -> None:
    answer = requests.get(
        f"{simulators.base_url}/control/users", headers={"Host": "evil.example"}, timeout=10
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"platform": "wechat", "endpoint": "none", "kind": "late"},
        {"platform": "wechat", "kind": "explode"},
        {"platform": "map", "kind": "refuse", "code": "words"},
        {"platform": "sms", "kind": "late", "ms": 10**9},
        {"platform": "sms", "kind": "late", "times": True},
        {"platform": "sms", "kind": "http_status", "code": "200"},
    ],
)
def test_a_bad_order_is_explained(simulators: Simulators, body: dict[str, object]) -> None:
    answer = requests.post(f"{simulators.base_url}/control/faults", json=body, timeout=10)
    assert answer.status_code == 422
    assert "must be" in answer.json()["detail"]
    assert simulators.get("faults")["items"] == []


def test_an_order_serves_as_often_as_it_says(simulators: Simulators) -> None:
    simulators.order("map", "geocoder", "refuse", code="347", times=2)
    query = {"address": "花园路", "key": simulators.environment["MAP_KEY"]}
    url = f"{simulators.base_url}/ws/geocoder/v1/"
    statuses = [requests.get(url, params=query, timeout=10).json()["status"] for _ in range(3)]
    assert statuses == [347, 347, 0]
    calls = simulators.list_calls("geocoder")
    assert [one["fault"] for one in calls] == ["refuse", "refuse", None]
    assert "key" not in calls[0]["request"]


def test_held_calls_can_be_let_go(simulators: Simulators) -> None:
    simulators.order("map", "geocoder", "late", ms=60_000)
    query = {"address": "花园路", "key": simulators.environment["MAP_KEY"]}
    url, statuses = f"{simulators.base_url}/ws/geocoder/v1/", []

    def ask() -> None:
        statuses.append(requests.get(url, params=query, timeout=30).json()["status"])

    asking = threading.Thread(target=ask)
    asking.start()
    while simulators.get("faults")["held"] == 0 and asking.is_alive():
        pass
    simulators.post("faults/release")
    asking.join(10)
    assert statuses == [0]


def test_users_templates_and_cursors(simulators: Simulators) -> None:
    put = requests.put(
        f"{simulators.base_url}/control/users/sun", json={"name": "孙悦", "phone": "13800010099"}, timeout=10
    )
    assert put.json()["mini_openid"] == simulators.find_user("sun")["mini_openid"]
    assert (
        requests.post(
            f"{simulators.base_url}/control/codes", json={"user": "x", "kind": "web"}, timeout=10
        ).status_code
        == 404
    )
    template = {"text": "您好，{1}。"}
    requests.put(f"{simulators.base_url}/control/templates/sms/77", json=template, timeout=10)
    assert {"template_id": "77", "text": "您好，{1}。", "is_code": False} in simulators.get("templates")[
        "sms"
    ]
    last = simulators.get("calls")["last"]
    assert simulators.get("calls", after=last)["items"] == []


def test_the_page_shows_every_phone(simulators: Simulators) -> None:
    page = requests.get(f"{simulators.base_url}/", timeout=10).text
    assert all(one["name"] in page for one in simulators.get("users")["items"])
    assert "http://" not in page.replace(simulators.base_url, "") and "https://" not in page


def test_memory_is_bounded() -> None:
    people, calls = People(), Ledger[Call](kept=10)
    person = people.list()[0]
    first = people.issue_code("mini", person)
    for _ in range(CODES_KEPT):
        people.issue_code("mini", person)
    assert people.use_code("mini", first) == 40029
    for _ in range(50):
        calls.add(Call(calls.next_seq(), "", "map", "geocoder", {}, None, True, None))
    assert [row.seq for row in calls.list()] == list(range(41, 51))


def test_every_purpose_has_a_template_on_each_channel() -> None:
    assert set(SUBSCRIBE) == set(OFFICIAL)
    assert set(SUBSCRIBE) < set(SMS)


def test_keys_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators", "--port", "1", "--state-dir", str(tmp_path / "钥匙 1")]
    shown = {
        subprocess.run(
            [*command, "--show-environment"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
        ).stdout
        for _ in range(2)
    }
    assert len(shown) == 1
    (kept,) = (tmp_path / "钥匙 1").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    keys, printed = json.loads(kept.read_text(encoding="utf-8")), shown.pop()
    assert keys["map_key"] in printed
    # What an installation chooses stands by in comments, which a local run passes over.
    assert f"# CONTRACT_SECRET={keys['contract_secret']}" in printed.splitlines()


def test_a_taken_port_is_one_clear_sentence(simulators: Simulators, tmp_path: Path) -> None:
    port = simulators.base_url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "simulators", "--port", port, "--state-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (2, f"Port {port} is taken; choose another with --port.\n")
