"""What the machine may ring: never an emergency number, and nothing dear that is not listed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from phone_numbers import dialling
from phone_numbers.dialling import (
    DEFAULT_ALLOWED,
    DEFAULT_EMERGENCY,
    NOTHING,
    DiallingRules,
    SoFar,
    Sort,
    Verdict,
    Why,
    is_emergency,
    may_ring,
    read_allowed,
    read_tariffs,
)
from phone_numbers.plan import NumberPlan
from phone_numbers.reading import emergency_of, leads_to
from settings import Settings

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EMERGENCY = frozenset(DEFAULT_EMERGENCY.split(","))
HOUSE = NumberPlan("CN", frozenset({"8001", "w01", "8301"}))
EVERYTHING = "house,extensions,home,short,+,+870,+881,+882,premium:+"


def _rules(allowed: str = DEFAULT_ALLOWED, **more: Any) -> DiallingRules:
    return DiallingRules(emergency=EMERGENCY, allowed=read_allowed(allowed), **more)


def _verdict(dialled: str, allowed: str = DEFAULT_ALLOWED, at: datetime = NOON) -> Verdict:
    return may_ring(leads_to(dialled, HOUSE), at, _rules(allowed))


@given(
    st.sampled_from(sorted(EMERGENCY)),
    st.sampled_from(["", "0", "00", "+", "+86", "0086", "010", "+8610", "0755", "0010", "+1"]),
    st.sampled_from(["", "#", "*"]),
    st.sampled_from(["", "9", "0"]),
    st.integers(0, 24 * 60),
)
def test_the_machine_never_rings_an_emergency_number_however_it_is_written(
    service: str, before: str, after: str, outside: str, minute: int
) -> None:
    numbering = NumberPlan("CN", frozenset({service}), outside)
    number = leads_to(outside + before + service + after, numbering)
    at = NOON + timedelta(minutes=minute)
    assert not may_ring(number, at, _rules(EVERYTHING)).allowed
    if before in {"", "0", "010", "+86", "+8610"}:
        assert is_emergency(number, EMERGENCY), "and it is said why"


@given(st.text(alphabet="0123456789+*#", max_size=22))
def test_whatever_is_dialled_gets_a_verdict_and_codes_of_the_pbx_are_refused(dialled: str) -> None:
    verdict = _verdict(dialled, EVERYTHING)
    if not dialled or set(dialled) & set("*#"):
        assert not verdict.allowed


@pytest.mark.parametrize(
    ("dialled", "sort"),
    [
        ("8001", Sort.HOUSE),
        ("w01", Sort.HOUSE),
        ("8215", Sort.EXTENSION),
        ("81108", Sort.EXTENSION),  # 110 inside is a room's number
        ("13800138000", Sort.HOME),
        ("01062345678", Sort.HOME),
        ("+8613800138000", Sort.HOME),
        ("62345678", Sort.HOME),
        ("4008123123", Sort.HOME),
        ("1795113800138000", Sort.UNKNOWN),  # a carrier's prefix hides where it goes
        ("17909013800138000", Sort.UNKNOWN),
        ("179110085221234567", Sort.UNKNOWN),
        ("12593013800138000", Sort.UNKNOWN),
        ("1019013800138000", Sort.UNKNOWN),
        ("+86013800138000", Sort.UNKNOWN),
        ("000044209460000", Sort.UNKNOWN),
        ("02016812345", Sort.PREMIUM),  # the voice service 16812345 as Guangzhou has it
        ("+862016812345", Sort.PREMIUM),
        ("16812345", Sort.PREMIUM),
        ("075516812345", Sort.PREMIUM),
        ("12345678", Sort.UNKNOWN),
        ("10086", Sort.SHORT),
        ("95588", Sort.SHORT),
        ("12580", Sort.SHORT),
        ("118114", Sort.SHORT),
        ("16800", Sort.SHORT),
        ("96123", Sort.SHORT),
        ("114", Sort.SHORT),
        ("01010086", Sort.SHORT),
        ("02095588", Sort.SHORT),
        ("1205", Sort.EXTENSION),
        ("2000", Sort.EXTENSION),
        ("+85221234567", Sort.ABROAD),
        ("0018765551234", Sort.ABROAD),
        ("+449098790000", Sort.PREMIUM),
        ("+447012345678", Sort.PREMIUM),  # personal numbers: up to anything a minute
        ("+979123456789", Sort.PREMIUM),
        ("+870773111632", Sort.SATELLITE),
        ("+881612345678", Sort.SATELLITE),
        ("+882161234567", Sort.SATELLITE),
        ("12345678901", Sort.UNKNOWN),
        ("*72", Sort.UNKNOWN),
        ("8215;9", Sort.UNKNOWN),
        ("１２３４", Sort.UNKNOWN),
    ],
)
def test_a_number_is_read_for_what_it_leads_to(dialled: str, sort: Sort) -> None:
    assert leads_to(dialled, HOUSE).sort is sort
    allowed = sort in {Sort.HOUSE, Sort.EXTENSION, Sort.HOME}
    assert _verdict(dialled).allowed is allowed
    assert _verdict(dialled, EVERYTHING).allowed is (sort is not Sort.UNKNOWN)


def test_the_plan_of_the_house_says_which_short_numbers_are_its_own() -> None:
    house = NumberPlan("CN", extensions="2xxx,8xxx,12xxx")
    for number in ("2000", "8215", "12001"):
        assert leads_to(number, house).sort is Sort.EXTENSION
    for number in ("95588", "12345"[:2], "20001", "9006", "125801"):
        assert leads_to(number, house).sort is Sort.SHORT, number
    assert leads_to("12580", NumberPlan("CN", outside="9")).sort is Sort.EXTENSION, "dialled inside"
    assert leads_to("912580", NumberPlan("CN", outside="9")).sort is Sort.SHORT
    assert not _verdict("95588").allowed
    assert _verdict("95588", "short").allowed


def test_one_country_code_may_be_that_of_many_countries() -> None:
    """+1 876 is Jamaica, and what fraudsters ring from hacked switches."""
    home = NumberPlan("US")
    assert leads_to("2125551234", home).sort is Sort.HOME
    assert leads_to("18765551234", home).sort is Sort.ABROAD
    assert leads_to("19005551234", home).sort is Sort.PREMIUM


def test_the_same_number_is_the_same_however_it_is_written() -> None:
    written = ("13800138000", "013800138000", "+8613800138000", "008613800138000")
    assert {leads_to(one, HOUSE).full for one in written} == {"+8613800138000"}
    assert leads_to("913800138000", NumberPlan("CN", outside="9")).full == "+8613800138000"
    assert leads_to("913800138000", NumberPlan("CN", outside="9")).dialled == "913800138000"


def test_a_prefix_opens_ordinary_numbers_and_costly_ones_must_be_named() -> None:
    assert _verdict("+442079460000", "+44").allowed
    assert not _verdict("+449098790000", "+44,+").allowed
    assert _verdict("+449098790000", "premium:+44909").allowed
    assert not _verdict("+442079460000", "premium:+44").allowed
    assert not _verdict("+870773111632", "+,+87").allowed
    assert _verdict("+870773111632", "+870").allowed
    assert not _verdict("+85221234567", "+44").allowed


@pytest.mark.parametrize(
    ("hour", "mobile", "town"),
    [(7, False, True), (8, True, True), (20, True, False), (22, False, True)],
)
def test_the_longest_prefix_says_the_hours(hour: int, mobile: bool, town: bool) -> None:
    at, allowed = NOON.replace(hour=hour), "home@08:00-22:00,+8610@22:00-20:00"
    for number, may in {"13800138000": mobile, "01062345678": town}.items():
        verdict = may_ring(leads_to(number, HOUSE), at, _rules(allowed, zone=UTC))
        assert verdict == Verdict(may, Why.LISTED if may else Why.HOURS), number


def test_hours_are_those_of_the_house() -> None:
    shanghai = timezone(timedelta(hours=8))
    rules = _rules("home@08:00-21:00", zone=shanghai)
    number = leads_to("13800138000", HOUSE)
    assert may_ring(number, NOON, rules).allowed
    assert may_ring(number, NOON + timedelta(hours=1), rules).why is Why.HOURS


COUNTS = st.integers(0, 50)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_no_limit_is_ever_passed_and_0_is_none(
    minute: int, hour: int, day: int, spent: int, a: int, b: int, c: int, d: int
) -> None:
    rules = _rules(per_minute=a, per_hour=b, per_day=c, spend_per_day=d)
    so_far = SoFar(last_minute=minute, last_hour=hour, last_day=day, spent=spent)
    verdict = may_ring(leads_to("13800138000", HOUSE), NOON, rules, so_far)
    left = all(
        not most or done < most
        for done, most in zip((minute, hour, day, spent), (a, b, c, d), strict=True)
    )
    assert verdict.allowed is left
    room = may_ring(leads_to("8215", HOUSE), NOON, rules, so_far)
    assert room.allowed, "a room costs nothing and is rung again and again (WAK-3)"


def test_the_longest_prefix_says_the_price_and_the_house_costs_nothing() -> None:
    rules = _rules(tariffs=read_tariffs("+86=0.10,+8610=0.055,+=2"))
    prices = {
        number: rules.price(leads_to(number, HOUSE))
        for number in ("13800138000", "01062345678", "+442079460000", "8215", "8001")
    }
    assert list(prices.values()) == [100, 55, 2000, 0, 0]
    assert may_ring(leads_to("8001", HOUSE), NOON, rules, NOTHING).allowed


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("dial_allowed", "home,everywhere", "'everywhere' is none of"),
        ("dial_allowed", "home@8-21", "hours are not like"),
        ("dial_allowed", "home@25:00-26:00", "hours are not like"),
        ("dial_allowed", "home@08:00-21:00+08:00", "hours are not like"),
        ("dial_allowed", "premium:44", "is none of"),
        ("dial_tariffs", "+86=cheap", "no price a minute"),
        ("emergency_numbers", "110;119", "pattern"),
        ("phones", "8001,999", "999 is an emergency number"),
        ("attendants", "119", "119 is an emergency number"),
        ("region", "China", "no country of two letters"),
    ],
)
def test_a_setting_that_cannot_be_kept_is_refused_with_a_sentence(
    name: str, value: str, says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        Settings.model_validate({name: value})


def test_the_default_settings_are_the_default_rules() -> None:
    assert read_allowed(Settings().dial_allowed) == read_allowed(dialling.DEFAULT_ALLOWED)
    assert {"110", "119", "120", "122"} <= set(Settings().emergency_numbers.split(","))
    assert emergency_of("US") == {"112", "911"}
