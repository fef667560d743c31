"""A telephone number is read once, at the border, and known by its identity from then on."""

from dataclasses import replace

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_numbers.dial_plan import DialPlan
from phone_numbers.dialling import DEFAULT_EMERGENCY, Sort, is_emergency
from phone_numbers.phone_number import LONGEST, Kind, phone_number
from phone_numbers.plan import DialForm, NumberPlan
from phone_numbers.reading import emergency_of, leads_to
from tests.numbers import CHINA, number

ONE_CUSTOMER = (
    "13800138000",
    "+8613800138000",
    "008613800138000",
    "013800138000",
    "138-0013-8000",
    "138 0013 8000",
    "(138) 0013.8000",
    "+86 138–0013–8000",
    "１３８００１３８０００",
    "＋８６１３８００１３８０００",
    "١٣٨٠٠١٣٨٠٠٠",
    "tel:+86-138-0013-8000",
    "\u200e13800138000\u202c",
    "13800138000\r\n",
    "1795113800138000",
)
HOUSE = NumberPlan("CN", frozenset({"8001", "w01", "13900139000"}), "9")


@pytest.mark.parametrize("sent", ONE_CUSTOMER)
def test_every_spelling_of_a_number_is_one_customer(sent: str) -> None:
    read = number(sent)
    assert (read.kind, read.identity) == (Kind.PUBLIC, "+8613800138000")
    assert (read.shown, read.masked) == ("13800138000", "138******00")


@pytest.mark.parametrize("sent", [*ONE_CUSTOMER, "913800138000"])
def test_the_digit_that_leads_outside_is_no_part_of_a_number(sent: str) -> None:
    assert phone_number(sent, HOUSE).identity == "+8613800138000"


@pytest.mark.parametrize(
    ("sent", "kind", "identity", "shown"),
    [
        ("01062345678", Kind.PUBLIC, "+861062345678", "01062345678"),
        ("010-6234 5678", Kind.PUBLIC, "+861062345678", "01062345678"),
        ("4008123123", Kind.PUBLIC, "+864008123123", "4008123123"),
        ("+81 3 3224 9999", Kind.PUBLIC, "+81332249999", "0081332249999"),
        ("0081332249999", Kind.PUBLIC, "+81332249999", "0081332249999"),
        ("+39 06 6982", Kind.PUBLIC, "+39066982", "0039066982"),
        ("+1 555 010 9999", Kind.PUBLIC, "+15550109999", "0015550109999"),
        ("12000138000", Kind.PUBLIC, "+8612000138000", "12000138000"),  # of no range as yet
        ("62345678", Kind.LOCAL, "62345678", "62345678"),
        ("8001", Kind.EXTENSION, "8001", "8001"),
        ("８００１", Kind.EXTENSION, "8001", "8001"),
        ("95588", Kind.SHORT, "95588", "95588"),
        ("10086", Kind.SHORT, "10086", "10086"),
        ("110", Kind.SHORT, "110", "110"),
        ("", Kind.WITHHELD, "", ""),
        (" \t\r\n", Kind.WITHHELD, "", ""),
        ("anonymous", Kind.WITHHELD, "", ""),
        ("Anonymous", Kind.WITHHELD, "", ""),
        ("Restricted", Kind.WITHHELD, "", ""),
        ("匿名", Kind.WITHHELD, "", ""),
        ("0", Kind.UNUSABLE, "", "0"),
        ("00000000000", Kind.UNUSABLE, "", "00000000000"),
        ("0110", Kind.UNUSABLE, "", "0110"),
        ("+86110", Kind.UNUSABLE, "", "+86110"),
        ("alice", Kind.UNUSABLE, "", "alice"),
        ("13800138000x12", Kind.UNUSABLE, "", "13800138000x12"),
        ("010-62345678转801", Kind.UNUSABLE, "", "010-62345678转801"),
        ("*31#13800138000", Kind.UNUSABLE, "", "*31#13800138000"),
        ("138001380001380013800", Kind.UNUSABLE, "", "138001380001380013800"),
        ("+8613800138000123", Kind.UNUSABLE, "", "+8613800138000123"),
        ("📞13800138000", Kind.UNUSABLE, "", "📞13800138000"),
        ("138'; DROP TABLE calls", Kind.UNUSABLE, "", "138'; DROP TABLE calls"),
        ("13800138000\r\nEvent: Hangup", Kind.UNUSABLE, "", "13800138000 Event: Hangup"),
        ("++8613800138000", Kind.UNUSABLE, "", "++8613800138000"),
    ],
)
def test_what_a_number_is(sent: str, kind: Kind, identity: str, shown: str) -> None:
    read = number(sent)
    assert (read.kind, read.identity, read.shown) == (kind, identity, shown)


