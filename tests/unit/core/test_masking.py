"""Masks show enough to recognise and too little to use."""

import pytest

from backend.core.masking import mask_address, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("0571-88001234", "****34"),
        ("96602", "****"),
        ("", ""),
    ],
)
def test_phone(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("欧阳修文", "欧*"), (" 张三 ", "张*"), ("张", "*"), ("", "")]
)
def test_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("33010219900101123X", "330*************3X"), ("G1234567", "********"), ("", "")],
)
def test_id_number(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("西湖区文三路翠苑小区12幢3单元502室", "西湖区文三路翠苑小区****"),
        ("西湖区翠苑小区三单元五楼", "西湖区翠苑小区****"),
        ("西湖区翠苑小区１２幢", "西湖区翠苑小区****"),
        ("8号", "****"),
        ("李家村老槐树旁", "李家村****"),
        ("", ""),
    ],
)
def test_address(address: str, masked: str) -> None:
    assert mask_address(address) == masked
