"""A number of ours is known in every form that a trunk sends, and no other number is."""

import re

import pytest

from phone_numbers.called import patterns

OURS = ("10050", "01058851234", "4008123456", "114")
FORMS = {
    "10050": ("10050", "+8610050", "8610050", "008610050", "+861010050", "01010050", "9010050"),
    "01058851234": (
        *("01058851234", "+861058851234", "861058851234", "00861058851234", "1058851234"),
        *("58851234", "901058851234"),
    ),
    "4008123456": ("4008123456", "+864008123456", "04008123456"),
    "114": ("114", "+86114", "0114", "86114"),
}
OTHERS = ("99999", "8001", "110", "120", "10051", "100500", "1005", "99114", "+8613800138000", "")


def known_as(called: str) -> str:
    """Return which number of ours a call is for, as the dialplan finds it."""
    found = (number for number, form in patterns(OURS, "CN") if re.fullmatch(form, called))
    return next(found, "")


@pytest.mark.parametrize(("number", "form"), [(n, one) for n in OURS for one in FORMS[n]])
def test_a_number_of_ours_is_known_in_every_form(number: str, form: str) -> None:
    assert known_as(form) == number


@pytest.mark.parametrize("called", OTHERS)
def test_another_number_is_none_of_ours(called: str) -> None:
    assert known_as(called) == ""


def test_of_two_numbers_the_one_with_more_digits_is_meant() -> None:
    twice = patterns(("10050", "021610050"), "CN")
    assert [number for number, _ in twice] == ["021610050", "10050"]


def test_a_house_elsewhere_is_called_by_its_own_plan() -> None:
    ((_, form),) = patterns(("03012345678",), "DE")
    for called in ("03012345678", "+493012345678", "00493012345678"):
        assert re.fullmatch(form, called), called