def test_a_telephone_of_the_house_is_known_by_its_digits_but_a_mobile_is_not() -> None:
    assert phone_number("w01", HOUSE).kind is Kind.EXTENSION
    assert phone_number("13900139000", HOUSE).identity == "+8613900139000"
    listed = NumberPlan("CN", extensions="2xxx,12xxx")
    assert phone_number("12580", listed).kind is Kind.EXTENSION
    assert phone_number("8215", listed).kind is Kind.SHORT


def test_the_same_digits_are_somebody_else_in_another_country() -> None:
    home = NumberPlan("US", outside="9")
    for sent in ("9175551234", "19175551234", "+1 (917) 555-1234", "99175551234", "919175551234"):
        assert phone_number(sent, home).identity == "+19175551234", sent
    assert phone_number("011 86 138 0013 8000", home).identity == "+8613800138000"
    assert phone_number("62345678", NumberPlan("HK")).identity == "+85262345678"


FOREIGN = ("+8613800138000", "+442079460018", "+19175551234", "+81332249999")


@pytest.mark.parametrize("form", [DialForm.NATIONAL, DialForm.DOUBLE_ZERO])
def test_two_zeros_lead_abroad_in_every_country_beside_its_own_prefix(form: DialForm) -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        plan = NumberPlan(region)
        trunk = DialPlan(plan, form)
        for wanted in FOREIGN:
            read = phone_number(f"00{wanted[1:]}", plan)
            assert read.identity == wanted, region
            assert phone_number(read.shown, plan).identity == wanted, (region, read.shown)
            dialled = trunk.dialled(read)
            assert leads_to(dialled, plan).sort in {Sort.ABROAD, Sort.HOME}, (region, dialled)


def test_what_a_country_has_behind_two_zeros_itself_comes_first() -> None:
    australia = NumberPlan("AU")
    for sent in ("0011 86 138 0013 8000", "0086 138 0013 8000", "+86 138 0013 8000"):
        assert phone_number(sent, australia).identity == "+8613800138000", sent
    assert phone_number("0011 44 20 7946 0018", australia).identity == "+442079460018"


@pytest.mark.parametrize("region", ["US", "AU", "JP", "RU", "CN"])
def test_two_zeros_hide_no_emergency_number(region: str) -> None:
    plan = NumberPlan(region)
    services = emergency_of(region) | set(DEFAULT_EMERGENCY.split(","))
    for service in services:
        for sent in (f"00{service}", f"0086{service}", f"000{service}"):
            assert is_emergency(leads_to(sent, plan), services), sent


def test_emergency_numbers_go_out_plain_unless_the_pbx_wants_its_digit_before_them_too() -> None:
    assert HOUSE.emergency("110") == "110"
    assert replace(HOUSE, emergency_outside=True).emergency("110") == "9110"
    assert replace(CHINA, emergency_outside=True).emergency("110") == "110"


def test_what_is_far_too_long_is_cut_and_nobodys() -> None:
    read = number("1" * 10_000)
    assert (read.kind, len(read.raw)) == (Kind.UNUSABLE, LONGEST)


