"""Queries of campaigns: what is asked of whom, and how far each has come. CBK-3.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Kind, Question, Result, questions_in
from db.paging import Page, column_of, page
from features.accounts.references import PERSON
from features.campaigns import contacts as campaign_contacts
from features.campaigns.contact import BEING_CALLED, OVER, REACHED, SPACING, ContactState
from features.campaigns.contacts import Person
from features.campaigns.lifecycle import FROM, CampaignState, Mode
from features.campaigns.tables import CampaignContactRow, CampaignRow

_PLAIN = (
    "name",
    "zone",
    "on_weekends",
    "on_holidays",
    "max_attempts",
    "lines",
    "calls_per_second",
    "preview_for",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is asked, and how people are called for it."""

    name: str
    kind: Kind
    mode: Mode = Mode.AUTOMATIC
    questions: tuple[Question, ...]
    zone: str
    """Of whoever's row names none."""
    opens: time = time(9, 0)
    closes: time = time(20, 0)
    on_weekends: bool = False
    on_holidays: bool = False
    max_attempts: int = 3
    spacing: Mapping[Result, float] = field(default_factory=lambda: SPACING)
    """Seconds until the next attempt, by result; a result that is not here is the last."""
    lines: int = 10
    calls_per_second: float = 1.0
    preview_for: int = 0
    """Seconds for which an agent sees whom to call before the agent's phone rings; 0: at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCampaign:
    """A campaign as it stands."""

    id: int
    campaign: Campaign
    state: CampaignState
    made_at: datetime
    made_by: str | None
    """Account number; None: a program."""
    started_at: datetime | None
    ended_at: datetime | None
    copied_from: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many people of a campaign stand where."""

    states: Mapping[ContactState, int]
    results: Mapping[Result, int]
    """By the result that is known last, also of who is called again."""

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def over(self) -> int:
        return sum(count for state, count in self.states.items() if state in OVER)

    @property
    def calling(self) -> int:
        return sum(self.states.get(state, 0) for state in BEING_CALLED)

    @property
    def reached(self) -> int:
        return sum(count for result, count in self.results.items() if result in REACHED)


async def make(
    connection: AsyncConnection,
    wanted: Campaign,
    people: Sequence[Person],
    *,
    made_by: int | None,
    now: datetime,
    due: datetime | None = None,
) -> int:
    """Keep a campaign as a draft, with its people; return its id.

    Nobody is called before `due`. Numbers must differ from each other (IntegrityError).
    """
    made = insert(CampaignRow).values(
        **_columns(wanted), state=CampaignState.DRAFT.value, made_at=now, made_by=made_by
    )
    key: int = (await connection.execute(made.returning(CampaignRow.id))).scalar_one()
    await campaign_contacts.add(connection, key, people, due=due or now)
    return key


async def copy(
    connection: AsyncConnection,
    campaign_id: int,
    *,
    name: str,
    made_by: int | None,
    now: datetime,
    unreached: bool = False,
) -> int | None:
    """Make a draft with the same questions and people; None: there is no such campaign.

    `unreached`: only with those whom nobody reached.
    """
    known = await one(connection, campaign_id)
    if known is None:
        return None
    key = await make(connection, known.campaign, (), made_by=made_by, now=now)
    await connection.execute(
        update(CampaignRow).where(CampaignRow.id == key).values(name=name, copied_from=campaign_id)
    )
    await campaign_contacts.copy(connection, campaign_id, key, due=now, unreached=unreached)
    return key


async def change(
    connection: AsyncConnection, campaign_id: int, to: CampaignState, *, now: datetime
) -> bool:
    """Start, pause, go on with or stop a campaign; False: not from the state that it is in."""
    row = CampaignRow
    values: dict[str, Any] = {"state": to.value}
    if to is CampaignState.RUNNING:
        values["started_at"] = func.coalesce(row.started_at, _moment(now))
    if to in (CampaignState.STOPPED, CampaignState.FINISHED):
        values["ended_at"] = now
    done = await connection.execute(
        update(row)
        .where(row.id == campaign_id, row.state.in_([state.value for state in FROM[to]]))
        .values(values)
        .returning(row.id)
    )
    return done.first() is not None


async def finish(connection: AsyncConnection, *, now: datetime) -> Sequence[int]:
    """Close the running campaigns of which nobody is left to be called; return which."""
    contact = CampaignContactRow
    open_states = [state.value for state in ContactState if state not in OVER]
    left = (
        select(literal(1))
        .where(contact.campaign_id == CampaignRow.id, contact.state.in_(open_states))
        .correlate(CampaignRow)
        .exists()
    )
    done = await connection.execute(
        update(CampaignRow)
        .where(CampaignRow.state == CampaignState.RUNNING.value, ~left)
        .values(state=CampaignState.FINISHED.value, ended_at=now)
        .returning(CampaignRow.id)
    )
    return done.scalars().all()


