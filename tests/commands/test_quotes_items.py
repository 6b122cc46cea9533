"""What stands after --item and --extra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.commands.items import ExtraText, ItemText, parse_extra, parse_item
from salesflow.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("YF:1", ItemText("YF", 1_000)),
        ("YF-100:2", ItemText("YF-100", 2_000)),
        ("YF-100:2-5%", ItemText("YF-100", 2_000, None, 500)),
        ("YF-100:2-5", ItemText("YF-100", 2_000, None, 500)),
        ("YF-100:2-12.5%", ItemText("YF-100", 2_000, None, 1_250)),
        ("YF-100:2-0%", ItemText("YF-100", 2_000, None, 0)),
        ("YF-100:2-100%", ItemText("YF-100", 2_000, None, 10_000)),
        ("YF-100:2@45000", ItemText("YF-100", 2_000, 4_500_000)),
        ("YF-100:2@0", ItemText("YF-100", 2_000, 0)),
        ("YF-100:2@￥4.5万", ItemText("YF-100", 2_000, 4_500_000)),
        ("YF-100:2@45,000.50-3%", ItemText("YF-100", 2_000, 4_500_050, 300)),
        ("YF-100:0.001", ItemText("YF-100", 1)),
        ("YF-100:1,000.125", ItemText("YF-100", 1_000_125)),
        ("YF-100-5:2", ItemText("YF-100-5", 2_000)),
        ("-5:2-5%", ItemText("-5", 2_000, None, 500)),
        ("A:B:2", ItemText("A:B", 2_000)),
        ("A:10:2-5%", ItemText("A:10", 2_000, None, 500)),
        ("A@B:2", ItemText("A@B", 2_000)),
        ("A@9:2@8", ItemText("A@9", 2_000, 800)),
        ("A::2", ItemText("A:", 2_000)),
        ("型号-甲:2", ItemText("型号-甲", 2_000)),
        ("ＹＦ－１００：２＠４５０００－５％", ItemText("ＹＦ－１００", 2_000, 4_500_000, 500)),
        ("YF-100：２．５−5％", ItemText("YF-100", 2_500, None, 500)),
        (" YF-100 : 2 @ 45000 - 5 % "[:-3] + "%", ItemText("YF-100", 2_000, 4_500_000, 500)),
    ],
)
def test_items(text: str, item: ItemText) -> None:
    assert parse_item(text) == item


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" is not an item'),
        ("YF-100", '"YF-100" is not an item'),
        (":2", '":2" is not an item'),
        ("  :2", '"  :2" is not an item'),
        ("YF-100:2@3@4", '"YF-100:2@3@4" is not an item'),
        ("YF-100:", '"" is not a quantity'),
        ("YF-100:x", '"x" is not a quantity'),
        ("YF-100:-5%", '"-5%" is not a quantity'),
        ("YF-100:-2", '"-2" is not a quantity'),
        ("YF-100:0", 'the quantity "0" must be above 0 and below 10^9'),
        ("YF-100:0.000", 'the quantity "0.000" must be above 0 and below 10^9'),
        ("YF-100:1000000000", 'the quantity "1000000000" must be above 0 and below 10^9'),
        ("YF-100:1.0005", '"1.0005" has more than three decimals'),
        ("YF-100:2@", '"" is not an amount'),
        ("YF-100:2@-5", 'the amount "-5" must not be negative'),
        ("YF-100:2@1.005", '"1.005" has more than two decimals'),
        ("YF-100:2-101%", '"101%" is not between 0 % and 100 %'),
        ("YF-100:2--5%", '"-5%" is not between 0 % and 100 %'),
        ("YF-100:2-5.555%", '"5.555%" has more than two decimals'),
        ("YF-100:2-x", '"x" is not a percentage'),
        ("YF-100:2-5%-5%", '"5%-5%" is not a percentage'),
    ],
)
def test_what_is_no_item(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_item(text)
    assert str(caught.value) == message
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("培训", ExtraText("培训")),
        ("培训=2000", ExtraText("培训", 200_000)),
        ("培训两天 = ￥2,000", ExtraText("培训两天", 200_000)),
        ("培训＝0.2万", ExtraText("培训", 200_000)),
        ("on-site = off-site=1", ExtraText("on-site = off-site", 100)),
        ("a=0", ExtraText("a", 0)),
        ("两行\n文字=5", ExtraText("两行\n文字", 500)),
    ],
)
def test_extras(text: str, extra: ExtraText) -> None:
    assert parse_extra(text) == extra


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" is not an extra'),
        ("  ", '"  " is not an extra'),
        ("=5", '"=5" is not an extra'),
        ("a=", '"" is not an amount'),
        ("a=b", '"b" is not an amount'),
        ("a=-5", 'the amount "-5" must not be negative'),
        ("a=1.234", '"1.234" has more than two decimals'),
    ],
)
def test_what_is_no_extra(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_extra(text)
    assert str(caught.value) == message


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    st.integers(1, 10**9),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(0, 10_000),
)
def test_any_sku_is_read_back(sku: str, quantity: int, price: int | None, discount: int | None) -> None:
    text = f"{sku}:{quantity // 1_000}.{quantity % 1_000:03d}"
    text += "" if price is None else f"@{price // 100}.{price % 100:02d}"
    text += "" if discount is None else f"-{discount // 100}.{discount % 100:02d}%"
    assert parse_item(text) == ItemText(sku, quantity, price, discount)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_item_or_a_clear_refusal(text: str) -> None:
    try:
        item = parse_item(text)
    except InvalidValue:
        return
    assert item.sku.strip() == item.sku != ""
    assert item.quantity > 0