@given(
    st.text(max_size=60),
    st.sampled_from([CHINA, HOUSE, NumberPlan("US"), NumberPlan("RU"), NumberPlan("KR")]),
)
def test_any_text_is_read_and_reads_the_same_from_what_is_shown(
    sent: str, plan: NumberPlan
) -> None:
    read = phone_number(sent, plan)
    assert read.raw.isprintable()
    assert len(read.raw) <= LONGEST
    assert bool(read.identity) == (read.kind not in {Kind.WITHHELD, Kind.UNUSABLE})
    if read.identity:
        assert phone_number(read.shown, plan).identity == read.identity
    if read.kind is Kind.PUBLIC:
        assert phone_number(read.identity, plan).identity == read.identity


DIALLED = {
    "national": (DialPlan(CHINA), "13800138000", "01062345678", "0081332249999"),
    "a 9": (DialPlan(HOUSE), "913800138000", "901062345678", "90081332249999"),
    "+": (DialPlan(CHINA, DialForm.PLUS), "+8613800138000", "+861062345678", "+81332249999"),
    "00": (
        DialPlan(CHINA, DialForm.DOUBLE_ZERO),
        "008613800138000",
        "00861062345678",
        "0081332249999",
    ),
    "a 0": (DialPlan(CHINA, trunk_prefix="0"), "013800138000", "01062345678", "0081332249999"),
    "a 9 and a 0": (
        DialPlan(HOUSE, trunk_prefix="0"),
        "9013800138000",
        "901062345678",
        "90081332249999",
    ),
}


@pytest.mark.parametrize("trunk", DIALLED)
def test_the_trunks_plan_makes_what_is_dialled_of_every_spelling(trunk: str) -> None:
    plan, mobile, landline, abroad = DIALLED[trunk]
    assert {plan.dialled(sent) for sent in ONE_CUSTOMER} == {mobile}
    assert {plan.dialled(sent) for sent in ("010-62345678", "+861062345678")} == {landline}
    assert {plan.dialled(sent) for sent in ("+81332249999", "0081332249999")} == {abroad}
    for short in ("8001", "w01", "8215"):
        assert plan.dialled(short) == short
    again = (mobile, landline, abroad)
    assert tuple(map(plan.dialled, again)) == again, "dialled once, never twice"
    for sent, dialled in ((ONE_CUSTOMER[0], mobile), ("010-62345678", landline)):
        assert leads_to(dialled, plan.numbers).full == number(sent).identity


SERVICES = sorted({*DEFAULT_EMERGENCY.split(","), *emergency_of("CN")})


@pytest.mark.parametrize("trunk", DIALLED)
@pytest.mark.parametrize(
    "before", ["", "0", "00", "+", "9", "+86", "0086", "010", "86", "90", "９"]
)
def test_no_spelling_of_an_emergency_number_becomes_another_number(trunk: str, before: str) -> None:
    plan = DIALLED[trunk][0]
    for service in SERVICES:
        dialled = plan.dialled(before + service)
        read = (leads_to(before + service, plan.numbers), leads_to(dialled, plan.numbers))
        refused = any(is_emergency(one, SERVICES) for one in read)
        assert refused or dialled == before + service, "room 9110 stays one, where 9 leads nowhere"


@given(st.text(alphabet="0123456789+*# ", max_size=24), st.sampled_from(sorted(DIALLED)))
def test_what_is_no_number_is_dialled_as_it_is_and_so_refused(sent: str, trunk: str) -> None:
    plan = DIALLED[trunk][0]
    read = phone_number(sent, plan.numbers)
    if read.kind is Kind.UNUSABLE:
        assert plan.dialled(sent) == read.raw


@pytest.mark.parametrize("sent", ["①3800138000", "13800138²00", "138½0138000", "138OO138OOO"])
def test_what_only_looks_like_a_digit_is_none(sent: str) -> None:
    assert phone_number(sent, NumberPlan("CN")).kind is Kind.UNUSABLE
