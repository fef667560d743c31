"""Number plan of a house: its region, short numbers, outside prefix.

Reads no numbers and does no I/O; `settings.py` makes one of its settings.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class NumberPlan:
    """The plan by which numbers are read in one house."""

    region: str = "CN"
    """Two letters: whose numbers are domestic."""
    house: frozenset[str] = frozenset()
    """Phones of the house, and others that its settings name."""
    outside: str = ""
    """What the trunk wants dialled before a number of the public network, like 9."""
    extensions: str = ""
    """The short numbers of the PBX, `2xxx,8xxx`; empty: all but those of the public network."""
    emergency_outside: bool = False
    """Whether emergency numbers go out behind `outside`, too."""

    def emergency(self, number: str) -> str:
        """Return what the trunk is sent when somebody in the house dials an emergency number."""
        return f"{self.outside}{number}" if self.emergency_outside else number


class DialForm(StrEnum):
    """How the trunk wants numbers of the public network."""

    NATIONAL = "national"
    """As somebody at home dials them: 13800138000, 01062345678; abroad with the region's prefix."""
    PLUS = "+"
    """With the country's code behind a plus: +8613800138000."""
    DOUBLE_ZERO = "00"
    """With the country's code behind two zeros: 008613800138000."""
