"""Extremes of every kind of value, and every place of the API and of the pages that takes one."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from permissions.declared import declared
from permissions.declaring import route_of
from permissions.roles import Role
from permissions.routes import POLICY, is_page
from settings import PROJECT
from tests.integration.desk_room import NUMBER, NUMBERS, call_id, recording_id, ticket_number

LONE: Final = "\ud800"
"""Half of a character: JSON can say it, UTF-8 cannot."""


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


MOMENTS: Final = (
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-14:00", "9999-12-31T23:59:59+14:00"),
    *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1e30", "-1e30", "9" * 30, "1"),
)
DAYS: Final = ("0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "99991231", "0001-01-02")
WHOLE: Final = (
    *(0, -1, 2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 10**30, -(10**30)),
    *("1e30", "NaN", "9" * 400, "٣", "1_0", " 1", "0x10", "1.0"),
)
REAL: Final = (0, -1, 1e308, "1e999", "NaN", "Infinity", "-Infinity", 10**400, "9" * 400)
TEXTS: Final = (
    *(LONE, f"a{LONE}b", "\x00", "a\x00b", "\udfff\ud800", "\U0010ffff", "\ufeff", "\u202e"),
    *("x" * 100_000, "9" * 400, "10" * 15, "", " ", "\r\n", "%s%n", "'", "{}", "{0.__class__}"),
    *("0001-01-01", "9999-12-31", "../../x", "１３８", "-1", "null", "[]", "1e999"),
)
CURSORS: Final = (
    cursor("2026-11-21T00:00:00+00:00", 10**30),
    cursor("2026-11-21T00:00:00+00:00", -(10**30)),
    cursor("2026-11-21T00:00:00+00:00", 2**63),
    cursor("2026-11-21T00:00:00+00:00", True),
    cursor("2026-11-21T00:00:00+00:00", LONE),
    cursor("2026-11-21T00:00:00+00:00", "\x00"),
    cursor("2026-11-21T00:00:00+00:00", 1.5),
    cursor("0001-01-01T00:00:00+14:00", 1),
    cursor("0001-01-01T00:00:00+14:00", "x"),
    cursor("9999-12-31T23:59:59-14:00", 1),
    cursor("9999-12-31T23:59:59-14:00", "x"),
    cursor("9999-12-31T23:59:59", 1),
    cursor(10**30, 1),
    cursor("2026-11-21T00:00:00+00:00"),
    base64.urlsafe_b64encode(b"[" * 140).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b'["2026-11-21T00:00:00+00:00",' + b"9" * 110 + b"]").decode(),
    "====",
    "a",
)

PLACES: Final[Mapping[str, str]] = {
    "call_id": call_id(1),
    "recording_id": recording_id(1),
    "ticket_id": ticket_number(1),
    "number": NUMBER,
    "session_id": "1",
    "list_id": call_id(1),
    "built": "none.js",
}
"""What stands for the parts of a path; every other part is the row 1."""

NAMES: Final = (
    *("cursor", "since", "until", "from", "to", "day", "date", "month", "q", "number", "after"),
    *("limit", "page", "show", "state", "result", "kind", "agent", "who", "subject", "action"),
    *("area", "name", "sort", "room", "zone", "wall", "language", "seen", "version", "next", "at"),
    *("before", "direction", "disposition", "outcome", "why", "team", "queue", "back"),
)
"""What the addresses of pages may be asked with."""


@dataclass(frozen=True)
class Asked:
    """One request with one extreme in it."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    form: Mapping[str, str] | None = None
    what: str = ""


def of_the_api(described: Mapping[str, Any]) -> Iterator[Asked]:
    """Give every request of the API with an extreme in one place, by its own description."""
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield from _of_operation(method.upper(), path, operation, schemas)


