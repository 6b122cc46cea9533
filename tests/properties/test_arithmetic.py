"""What holds for every quote: sums, taxes, bounds, and that nothing depends on the order of its lines."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from salesflow.rules.arithmetic import Item, Line, add_up, concessions, price_line

prices = st.integers(0, 10**10)
percents = st.integers(0, 10_000)
quantities = st.integers(1, 10**7)


@st.composite
def items(draw: st.DrawFn) -> Item:
    listed = draw(prices)
    given_price = draw(st.none() | st.integers(0, listed))
    return Item(listed, draw(quantities), draw(percents), draw(percents), given_price, draw(st.booleans()))


def price_all(asked: list[Item], quote_discount: int) -> list[Line]:
    return [price_line(item, line=number, quote_discount=quote_discount) for number, item in enumerate(asked, 1)]


@given(items(), percents)
def test_tax_and_the_rest_are_the_amount(item: Item, quote_discount: int) -> None:
    line = price_line(item, line=1, quote_discount=quote_discount)
    assert line.before_tax + line.tax == line.amount
    assert line.basis_amount == (line.before_tax if item.net else line.amount)
    assert 0 <= line.tax <= line.amount <= line.list_amount


@given(items(), percents)
def test_a_line_is_less_than_half_a_fen_from_its_exact_amount(item: Item, quote_discount: int) -> None:
    line = price_line(item, line=1, quote_discount=quote_discount)
    kept = Fraction(10_000 - item.discount, 10_000) * Fraction(10_000 - quote_discount, 10_000)
    exact = item.price * Fraction(item.quantity, 1_000) * kept
    assert Fraction(-1, 2) < exact - line.basis_amount < Fraction(1, 2) or exact - line.basis_amount == Fraction(-1, 2)
    rate = Fraction(item.tax_rate, 10_000)
    tax = line.basis_amount * (rate if item.net else rate / (1 + rate))
    assert abs(tax - line.tax) <= Fraction(1, 2)


@given(st.lists(items(), max_size=6), percents, st.integers(0, 10**10), st.lists(st.integers(0, 10**8), max_size=3))
def test_the_total_is_the_sum_of_its_parts(asked: list[Item], discount: int, freight: int, extras: list[int]) -> None:
    lines = price_all(asked, discount)
    totals = add_up(lines, freight=freight, extras=extras)
    assert totals.goods_total == sum(line.amount for line in lines)
    assert totals.total == totals.goods_total + freight + sum(extras)
    assert totals.goods_total + totals.discount_total == sum(line.list_amount for line in lines)
    assert totals.tax_total == sum(line.tax for line in lines)


@given(st.lists(items(), max_size=6).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), percents)
def test_the_order_of_the_lines_does_not_matter(orders: tuple[list[Item], list[Item]], discount: int) -> None:
    first, second = (price_all(asked, discount) for asked in orders)
    assert add_up(first) == add_up(second)
    assert concessions(first)[-1] == concessions(second)[-1]
    without_number = [
        sorted(line._replace(concession=line.concession._replace(line=None)) for line in lines)
        for lines in (first, second)
    ]
    assert without_number[0] == without_number[1]


@given(items(), percents, st.integers(2, 4))
def test_so_many_times_the_quantity_is_so_many_times_the_amount_but_for_rounding(
    item: Item, discount: int, times: int
) -> None:
    once = price_line(item, line=1, quote_discount=discount)
    often = price_line(item._replace(quantity=item.quantity * times), line=1, quote_discount=discount)
    assert abs(often.basis_amount - once.basis_amount * times) <= Fraction(times + 1, 2)
    assert often.unit_price == once.unit_price
    assert often.concession.discount == once.concession.discount


@given(items(), percents, percents)
def test_more_discount_is_never_dearer_and_never_a_smaller_concession(item: Item, one: int, other: int) -> None:
    less, more = (price_line(item, line=1, quote_discount=discount) for discount in sorted((one, other)))
    assert more.amount <= less.amount
    assert more.concession.discount >= less.concession.discount


@given(items(), percents)
def test_the_concession_is_the_exact_discount_rounded_up(item: Item, quote_discount: int) -> None:
    assume(item.list_price > 0)
    line = price_line(item, line=1, quote_discount=quote_discount)
    kept = Fraction(10_000 - item.discount, 10_000) * Fraction(10_000 - quote_discount, 10_000)
    exact = (1 - Fraction(item.price, item.list_price) * kept) * 10_000
    assert 0 <= line.concession.discount - exact < 1
    assert line.discount <= line.concession.discount <= 10_000


@given(prices, quantities, percents)
def test_a_given_price_comes_out_as_it_was_typed(price: int, quantity: int, rate: int) -> None:
    line = price_line(Item(price * 2, quantity, rate, given_price=price), line=1)
    assert line.unit_price == price * 100
    assert abs(line.amount * 1_000 - price * quantity) <= 500


@given(st.lists(items(), min_size=1, max_size=6), percents)
def test_the_goods_as_a_whole_never_concede_more_than_their_most_conceding_line(
    asked: list[Item], discount: int
) -> None:
    *each, whole = concessions(price_all(asked, discount))
    assert whole.discount <= max(one.discount for one in each)
    assert add_up(price_all(asked, discount)).max_discount == max(one.discount for one in each)
