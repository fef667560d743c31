"""Writes docs/masking.md: which field is told whole, to whom, and by which ways out."""

from collections.abc import Mapping
from typing import Final

from permissions.roles import IN_CHINESE, Role, sees_numbers
from permissions.routes import POLICY
from tests.integration.desk_asking import filled
from tests.integration.masking_house import NAME_COLUMNS, NUMBER_COLUMNS, POISONED

SHOWN: Final = (Role.MANAGER, Role.ADMINISTRATOR, Role.SENIOR_AGENT)
"""Roles that see numbers, whose ways out are written down; the first sees the oldest entries."""
HEAD: Final = """# Who is told what whole

Written by `tests/integration/test_masking.py`, which puts a number or a name of its own into each
field and asks each page, each call of the API, each export, search and change as each role; it
fails when this page is not what it finds.

Roles that need no numbers ({masked}) are told **none of these fields whole by any way**: where they
see a field at all they see it masked ([ADR 13](adr/0013-what-leaves-is-masked-where-it-leaves.md)).
For three of the others the table says by which ways a field leaves whole; the numbers are those of
the list below. An empty cell: not at all, or masked.

| field | holds | {roles} |
|---|---|{lines}|
"""
HOLDS: Final = {True: "a number", False: "free text"}


def page(seen: Mapping[Role, Mapping[str, set[str]]]) -> str:
    """Return the page, from what each role was told by which ways."""
    known = {f"GET {filled(path)}": f"GET {path}" for method, path in POLICY if method == "GET"}

    def named(way: str) -> str:
        return known.get(way, way)

    ways = sorted({named(way) for told in seen.values() for each in told.values() for way in each})
    places = {way: number for number, way in enumerate(ways, 1)}
    masked = ", ".join(f"{IN_CHINESE[role]} {role}" for role in Role if not sees_numbers(role))
    roles = " | ".join(f"{IN_CHINESE[role]} {role}" for role in SHOWN)
    rows = [HEAD.format(masked=masked, roles=roles, lines="|".join("---" for _ in SHOWN)).rstrip()]
    for field in POISONED:
        holds = "a name" if field in NAME_COLUMNS else HOLDS[field in NUMBER_COLUMNS]
        told = (seen[role].get(field, set()) for role in SHOWN)
        cells = (" ".join(map(str, sorted({places[named(way)] for way in each}))) for each in told)
        rows.append(f"| `{field}` | {holds} | {' | '.join(cells)} |")
    listed = [f"{number}. `{way}`" for way, number in places.items()]
    return "\n".join([*rows, "", "## Ways out", "", *listed, ""])