def _of_operation(
    method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Iterator[Asked]:
    given = operation.get("parameters", [])
    needed = {
        one["name"]: _plain(one["name"], one["schema"], schemas)
        for one in given
        if one["in"] == "query" and one.get("required")
    }
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    body = _example(schema, schemas) if schema else None
    full = _path(path)
    query = {name: str(text) for name, text in needed.items()}
    yield Asked(method, full, query, body, what="as it is")
    for one in given:
        for extreme in _extremes(one["name"], one["schema"], schemas):
            what = f"{one['in']} {one['name']}={_said(extreme)}"
            if one["in"] == "query":
                yield Asked(method, full, {**query, one["name"]: str(extreme)}, body, what=what)
            elif one["in"] == "path":
                at = _path(path, {one["name"]: str(extreme)})
                yield Asked(method, at, query, body, what=what)
    if schema:
        for place, extreme in _in_body(schema, schemas):
            changed = _with(body, place, extreme)
            what = f"body {'.'.join(map(str, place))}={_said(extreme)}"
            yield Asked(method, full, query, changed, what=what)


def _names_of(owner: str) -> list[str]:
    """Return the names that the code of a package may ask an address for."""
    folder = PROJECT / owner.replace(".", "/")
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    return [name for name in NAMES if f'"{name}"' in text or f" {name}:" in text]


def of_pages() -> Iterator[Asked]:
    """Give every page, asked with an extreme under every name that its feature may know."""
    owners = {
        route_of(text): owner for owner, each in declared().by_owner.items() for text in each.routes
    }
    for method, path in sorted(POLICY):
        if method != "GET" or not is_page(path) or path.startswith("/static"):
            continue
        full = _path(path)
        for name in _names_of(owners[method, path]):
            kinds: tuple[Any, ...] = (
                CURSORS if name == "cursor" else (*DAYS[:2], *TEXTS[:4], "9" * 30, MOMENTS[1])
            )
            for extreme in kinds:
                yield Asked("GET", full, {name: extreme}, what=f"query {name}={_said(extreme)}")
        for part in _parts(path):
            for extreme in (*WHOLE[4:9], *TEXTS[:4]):
                at = _path(path, {part: str(extreme)})
                yield Asked("GET", at, what=f"path {part}={_said(extreme)}")


def of_forms(pairs: Iterator[tuple[str, Mapping[str, str]]]) -> Iterator[Asked]:
    """Give every form with an extreme in one field; `pairs` are addresses and what is typed."""
    for path, typed in pairs:
        for name in {*typed, "seen", "version", "take", "count"}:
            for extreme in (*DAYS[:2], *TEXTS[:4], *WHOLE[4:9], *MOMENTS[1:5:3]):
                form = {**typed, name: str(extreme)}
                yield Asked("POST", _path(path), form=form, what=f"form {name}={_said(extreme)}")


def _said(extreme: object) -> str:
    return ascii(extreme)[:50]


def _parts(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _path(path: str, other: Mapping[str, str] | None = None) -> str:
    for name in _parts(path):
        path = path.replace("{%s}" % name, (other or {}).get(name, PLACES.get(name, "1")))  # noqa: UP031
    return path


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for many in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(many, ()):
            if each.get("type") != "null":
                return {
                    **_resolved(each, schemas),
                    **{k: v for k, v in schema.items() if k != many},
                }
    return schema


GOOD: Final[Mapping[str, Any]] = {
    "number": NUMBER,
    "page": "p",
    "wall": "07:00",
    "room": "8001",
    "language": "zh",
    "first_day": "2026-12-24",
    "day": "2026-12-24",
    "zone": "Asia/Shanghai",
    "version": 1,
    "happened_at": "2026-11-21T00:00:00Z",
    "seen": "2026-11-21T04:00:00Z",
    "take": 1,
    "with": NUMBERS[Role.SENIOR_AGENT],
    "to": "8001",
    "call_id": call_id(1),
    "minutes": 30,
    "phone": "8001",
    "password": "x",
    "old": "x",
    "new": "four-clear-bells-x",
    "ticket": None,
    "kind": "power",
}


def _plain(name: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return a value that is right, or nearly."""
    known = _resolved(schema, schemas)
    if known.get("examples") or known.get("enum"):
        return (known.get("examples") or known["enum"])[0]
    if found := [known[key] for key in ("default", "const") if key in known]:
        return found[0]
    if name in GOOD:
        return GOOD[name]
    if known.get("type") == "object":
        return _example(known, schemas)
    if known.get("type") == "array":
        return [_plain(name, known.get("items", {}), schemas)]
    return {"integer": max(1, known.get("minimum", 1)), "number": 1, "boolean": False}.get(
        known.get("type", ""), "x"
    )


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    known = _resolved(schema, schemas)
    if known.get("type") != "object":
        return _plain("", known, schemas)
    return {
        name: _plain(name, each, schemas)
        for name, each in known.get("properties", {}).items()
        if name in known.get("required", ()) or name in {"seen", "version"}
    }


_OF_TYPE: Final[Mapping[str, tuple[Any, ...]]] = {
    "date-time": (*MOMENTS, *TEXTS[:4]),
    "date": (*DAYS, *TEXTS[:4]),
    "integer": WHOLE,
    "number": REAL,
    "boolean": ("2", LONE, 10**30),
    "array": ([], "x" * 10, [LONE], [10**30]),
    "object": ({LONE: LONE}, {"x" * 1000: 1}, {"a": 10**400}, []),
}


def _extremes(name: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[Any, ...]:
    known = _resolved(schema, schemas)
    if name == "cursor":
        return (*CURSORS, *TEXTS[:6])
    return _OF_TYPE.get(known.get("format", ""), _OF_TYPE.get(known.get("type", ""), TEXTS))


def _in_body(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    known = _resolved(schema, schemas)
    if known.get("type") == "array" and place:
        yield from _in_body(known.get("items", {}), schemas, (*place, 0))
    if known.get("type") != "object" or "properties" not in known:
        for extreme in _extremes(str(place[-1]) if place else "", known, schemas):
            yield place, extreme
        return
    if place:
        yield place, {LONE: 1}
    for name, each in known["properties"].items():
        yield from _in_body(each, schemas, (*place, name))


def _with(body: Any, place: tuple[str | int, ...], extreme: Any) -> Any:
    """Return a body with another value at a place; what is on the way is made."""
    if not place:
        return extreme
    head, *rest = place
    if isinstance(head, int):
        return [_with(None, tuple(rest), extreme)]
    known = dict(body) if isinstance(body, dict) else {}
    known[head] = _with(known.get(head), tuple(rest), extreme)
    return known
