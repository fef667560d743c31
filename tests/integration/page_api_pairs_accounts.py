"""The changes of accounts that a page and the API ask for."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, update

from features.accounts.tables import AccountRow, SessionRow
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, PASSWORD
from tests.integration.page_api_steps import LEADER, Pair, Step, gaps_of, only, same
from tests.integration.page_room import Pages

ADMINISTRATOR: Final = Role.ADMINISTRATOR
ONE: Final = "/api/v1/accounts/{number}"
NEW: Final = {
    "number": "2001",
    "name": "王芳",
    "role": "junior-agent",
    "team": "甲班",
    "language": "zh",
}
CHANGE: Final = {"role": "senior-agent", "department": "", "team": "乙班", "version": "1"}
NOBODY: Final[Mapping[str, object]] = {"number": "999999"}
SIGN_IN_AND_OUT: Final = (
    *(("POST", "/login"), ("POST", "/api/v1/session")),
    *(("POST", "/logout"), ("DELETE", "/api/v1/session")),
    *(("POST", "/password/second-factor"), ("POST", "/api/v1/second-factor")),
    *(("POST", "/password/second-factor/prove"), ("PUT", "/api/v1/second-factor")),
    *(("POST", "/password/second-factor/remove"), ("POST", "/api/v1/second-factor/remove")),
    *(("POST", "/password/passkeys/codes"), ("POST", "/api/v1/recovery-codes")),
    *(("POST", "/password/passkeys/{passkey_id}"), ("PATCH", "/api/v1/passkeys/{passkey_id}")),
    ("POST", "/password/passkeys/{passkey_id}/remove"),
    ("POST", "/api/v1/passkeys/{passkey_id}/remove"),
)
"""Sessions, asked for by `test_page_and_api_agree` itself; second factors: `test_second_factor`,
`test_passkeys`."""
FAR_PASSWORD: Final = "seven-green-lamps"


def _is(**values: object) -> Any:
    who = update(AccountRow).where(AccountRow.number == NUMBERS[Role.INSPECTOR])
    return lambda connection: connection.execute(who.values(**values))


def _somebody(role: Role = Role.INSPECTOR) -> Any:
    return lambda _: gaps_of(number=NUMBERS[role])


async def _another_session(desk: Pages) -> Mapping[str, object]:
    """Return the id of a session that the leader has beside the one that asks."""
    found: list[int] = []

    async def find(connection: Any) -> None:
        query = (
            select(SessionRow.id)
            .join(AccountRow, AccountRow.id == SessionRow.account_id)
            .where(AccountRow.number == NUMBERS[LEADER])
            .order_by(SessionRow.id.desc())
        )
        found.append((await connection.execute(query)).scalars().first())

    await desk.write(find)
    return {"session_id": found[0]}


def _administers(**more: Any) -> Step:
    return only(who=ADMINISTRATOR, **more)


ACCOUNTS: Final = (
    Pair(
        page=("POST", "/accounts"),
        program=("POST", "/api/v1/accounts"),
        steps=(
            same(NEW | {"number": "12"}, answer=422, who=ADMINISTRATOR),
            same(NEW | {"name": " "}, answer=422, who=ADMINISTRATOR),
            same(NEW | {"role": "king"}, answer=422, who=ADMINISTRATOR),
            same(NEW | {"team": "甲" * 81}, answer=422, who=ADMINISTRATOR),
            same(NEW, who=ADMINISTRATOR),
            same(NEW, answer=409, who=ADMINISTRATOR),
        ),
    ),
    Pair(
        page=("POST", "/accounts/{number}/role"),
        program=("PATCH", ONE),
        prepared=_somebody(),
        steps=(
            same(CHANGE | {"role": "king"}, answer=422, who=ADMINISTRATOR),
            same(CHANGE, who=ADMINISTRATOR),
            same(CHANGE, audited=0, who=ADMINISTRATOR),
            same(CHANGE | {"team": "丙班"}, answer=409, who=ADMINISTRATOR),
            same(CHANGE | {"version": "2", "team": ""}, who=ADMINISTRATOR),
            same(CHANGE, answer=404, gaps=NOBODY, who=ADMINISTRATOR),
            same(
                {"role": "junior-agent", "version": "1"},
                answer=422,
                gaps={"number": NUMBERS[ADMINISTRATOR]},
                who=ADMINISTRATOR,
            ),
        ),
    ),
    Pair(
        page=("POST", "/accounts/{number}/disable"),
        program=("PATCH", ONE),
        prepared=_somebody(),
        steps=(
            _administers(body={"disabled": True}),
            _administers(body={"disabled": True}, audited=0),
            _administers(body={"disabled": True}, answer=404, gaps=NOBODY),
            _administers(
                body={"disabled": True}, answer=422, gaps={"number": NUMBERS[ADMINISTRATOR]}
            ),
        ),
    ),
    Pair(
        page=("POST", "/accounts/{number}/enable"),
        program=("PATCH", ONE),
        prepared=_somebody(),
        steps=(
            _administers(body={"disabled": False}, audited=0),
            _administers(body={"disabled": False}, before=_is(failures=7)),
            _administers(body={"disabled": False}, answer=404, gaps=NOBODY),
        ),
    ),
    Pair(
        page=("POST", "/accounts/{number}/reset"),
        program=("POST", f"{ONE}/password"),
        prepared=_somebody(),
        steps=(_administers(), _administers(answer=404, gaps=NOBODY)),
    ),
    Pair(
        page=("POST", "/accounts/{number}/end"),
        program=("DELETE", f"{ONE}/sessions"),
        prepared=_somebody(),
        steps=(_administers(), _administers(answer=404, gaps=NOBODY)),
    ),
    Pair(
        page=("POST", "/password"),
        program=("PUT", "/api/v1/password"),
        steps=(
            same({"old": PASSWORD, "new": "short"}, answer=422),
            same({"old": PASSWORD, "new": PASSWORD}, answer=422),
            same({"old": PASSWORD, "new": FAR_PASSWORD}),
        ),
    ),
    Pair(
        page=("POST", "/password/sessions/{session_id}"),
        program=("DELETE", "/api/v1/sessions/{session_id}"),
        prepared=_another_session,
        steps=(only(), only(answer=404)),
    ),
)
