"""Records that cost nothing to define: they must be what a dataclass would have been."""

from __future__ import annotations

import pytest

from salesflow.struct import Struct


class Point(Struct):
    """Where something is."""

    x: int
    y: int = 0


class Named(Point):
    """And what it is called."""

    name: str = "?"


def test_fields_come_by_position_and_by_name() -> None:
    assert Point(1) == Point(1, 0) == Point(x=1, y=0) == Point(1, y=0)
    assert Point(1) != Point(2)
    assert Named(1, 2, "A")._asdict() == {"x": 1, "y": 2, "name": "A"}
    assert Named._fields == ("x", "y", "name")
    assert repr(Named(1)) == "Named(x=1, y=0, name='?')"


def test_a_changed_copy_leaves_the_first_as_it_is() -> None:
    first = Point(1, 2)
    assert first._replace(y=3) == Point(1, 3)
    assert first == Point(1, 2)
    with pytest.raises(AttributeError):
        first.y = 3  # type: ignore[misc]  # that it is refused is the test
    assert len({first, Point(1, 2), Point(1, 3)}) == 2


def test_another_class_is_another_thing() -> None:
    assert Point(1) != Named(1)
    assert Point(1) != (1, 0)


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"y": 1}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})],
)
def test_what_does_not_fit_is_an_error(values: tuple[int, ...], named: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="Point"):
        Point(*values, **named)
