"""Amounts are whole numbers of minor units."""

import pytest

from billing.errors import InvalidAmount
from billing.money import LARGEST_MINOR, Money, check_amount


@pytest.mark.parametrize("minor", [0, -1, 1.5, "100", True, None, LARGEST_MINOR + 1, float("nan")])
def test_what_is_no_payable_amount_is_refused(minor: object) -> None:
    with pytest.raises(InvalidAmount):
        check_amount(minor=minor, currency="USD")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(InvalidAmount, match="Unknown currency 'XXY'"):
        check_amount(minor=1, currency="XXY")


@pytest.mark.parametrize(("minor", "shown"), [(1, "0.01 USD"), (150_000, "1,500.00 USD"), (-5, "-0.05 USD")])
def test_money_is_shown_in_major_units(minor: int, shown: str) -> None:
    assert str(Money(minor=minor, currency="USD")) == shown
