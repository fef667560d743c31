"""Reads what the other programs report about themselves: small JSON files in `HOME/run`.

Each is rewritten about once a second; one that has not been for STALE_S seconds means that its
writer is dead or frozen. A file that cannot be read is the same as none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STALE_S = 5.0
"""Seconds after which a report no longer says how things are: five missed beats."""

_BIGGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Report:
    """What one program said about itself, `age_s` seconds ago."""

    age_s: float
    fields: Mapping[str, Any]

    @property
    def fresh(self) -> bool:
        return self.age_s <= STALE_S

    def number(self, name: str) -> float | None:
        """Return a figure of the report, None where it says none."""
        value = self.fields.get(name)
        return float(value) if isinstance(value, int | float) else None


def read(path: Path, *, now: float) -> Report | None:
    """Return the report in a file, None where there is none; `now` in seconds since 1970."""
    try:
        with path.open("rb") as file:
            fields = json.loads(file.read(_BIGGEST))
        return Report(max(0.0, now - float(fields["at"])), fields)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
