"""Contact values: what people and spreadsheets write, what is kept, what lists show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.db.vault import Vault
from salesflow.errors import InvalidValue
from salesflow.rules.policy import Limits
from salesflow.services import contacts
from salesflow.services.contacts import NewContact
from salesflow.services.phones import mask_phone, parse_phone

VAULT = Vault(b"k" * 32)


@pytest.mark.parametrize(
    ("typed", "kept", "masked"),
    [
        ("13812345678", "+8613812345678", "138****5678"),
        ("138 1234 5678", "+8613812345678", "138****5678"),
        ("138-1234-5678", "+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "+8613812345678", "138****5678"),
        ("86-13812345678", "+8613812345678", "138****5678"),
        ("008613812345678", "+8613812345678", "138****5678"),
        ("１３８１２３４５６７８", "+8613812345678", "138****5678"),
        ("13812345678.0", "+8613812345678", "138****5678"),
        ("1.3812345678E10", "+8613812345678", "138****5678"),
        ("1.3812345678e+10", "+8613812345678", "138****5678"),
        ("0571-88886666", "+8657188886666", "0571****6666"),
        ("(0571) 88886666", "+8657188886666", "0571****6666"),
        ("+86 (0)571 8888 6666", "+8657188886666", "0571****6666"),
        ("010-62345678", "+861062345678", "010****5678"),
        ("0571-88886666转801", "+8657188886666;ext=801", "0571****6666-801"),
        ("0571-88886666 转 801", "+8657188886666;ext=801", "0571****6666-801"),
        ("0571-88886666 分机801", "+8657188886666;ext=801", "0571****6666-801"),
        ("0571-88886666-801", "+8657188886666;ext=801", "0571****6666-801"),
        ("0571-88886666 ext. 12", "+8657188886666;ext=12", "0571****6666-12"),
        ("057188886666x12", "+8657188886666;ext=12", "0571****6666-12"),
        ("400-820-8820", "+864008208820", "40****8820"),
        ("400-820-8820转3", "+864008208820;ext=3", "40****8820-3"),
        ("+1 650 253 0000", "+16502530000", "+165****0000"),
        ("+44 (0)20 7946 0958", "+442079460958", "+4420****0958"),
        ("+852 2345 6789", "+85223456789", "+852****6789"),
    ],
)
def test_a_phone_is_kept_in_e164_and_shown_masked(typed: str, kept: str, masked: str) -> None:
    assert (parse_phone(typed), mask_phone(kept)) == (kept, masked)


@pytest.mark.parametrize(
    "typed",
    [
        "", "abc", "12345", "88886666", "1381234567", "138123456789", "95588", "=1+1", "13812345678,13912345678",
        "13812345678/13912345678", "1-800-FLOWERS", "13812345678 x", "+86", "1" * 400,
    ],
)  # fmt: skip
def test_what_is_no_phone_is_refused_with_the_forms(typed: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_phone(typed)
    assert str(caught.value) == f'"{typed}" is not a phone number'
    assert caught.value.hint is not None
    assert str(caught.value.hint).startswith("write 13812345678, 0571-88886666")


@pytest.mark.parametrize("typed", ["1.38E+10", "1E10", "1.381234568E+10"])
def test_a_number_that_a_spreadsheet_cut_short_is_not_guessed(typed: str) -> None:
    with pytest.raises(InvalidValue, match="has lost digits"):
        parse_phone(typed)


@given(st.text(max_size=30))
def test_any_text_is_a_phone_or_refused(typed: str) -> None:
    try:
        kept = parse_phone(typed)
    except InvalidValue:
        return
    assert parse_phone(kept.replace(";ext=", " ext ")) == kept
    assert mask_phone(kept).count("*") == 4


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_mask_shows_the_whole_number(number: str) -> None:
    assert mask_phone(parse_phone(number)) == f"{number[:3]}****{number[-4:]}"


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("email", "wang.fang@example.com", "w***@example.com"),
        ("email", "王芳@例子.公司", "王***@例子.公司"),
        ("wechat", "zhangwei99", "zh***9"),
        ("wechat", "zw66", "z***"),
        ("wechat", "a", "a***"),
        ("phone", "+8613812345678", "138****5678"),
    ],
)
def test_masks(kind: str, value: str, masked: str) -> None:
    assert contacts.mask(kind, value) == masked


def checked(**values: str) -> contacts.Checked:
    return contacts.checked(NewContact("张伟", **values), Limits(), VAULT)  # type: ignore[arg-type]  # texts alone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("wang@example.com", "wang@example.com"),
        (" Wang@Example.COM ", "Wang@Example.COM"),
        ("ｗａｎｇ＠example.com", "wang@example.com"),
        ("mailto:wang@example.com", "wang@example.com"),
        ("wang+crm@sub.example.com.cn", "wang+crm@sub.example.com.cn"),
        ("wang@例子.中国", "wang@例子.中国"),
    ],
)
def test_an_email_address_is_kept_as_typed(typed: str, kept: str) -> None:
    assert checked(email=typed).values == {"email": kept}


@pytest.mark.parametrize(
    "typed",
    [
        "wang",
        "wang@",
        "@example.com",
        "wang@example",
        "a b@example.com",
        "a@b@example.com",
        "王芳@example.com",
        "a..b@example.com",
        "a@" + "b" * 64 + ".com",
    ],
)
def test_what_is_no_email_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        checked(email=typed)
    assert str(caught.value) == f'"{typed}" is not an e-mail address'


def test_equal_values_have_equal_hashes_however_they_are_written() -> None:
    assert checked(phone="138 1234 5678").indexes == checked(phone="+86-13812345678").indexes
    assert checked(email="Wang@Example.com").indexes == checked(email="wang@example.COM").indexes
    assert checked(wechat="ZhangWei99").indexes == checked(wechat="zhangwei99").indexes
    assert checked(phone="0571-88886666转1").indexes != checked(phone="0571-88886666转2").indexes
    assert checked(wechat="13812345678").indexes["wechat"] != checked(phone="13812345678").indexes["phone"]


@pytest.mark.parametrize("typed", ["同手机", "微信同号", "same as phone"])
def test_wechat_is_often_the_phone(typed: str) -> None:
    assert checked(phone="13812345678", wechat=typed).values == {"phone": "+8613812345678", "wechat": "13812345678"}


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewContact(" ", phone="13812345678"), "the contact's name is missing"),
        (NewContact("张伟"), "张伟 has neither phone, e-mail nor WeChat"),
        (NewContact("张伟", phone=" ", email="", wechat=None), "张伟 has neither phone, e-mail nor WeChat"),
        (
            NewContact("张\x1b[31m伟", phone="13812345678"),
            "the contact's name has the control character U+001B at position 2",
        ),
        (
            NewContact("张伟", title="\x07", phone="13812345678"),
            "the contact's title has the control character U+0007 at position 1",
        ),
        (NewContact("张" * 201, phone="13812345678"), "the contact's name has 201 characters, 200 are allowed"),
        (
            NewContact("张伟", concern="贵" * 20_001, wechat="z"),
            "the contact's concern has 20001 characters, 20000 are allowed",
        ),
    ],
)
def test_what_cannot_be_a_contact(new: NewContact, message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        contacts.checked(new, Limits(), VAULT)
    assert str(caught.value) == message


def test_what_is_kept_is_unreadable_bound_to_its_row_and_masked() -> None:
    contact = checked(phone="13812345678", wechat="zhangwei99")
    columns = contacts.sealed(VAULT, contact, 7)
    assert columns["email_cipher"] is columns["email_masked"] is columns["email_index"] is None
    assert b"13812345678" not in columns["phone_cipher"] + columns["phone_index"]
    assert (columns["phone_masked"], columns["wechat_masked"]) == ("138****5678", "zh***9")
    assert VAULT.decrypt(columns["phone_cipher"], "contact.phone", 7) == "+8613812345678"
    assert VAULT.decrypt(columns["wechat_cipher"], "contact.wechat", 7) == "zhangwei99"
