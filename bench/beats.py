"""Whether the lines' beat was kept: a service that is starved skips beats, and looks cheap.

The call service leaves its metrics in a file each second; its beat is 20 ms for all lines.
"""

from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

A_SECOND = 50
COUNT = "thirdring_line_lateness_seconds_count"
IN_TIME = "thirdring_line_lateness_seconds_bucket"


@dataclass(frozen=True)
class Beats:
    """Beats since the service began, those no more than 20 ms late, and when that was written."""

    made: float
    in_time: float
    at: float


def read(path: Path) -> Beats:
    """Return what the service says of its beat. Raises OSError, KeyError."""
    at = path.stat().st_mtime
    families = text_string_to_metric_families(path.read_text())
    found = {
        (sample.name, sample.labels.get("le", "")): sample.value
        for family in families
        for sample in family.samples
    }
    return Beats(found[COUNT, ""], found[IN_TIME, "0.02"], at)


def kept(before: Beats, after: Beats) -> float:
    """Return the share of the beats due that were made no more than 20 ms late."""
    due = (after.at - before.at) * A_SECOND
    return (after.in_time - before.in_time) / due if due > 0 else 0.0
