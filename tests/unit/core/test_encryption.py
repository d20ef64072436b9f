"""What is encrypted opens only in its own context, and blind indexes ignore how a value was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.encryption import BlindIndexKind, DecryptionFailed, KeyRing

OLD = KeyRing({1: b"a" * 32}, 1, b"i" * 32)
RING = KeyRing({1: b"a" * 32, 2: b"b" * 32}, 2, b"i" * 32)
contexts = st.text(min_size=1)


@given(st.text(), contexts)
def test_round_trip(text: str, context: str) -> None:
    stored = RING.encrypt(text, context)
    assert stored.startswith("v1.2.")
    assert RING.decrypt(stored, context) == text


@given(st.text(), contexts, contexts)
def test_other_context_does_not_open(text: str, context: str, other: str) -> None:
    if context != other:
        with pytest.raises(DecryptionFailed):
            RING.decrypt(RING.encrypt(text, context), other)


@given(st.text())
def test_foreign_text_is_refused_in_one_way(text: str) -> None:
    for stored in (text, "v1.2." + text):
        with pytest.raises(DecryptionFailed):
            RING.decrypt(stored, "c")


@given(st.text(max_size=20), st.data())
def test_every_changed_byte_is_noticed(text: str, data: st.DataObject) -> None:
    stored = RING.encrypt(text, "c")
    # The last character may hold unused bits, so it is left alone.
    place = data.draw(st.integers(len("v1.2."), len(stored) - 2))
    changed = stored[:place] + ("A" if stored[place] != "A" else "B") + stored[place + 1 :]
    with pytest.raises(DecryptionFailed):
        RING.decrypt(changed, "c")


def test_rotation() -> None:
    stored = OLD.encrypt("张三", "c")
    assert not OLD.needs_rotation(stored)
    assert RING.needs_rotation(stored)
    assert RING.decrypt(stored, "c") == "张三"
    with pytest.raises(DecryptionFailed, match="key 2"):
        OLD.decrypt(RING.encrypt("张三", "c"), "c")
    with pytest.raises(DecryptionFailed):
        RING.needs_rotation("plain")


def test_same_text_is_stored_differently() -> None:
    assert RING.encrypt("x", "c") != RING.encrypt("x", "c")


def test_bad_rings_and_contexts() -> None:
    with pytest.raises(ValueError, match="active"):
        KeyRing({1: b"a" * 32}, 2, b"i" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing({1: b"a" * 16}, 1, b"i" * 32)
    with pytest.raises(ValueError, match="start at 1"):
        KeyRing({0: b"a" * 32}, 0, b"i" * 32)
    with pytest.raises(ValueError, match="context"):
        RING.encrypt("x", "")
    assert "aaaa" not in repr(RING)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "13812345678", "+86 138-1234-5678"),
        ("phone", "13812345678", "１３８１２３４５６７８"),
        ("phone", "0571-88001234", "0571 88001234"),
        ("id_number", "33010219900101123x", " 330102 19900101 123X "),
        ("name", "张三", " 张 三"),
        ("name", "阿依古丽·买买提", "阿依古丽•买买提"),
        ("address", "西湖路1号3-2室", "西湖路 1号,3—2室"),
    ],
)
def test_equal_values_have_equal_indexes(kind: BlindIndexKind, one: str, other: str) -> None:
    assert RING.blind_index(one, kind) == RING.blind_index(other, kind)
    assert len(RING.blind_index(one, kind)) == 32


def test_different_values_have_different_indexes() -> None:
    assert RING.blind_index("西湖路1-12", "address") != RING.blind_index("西湖路11-2", "address")
    assert RING.blind_index("13812345678", "phone") != RING.blind_index("13812345678", "id_number")
    other = KeyRing({1: b"a" * 32}, 1, b"j" * 32)
    assert RING.blind_index("张三", "name") != other.blind_index("张三", "name")
    assert RING.blind_index("张三", "name") == OLD.blind_index("张三", "name")


@pytest.mark.parametrize("kind", ["phone", "id_number", "name", "address"])
def test_nothing_is_not_indexed(kind: BlindIndexKind) -> None:
    with pytest.raises(ValueError, match="nothing to index"):
        RING.blind_index(" - ", kind)
