"""How the tests' house, at home in China, reads telephone numbers."""

from phone_numbers.phone_number import PhoneNumber, phone_number
from phone_numbers.plan import NumberPlan

CHINA = NumberPlan("CN")


def number(sent: str) -> PhoneNumber:
    """Return a number as our house reads it."""
    return phone_number(sent, CHINA)


def known_as(sent: str) -> str:
    """Return what a number is known by: +8613800138000."""
    return number(sent).identity
