"""A telephone number: as sent, its identity, how it is shown. Does no I/O.

A number is read once, at the border (a call, a page, the API, a list), by the house's plan. From
then on it is known by its identity: `13800138000`, `+8613800138000`, `008613800138000`,
`013800138000`, `138-0013-8000` and full-width digits are one. Whether it may be rung is judged
elsewhere (`phone_numbers/dialling.py`), and what is dialled for it is `phone_numbers/dial_plan.py`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult, shortnumberinfo
from phonenumbers import PhoneNumber as Parsed
from phonenumbers.phonemetadata import PhoneMetadata

from callflow.text import NO_NAMES, clean
from phone_numbers.digits import digits_of
from phone_numbers.masking import masked_number
from phone_numbers.plan import NumberPlan

LONGEST: Final = 80
"""Characters kept of what was sent, as in the columns of the database."""
MOST_DIGITS: Final = 20
"""A number of the public network has 15 digits, a prefix for abroad and one for outside."""
EXTENSION_DIGITS: Final = 6
"""A number with at most so many digits, and none of them 0 at the front, is one of the PBX."""
ABROAD: Final = "00"
"""What most of the world dials before a country's code, and everybody writes."""
LOCAL_DIGITS: Final = range(7, 9)
"""A number of the same town, without its area code."""

_BETWEEN = re.compile(r"[\s()./\u00b7\u2010-\u2015\u2212-]")
"""What people write between the digits."""
_DIALLABLE = re.compile(rf"\+?[0-9]{{1,{MOST_DIGITS}}}")
_SHORT: Final = {"CN": re.compile(r"1[0-9]{4,5}|9[56][0-9]{3,4}")}
"""Short codes of a region that `phonenumbers` does not all know."""


class Kind(StrEnum):
    """What a number is, as far as its digits tell."""

    PUBLIC = "public"
    """Of the public network; its identity is E.164: +8613800138000."""
    EXTENSION = "extension"
    """A phone of the house, or a short number of its PBX; its identity are its digits."""
    SHORT = "short"
    """A short code of the public network (10086); its identity are its digits."""
    LOCAL = "local"
    """A number of the same town without the area code; its identity are its digits."""
    WITHHELD = "withheld"
    """The caller hides the number, or the switch does not know it."""
    UNUSABLE = "unusable"
    """No number: too short, too long, letters."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number; two are the same customer's when their identities are the same."""

    raw: str
    """As it was sent, without control characters; at most `LONGEST` characters."""
    kind: Kind
    identity: str
    """What it is known by; empty: withheld or unusable, which is nobody's."""
    region: str
    """Where it is shown: the house's."""

    @property
    def shown(self) -> str:
        """Return it in digits, as somebody at home dials it; one that is none as it was sent."""
        if self.kind is Kind.PUBLIC:
            return _national(self.identity, self.region)
        return self.identity or ("" if self.kind is Kind.WITHHELD else self.raw)

    @property
    def masked(self) -> str:
        """Return what those see who need no numbers (SEC-2)."""
        return masked_number(self.shown)


def phone_number(sent: str, plan: NumberPlan) -> PhoneNumber:
    """Return the number that somebody sent or typed. Raises nothing, whatever was sent."""
    return numbered(sent, plan)[0]


def numbered(sent: str, plan: NumberPlan) -> tuple[PhoneNumber, Parsed | None]:
    """Return a number, and what the numbering plan knows of it if it is of the public network."""
    return _numbered(clean(sent[: LONGEST * 8], LONGEST), plan)


@lru_cache(maxsize=8192)
def _numbered(raw: str, plan: NumberPlan) -> tuple[PhoneNumber, Parsed | None]:
    digits = _digits(raw)
    known = _public(digits, plan)
    kind, identity = (Kind.PUBLIC, e164(known)) if known else _inside(digits, plan)
    return PhoneNumber(raw, kind, identity, plan.region), known


def _inside(digits: str, plan: NumberPlan) -> tuple[Kind, str]:
    """Return what digits are that are no number of the public network, and their identity."""
    if not digits or digits.casefold() in NO_NAMES:
        return Kind.WITHHELD, ""
    if digits in plan.house:
        return Kind.EXTENSION, digits
    if is_brief(digits) and _DIALLABLE.fullmatch(digits):
        return short_kind(digits, plan), digits
    forms = without_outside(digits, plan) if _DIALLABLE.fullmatch(digits) else ()
    local = next((one for one in forms if is_local(one, plan.region)), "")
    return (Kind.LOCAL, local) if local else (Kind.UNUSABLE, "")


def _digits(raw: str) -> str:
    """Return what was written without what stands between the digits, and those as 0 to 9."""
    return _BETWEEN.sub("", digits_of(raw)).removeprefix("tel:")


def _public(digits: str, plan: NumberPlan) -> Parsed | None:
    """Return the number of the public network that was written, None when it is none.

    A number of no range that is known counts too when its length fits: ranges are opened faster
    than the library learns of them, and whoever calls from one is somebody.
    """
    if is_brief(digits) or not _DIALLABLE.fullmatch(digits) or not digits.strip("+0"):
        return None
    forms = [(one, parsed(one, plan.region)) for one in without_outside(digits, plan)]
    known = [(form, number) for form, number in forms if number is not None]
    for _, number in known:
        if phonenumbers.number_type(number) != PhoneNumberType.UNKNOWN:
            return number
    if any(is_local(form, plan.region) for form, _ in known):
        return None
    return next((number for form, number in known if _is_possible(form, number, plan)), None)