async def reopen(connection: AsyncConnection, campaign_id: int) -> None:
    """Have a campaign that had finished run on: somebody of it wants to be called again."""
    await connection.execute(
        update(CampaignRow)
        .where(CampaignRow.id == campaign_id, CampaignRow.state == CampaignState.FINISHED.value)
        .values(state=CampaignState.RUNNING.value, ended_at=None)
    )


async def listed(
    connection: AsyncConnection, *, limit: int = 50, cursor: str | None = None
) -> Page[SavedCampaign]:
    """Return the campaigns, the newest first."""
    order = (column_of(CampaignRow.made_at), column_of(CampaignRow.id))
    return await page(connection, _known(), order=order, limit=limit, cursor=cursor, read=_in)


async def one(connection: AsyncConnection, campaign_id: int) -> SavedCampaign | None:
    """Return one campaign."""
    found = await connection.execute(_known().where(CampaignRow.id == campaign_id))
    row = found.mappings().one_or_none()
    return None if row is None else _in(row)


async def several(
    connection: AsyncConnection, campaign_ids: Collection[int]
) -> Mapping[int, Campaign]:
    """Return campaigns by id."""
    found = await connection.execute(
        select(CampaignRow.__table__).where(CampaignRow.id.in_(campaign_ids))
    )
    return {row["id"]: _campaign(row) for row in found.mappings()}


async def progress(
    connection: AsyncConnection, campaign_ids: Collection[int]
) -> Mapping[int, Progress]:
    """Return how far campaigns have come, by id; from the index alone."""
    contact = CampaignContactRow
    found = await connection.execute(
        select(contact.campaign_id, contact.state, contact.result, func.count())
        .where(contact.campaign_id.in_(campaign_ids))
        .group_by(contact.campaign_id, contact.state, contact.result)
    )
    states: dict[int, dict[ContactState, int]] = {key: {} for key in campaign_ids}
    results: dict[int, dict[Result, int]] = {key: {} for key in campaign_ids}
    for key, state, result, count in found:
        of_state, of_result = ContactState(state), Result(result)
        states[key][of_state] = states[key].get(of_state, 0) + count
        if of_result:
            results[key][of_result] = results[key].get(of_result, 0) + count
    return {key: Progress(states[key], results[key]) for key in campaign_ids}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running campaign, as the dispatcher needs to know it."""

    id: int
    campaign: Campaign
    due: datetime | None
    """When the next of its people is to be called; None: nobody for now."""
    calling: int
    """How many are being called."""


async def running(connection: AsyncConnection) -> Sequence[Running]:
    """Return the campaigns that run; a look into an index each, however many people they have."""
    contact = CampaignContactRow
    due = (
        select(func.min(contact.next_at))
        .where(contact.campaign_id == CampaignRow.id, contact.next_at.is_not(None))
        .correlate(CampaignRow)
        .scalar_subquery()
    )
    calling = (
        select(func.count())
        .where(contact.campaign_id == CampaignRow.id, contact.state.in_(sorted(BEING_CALLED)))
        .correlate(CampaignRow)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(CampaignRow.__table__, due.label("due"), calling.label("calling"))
        .where(CampaignRow.state == CampaignState.RUNNING.value)
        .order_by(CampaignRow.id)
    )
    return [
        Running(id=row["id"], campaign=_campaign(row), due=row["due"], calling=row["calling"])
        for row in found.mappings()
    ]


def _moment(now: datetime) -> Any:
    return literal(now, CampaignRow.__table__.c.started_at.type)


def _columns(campaign: Campaign) -> dict[str, Any]:
    return {name: getattr(campaign, name) for name in _PLAIN} | {
        "kind": campaign.kind.value,
        "mode": campaign.mode.value,
        "script": [asdict(each) for each in campaign.questions],
        "opens": f"{campaign.opens:%H:%M}",
        "closes": f"{campaign.closes:%H:%M}",
        "spacing": {result.value: seconds for result, seconds in campaign.spacing.items()},
        "started_at": null(),
        "ended_at": null(),
        "copied_from": null(),
    }


def _campaign(row: RowMapping) -> Campaign:
    return Campaign(
        **{name: row[name] for name in _PLAIN},
        kind=Kind(row["kind"]),
        mode=Mode(row["mode"]),
        questions=questions_in(row["script"]),
        opens=time.fromisoformat(row["opens"]),
        closes=time.fromisoformat(row["closes"]),
        spacing={Result(name): seconds for name, seconds in row["spacing"].items()},
    )


def _known() -> Select[Any]:
    maker = PERSON.alias("maker")
    return (
        select(CampaignRow.__table__, maker.c.number.label("maker"))
        .select_from(CampaignRow)
        .outerjoin(maker, maker.c.id == CampaignRow.made_by)
    )


def _in(row: RowMapping) -> SavedCampaign:
    return SavedCampaign(
        id=row["id"],
        campaign=_campaign(row),
        state=CampaignState(row["state"]),
        made_at=row["made_at"],
        made_by=row["maker"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        copied_from=row["copied_from"],
    )
