"""Writes docs/permissions.md from what the features declare.

Does no I/O. `thirdring permissions --markdown` writes it; a test holds the page to the code.
"""

from collections.abc import Iterator

from permissions.declared import Declared, declared
from permissions.declaring import Open
from permissions.roles import IN_CHINESE, Role
from permissions.scopes import Grant, Scope, masked

SHORT = {Scope.OWN: "own", Scope.DEPARTMENT: "dept.", Scope.ALL: "all"}

HEAD = """# Who may do what

Each feature declares its verbs, and how far each role's right to one goes, in
`features/<name>/permissions.py`; what is not declared is refused. This page is written from there:
`thirdring permissions --markdown > docs/permissions.md`.

What is not within somebody's right is answered like what is not there (404); that it was asked for
is on the audit record, as `call.read.refused`. No right to anything of its kind: 403.

**all**: everything. **own**, **dept.**: see [below](#what-is-ones-own). A program's token has the
rights of its role, and owns nothing."""


def markdown() -> str:
    """Return the page."""
    known = declared()
    parts = [
        HEAD,
        "## Roles and verbs",
        "\n".join(_matrix(known)),
        "## What is one's own",
        "\n".join(_scopes(known)),
        "## Routes",
        "\n".join(_routes(known)),
    ]
    return "\n\n".join(parts) + "\n"


def of_role(role: Role) -> list[tuple[str, str]]:
    """Return the verbs of a role, each with how far it goes."""
    return [
        (verb, _cell(grants[role])) for verb, grants in declared().verbs.items() if role in grants
    ]


def _matrix(known: Declared) -> Iterator[str]:
    yield "| verb | " + " | ".join(f"{IN_CHINESE[role]} {role.value}" for role in Role) + " |"
    yield "|---" * (len(Role) + 1) + "|"
    for verb, grants in known.verbs.items():
        cells = (_cell(grants[role]) if role in grants else "" for role in Role)
        yield f"| `{verb}` | " + " | ".join(cells) + " |"
    shown = ("masked" if masked(role) else "whole" for role in Role)
    yield "| numbers and names | " + " | ".join(shown) + " |"


def _cell(grant: Grant) -> str:
    return f"{SHORT[grant.scope]} ¹" if grant.unless else SHORT[grant.scope]


def _scopes(known: Declared) -> Iterator[str]:
    yield "| verb | right | to |"
    yield "|---|---|---|"
    for each in known.by_owner.values():
        for verb, scopes in each.scopes.items():
            for scope, said in scopes.items():
                yield f"| `{verb}` | {SHORT[scope]} | {said} |"
    yield ""
    named = {
        grant.unless for grants in known.verbs.values() for grant in grants.values() if grant.unless
    }
    settings = ", ".join(f"`THIRDRING_{name.upper()}`" for name in sorted(named))
    yield f"¹ A right to everything where {settings} says so."


def _routes(known: Declared) -> Iterator[str]:
    yield "| route | asks for |"
    yield "|---|---|"
    for (method, path), verb in sorted(known.routes.items(), key=lambda each: each[0][::-1]):
        yield f"| `{method} {path}` | {_asked(verb)} |"


def _asked(verb: str | Open) -> str:
    match verb:
        case Open.EVERYWHERE:
            return "nothing: open to everyone"
        case Open.LOOPBACK:
            return "nothing on this machine; from elsewhere a team-leader, manager, administrator"
        case _:
            return f"`{verb}`"
