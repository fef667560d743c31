"""What processes cost: CPU seconds from /proc, a process and all its children together."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """CPU seconds of a process tree since it began, ended children included."""

    seconds: float

    def __sub__(self, before: "Spent") -> float:
        return self.seconds - before.seconds


def spent(pid: int) -> Spent:
    """Return the CPU that a process, its living children and its ended ones have used."""
    children = _children()
    total = 0.0
    todo = [pid]
    while todo:
        one = todo.pop()
        total += _own(one)
        todo += children.get(one, [])
    return Spent(total)


def _own(pid: int) -> float:
    """Return user and system seconds of one process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        found.setdefault(parent, []).append(int(folder.name))
    return found
