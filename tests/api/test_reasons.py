"""The maintained reasons of each kind: offered in order, kept by the centre's business lead; over HTTP."""

from __future__ import annotations

import json

from tests.api.staff_side import Browser, Hall, code


def list_texts(browser: Browser, kind: str, **query: str) -> list[str]:
    return [one["text"] for one in browser.read("/return-reasons", kind=kind, **query)["items"]]


def test_each_kind_has_its_own_list(hall: Hall) -> None:
    remote = hall.sign_in("remote_a")
    assert "建议的单位人手不足" in list_texts(remote, "dispatch")
    assert "重复申请" in list_texts(remote, "end")
    assert "派错单位" in list_texts(remote, "other")
    assert "试压不合格，漏点还没有找到" in list_texts(remote, "site")
    assert "误报，电话核实不是漏气" in list_texts(remote, "alarm")
    # The items that go back to the customer are asked for without a kind.
    assert {one["kind"] for one in remote.read("/return-reasons")["items"]} == {"return"}
    assert remote.get("/return-reasons", kind="nothing").status_code == 422


def test_the_lead_enters_orders_and_retires_a_reason(hall: Hall) -> None:
    lead, remote = hall.sign_in("lead_a"), hall.sign_in("remote_a")
    before = list_texts(lead, "end")
    new = {"kind": "end", "text": "客户自己已经处理好"}
    assert code(remote.send("POST", "/return-reasons", new)) == "forbidden"
    answer = lead.send("POST", "/return-reasons", new)
    assert answer.status_code == 201
    entered = json.loads(answer.text)
    try:
        assert code(lead.send("POST", "/return-reasons", new)) == "reason_taken"
        assert list_texts(remote, "end") == [*before, new["text"]]
        # The same words may serve another kind.
        other = lead.send("POST", "/return-reasons", {**new, "kind": "other"})
        assert other.status_code == 201
        assert lead.send("DELETE", f"/return-reasons/{json.loads(other.text)['key']}", {}).status_code == 204
        keys = [one["key"] for one in lead.read("/return-reasons", kind="end", all="true")["items"]]
        order = {"kind": "end", "keys": [entered["key"], *keys[:-1]]}
        assert code(remote.send("PUT", "/return-reasons/order", order)) == "forbidden"
        assert lead.send("PUT", "/return-reasons/order", order).status_code == 204
        assert list_texts(remote, "end") == [new["text"], *before]
        # Somebody who did not see a new one does not put it anywhere.
        old = {"kind": "end", "keys": keys[:-1]}
        assert code(lead.send("PUT", "/return-reasons/order", old)) == "changed_meanwhile"
        path = f"/return-reasons/{entered['key']}"
        assert lead.send("PATCH", path, {"is_active": False}).status_code == 200
        assert list_texts(remote, "end") == before
        assert new["text"] in list_texts(lead, "end", all="true")
    finally:
        lead.send("DELETE", f"/return-reasons/{entered['key']}", {})