def _is_possible(form: str, number: Parsed, plan: NumberPlan) -> bool:
    """Tell whether a number of no known range can be one, and nothing of it was dropped."""
    return _has_a_length(number) and form in written(number, plan.region)


def _has_a_length(number: Parsed) -> bool:
    """Tell whether a number is as long as those of its country."""
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def without_outside(digits: str, plan: NumberPlan) -> tuple[str, ...]:
    """Return what may be meant: the digits, and those behind the digit that leads outside."""
    rest = digits.removeprefix(plan.outside) if plan.outside else digits
    return (digits,) if rest in (digits, "") else (digits, rest)


def significant(digits: str, plan: NumberPlan) -> str:
    """Return a piece of a number without the code of the house's own country before it."""
    code = phonenumbers.country_code_for_region(plan.region)
    return re.sub(rf"^(?:\+|00){code}(?=\d{{7,}}$)", "", digits).lstrip("+")


def is_brief(digits: str) -> bool:
    """Tell whether a number is as short as one of the PBX."""
    return len(digits) <= EXTENSION_DIGITS and digits[:1] not in {"+", "0", ""}


def is_local(digits: str, region: str) -> bool:
    """Tell whether a number can be one of the same town, without its area code."""
    if len(digits) not in LOCAL_DIGITS or digits[0] in "+01":
        return False
    number = parsed(digits, region)
    if number is None or phonenumbers.number_type(number) != PhoneNumberType.UNKNOWN:
        return False
    home = number.country_code == phonenumbers.country_code_for_region(region)
    return home and phonenumbers.is_possible_number(number)


def short_kind(digits: str, plan: NumberPlan) -> Kind:
    """Return what a short number is that somebody dials in the house."""
    if any(is_short(rest, plan.region) for rest in without_outside(digits, plan)[1:]):
        return Kind.SHORT
    if plan.extensions:
        listed = any(_fits(digits, one) for one in plan.extensions.split(","))
        return Kind.EXTENSION if listed else Kind.SHORT
    # where a digit leads outside, all short numbers without it are the PBX's own
    return Kind.SHORT if not plan.outside and is_short(digits, plan.region) else Kind.EXTENSION


def _fits(digits: str, pattern: str) -> bool:
    return re.fullmatch(pattern.replace("x", "[0-9]"), digits) is not None


@lru_cache(maxsize=4096)
def is_short(digits: str, region: str) -> bool:
    """Tell whether a number is a short code of the region's public network."""
    if region in _SHORT and _SHORT[region].fullmatch(digits):
        return True
    if not 2 < len(digits) <= EXTENSION_DIGITS or not digits.isdecimal() or digits[0] == "0":
        return False
    code = phonenumbers.country_code_for_region(region)
    number = Parsed(country_code=code, national_number=int(digits))
    return shortnumberinfo.is_valid_short_number_for_region(number, region)


@lru_cache(maxsize=4096)
def parsed(digits: str, region: str) -> Parsed | None:
    """Return what `phonenumbers` makes of digits; treat it as frozen.

    `00` before a country's code is understood everywhere, beside the prefix for abroad of the
    region's own plan; what the region itself has under those digits comes first.
    """
    own = _as_dialled(digits, region)
    if not digits.startswith(ABROAD) or (own and phonenumbers.is_valid_number(own)):
        return own
    abroad = _as_dialled(f"+{digits.removeprefix(ABROAD)}", region)
    return abroad if abroad and _has_a_length(abroad) else own


def _as_dialled(digits: str, region: str) -> Parsed | None:
    """Return what digits are by a region's plan."""
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


def e164(number: Parsed) -> str:
    """Return a number with its country's code: +8613800138000."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def written(number: Parsed, region: str) -> set[str]:
    """Return how the region's plan writes a number, in digits.

    The parser also drops what it need not know: a carrier's prefix (17951 …) by which another
    network decides where the call goes, and what it costs.
    """
    rules = PhoneMetadata.metadata_for_region(region)
    national = phonenumbers.national_significant_number(number)
    own = rules and (rules.preferred_international_prefix or rules.international_prefix)
    prefix = (own or ABROAD).replace("~", "")  # 8~10: a second dial tone after the 8
    before = {"+", ABROAD, prefix if prefix.isdecimal() else ABROAD}
    forms = {f"{each}{number.country_code}{national}" for each in before}
    if number.country_code == phonenumbers.country_code_for_region(region):
        forms |= {national, f"{(rules and rules.national_prefix) or ''}{national}"}
    return forms


@lru_cache(maxsize=8192)
def _national(identity: str, region: str) -> str:
    """Return what somebody in a region dials for a number, in digits."""
    number = parsed(identity, region)
    if number is None:
        return identity
    text = phonenumbers.format_out_of_country_calling_number(number, region)
    digits = "".join(letter for letter in text if letter.isdecimal())
    # a country with several prefixes for abroad is written with a plus
    return f"00{digits}" if text.startswith("+") else digits
