"""Signatures as screens and papers show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from backend.cases.awaited_signatures import is_signer_needed
from backend.cases.document_signing import Signed, label_signer
from backend.catalogue.form_lint import COMPANY
from backend.catalogue.forms import Form, Values
from backend.core.local_time import SHANGHAI
from backend.core.masking import mask_name, mask_phone
from backend.documents.paper import Mark

_WAYS = {"drawn": "手写签名", "sms_code": "短信验证码"}
_DEVICES = (
    ("MicroMessenger", "微信"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip


def describe_signers(
    form: Form,
    signed: Sequence[Signed],
    parties: Collection[str],
    own: Collection[str],
    *,
    may: bool,
    masks: bool,
    customer_name: str = "",
) -> list[dict[str, Any]]:
    """Return who signs the form, who has, and who of ``parties`` may do it now.

    ``own`` are the places at which the one who is signed in signs (``list_own_places``); at any other a name
    is asked for, which for the customer is known by ``customer_name``. ``stale`` tells of a signature to what
    the document said before.
    """
    return [
        {
            **_describe(one, signed, may=may and one["party"] in parties, masks=masks),
            "asks_name": one["key"] not in own,
            "known_name": mask_name(customer_name) if customer_name and one["party"] == "customer" else "",
            "optional": not is_signer_needed(form, one["key"]),
        }
        for one in form.body.get("signers", ())
    ]


def list_own_places(
    form: Form, posts: Collection[str], name: str, signed: Sequence[Signed]
) -> frozenset[str]:
    """Return at which places whoever has these ``posts`` signs for themselves.

    Where their own department has its place, that of the company is somebody else's; and nobody is head and
    clerk of one department on the same paper: who has signed at one of them leaves the other to a colleague.
    """
    signers = form.body.get("signers", ())
    own = [one for one in signers if one["party"] in posts] or [
        one for one in signers if one["party"] == COMPANY
    ]
    stands = {one.signer for one in signed if one.holds and one.name == name}
    taken = {one["party"] for one in own if one["key"] in stands}
    return frozenset(one["key"] for one in own if one["key"] in stands or one["party"] not in taken)


def find_customer_name(form: Form, values: Values) -> str:
    """Return whom the document names as the customer: its first name that is nobody's signature."""
    named = (values.get(one.key) for one in form.fields if one.personal == "name")
    return next((one for one in named if isinstance(one, str) and one), "")


def _describe(
    signer: Mapping[str, Any], signed: Sequence[Signed], *, may: bool, masks: bool
) -> dict[str, Any]:
    own = [one for one in signed if one.signer == signer["key"]]
    holding = next((one for one in own if one.holds), None)
    last = holding or (own[-1] if own else None)
    name = "" if last is None else last.name
    return {
        "key": signer["key"],
        "label": signer["label"],
        "party": signer["party"],
        "may_sign": may and holding is None,
        "signed_at": None if last is None else last.signed_at,
        "name": mask_name(name) if masks and name and signer["party"] == "customer" else name,
        "way": "" if last is None else _WAYS[last.way],
        "stale": last is not None and holding is None,
    }


def write_marks(
    form: Form, values: Values, signed: Sequence[Signed], pictures: Mapping[str, str]
) -> list[Mark]:
    """Return the signatures as the paper shows them; what stands in a field already is not drawn twice."""
    return [
        Mark(
            signer=one.signer,
            field=one.field,
            label=label_signer(form, one.signer),
            name=one.name,
            way=_WAYS[one.way] + (f"（{mask_phone(one.phone)}）" if one.phone else ""),
            signed_at=one.signed_at.astimezone(SHANGHAI).strftime("%Y年%m月%d日 %H:%M:%S"),
            device=name_device(one.device),
            sha256=one.sha256.hex(),
            holds=one.holds,
            picture=(
                None
                if one.file_key is None or (one.field and values.get(one.field) == one.file_key)
                else pictures.get(one.file_key)
            ),
            face_check=one.face_check_id,
        )
        for one in signed
    ]


def name_device(told: str) -> str:
    """Return what a browser says of itself in few words, with its own words behind."""
    known = [name for word, name in _DEVICES if word in told]
    return "、".join(known[:2]) + (f"（{told}）" if told else "") or "没有留下"
