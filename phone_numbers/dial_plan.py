"""Dial plan: what is dialled on the trunk for a number. Does no I/O.

The trunk's number plan: a digit for an outside line, the trunk prefix, `+` or `00`. Nothing becomes
dialable by it: whatever it returns is judged before it is dialled (`dispatch/guard.py`).
"""

from dataclasses import dataclass, field

import phonenumbers

from phone_numbers.phone_number import Kind, PhoneNumber, parsed, phone_number
from phone_numbers.plan import DialForm, NumberPlan


@dataclass(frozen=True)
class DialPlan:
    """How the trunk wants numbers."""

    numbers: NumberPlan = field(default_factory=NumberPlan)
    form: DialForm = DialForm.NATIONAL
    trunk_prefix: str = ""
    """Digits before every domestic number in the national form, like 0; empty: those that the
    region's plan writes."""

    def dialled(self, number: PhoneNumber | str) -> str:
        """Return what is dialled for a number; for what is none, that itself: it is refused."""
        if isinstance(number, str):
            number = phone_number(number, self.numbers)
        match number.kind:
            case Kind.PUBLIC:
                return self.numbers.outside + self._formed(number)
            case Kind.LOCAL:
                return self.numbers.outside + number.identity
            case Kind.EXTENSION | Kind.SHORT:
                return number.identity
            case Kind.WITHHELD | Kind.UNUSABLE:
                return number.raw

    def _formed(self, number: PhoneNumber) -> str:
        match self.form:
            case DialForm.PLUS:
                return number.identity
            case DialForm.DOUBLE_ZERO:
                return f"00{number.identity[1:]}"
            case DialForm.NATIONAL:
                return self._domestic(number) or number.shown

    def _domestic(self, number: PhoneNumber) -> str:
        """Return a domestic number behind the trunk prefix; empty: nothing of the kind is set."""
        known = parsed(number.identity, self.numbers.region) if self.trunk_prefix else None
        home = phonenumbers.country_code_for_region(self.numbers.region)
        if known is None or known.country_code != home:
            return ""
        return self.trunk_prefix + phonenumbers.national_significant_number(known)
