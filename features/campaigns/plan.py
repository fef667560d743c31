"""What a campaign may be told by people and programs: its limits, its questions, its
people.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final

from calendars import calendar, unknown_soon
from callflow.rules.hours import Calendar
from callflow.rules.questions import CALL_AGAIN, NOTICES, SHIPPED, Kind, Question, Result
from features.campaign_lists.lists import List
from features.campaigns import contacts as campaign_contacts
from features.campaigns.calling_hours import CallingHours, NeverError, next_allowed
from features.campaigns.queries import Campaign, Progress, SavedCampaign
from features.campaigns.time_left import Pace, done_at
from imports.faults import Person
from settings import Settings

LONGEST_NAME: Final = 80
LONGEST_QUESTION: Final = 300
MOST_QUESTIONS: Final = 8
MOST_LINES: Final = 500
FASTEST: Final = 20.0
MOST_ATTEMPTS: Final = 10
LONGEST_PREVIEW_S: Final = 60
USUAL_PREVIEW_S: Final = 10
LONGEST_SPACING_S: Final = 14 * 24 * 3600
HEARD: Final = "1"
"""The key by which somebody says that a notice was heard."""
SPACED: Final = (Result.BUSY, Result.NO_ANSWER, Result.OFF, Result.VOICEMAIL, Result.SILENT)
"""Results after which a person chooses when to call again; the others are as they usually are."""


OURS: Final[Mapping[str, Question]] = {each.name: each for each in SHIPPED}
"""The questions that come with the project, by their names."""
USUAL: Final[Mapping[Kind, Sequence[str]]] = {
    Kind.VISIT: ("solved", "satisfaction", CALL_AGAIN),
    Kind.SURVEY: ("satisfaction", CALL_AGAIN),
    Kind.NOTICE: (),
}
"""What is asked where nobody chose: names of ours."""


def usual(kind: Kind) -> tuple[Question, ...]:
    """Return what a campaign of a kind asks where nobody chose."""
    return NOTICES if kind is Kind.NOTICE else tuple(OURS[name] for name in USUAL[kind])


def lacks_words(questions: Sequence[Question], languages: Collection[str]) -> str:
    """Return the language in which somebody would hear nothing, empty when there is none."""
    for language in sorted(languages):
        if any(not one.prompt and not getattr(one, language) for one in questions):
            return language
    return ""


def languages_of(given: List, otherwise: str) -> frozenset[str]:
    """Return the languages in which the people of a list are called."""
    return frozenset(one.language or otherwise for one in given.people)


def people_of(given: List, *, language: str) -> Sequence[campaign_contacts.Person]:
    """Return the people of a list as a campaign keeps them."""
    return [
        campaign_contacts.Person(
            position=one.line,
            number=one.number,
            identity=one.identity,
            name=one.name,
            language=one.language or language,
            zone=one.zone,
            ticket_id=_ticket(one, given),
            extra=one.extra,
        )
        for one in given.people
    ]


def _ticket(one: Person, given: List) -> int | None:
    return given.tickets.get(one.ticket) if one.ticket else None


@cache
def days_of(country: str, changes: str) -> Calendar:
    """Return the public holidays, once."""
    return calendar(country, changes)


def unknown_year(settings: Settings, today: date) -> int | None:
    """Return the year whose exchanged working days are not known though it is time, or None."""
    return _unknown_year(settings.region, settings.holidays, today)


@lru_cache(maxsize=8)
def _unknown_year(country: str, changes: str, today: date) -> int | None:
    return unknown_soon(country, changes, today)


def hours_of(campaign: Campaign, settings: Settings) -> CallingHours:
    """Return when people of a campaign are called whose row names no zone."""
    return CallingHours(
        zone=campaign.zone,
        opens=campaign.opens,
        closes=campaign.closes,
        on_weekends=campaign.on_weekends,
        on_holidays=campaign.on_holidays,
        calendar=days_of(settings.region, settings.holidays),
    )


def end_of(
    known: SavedCampaign,
    progress: Progress,
    *,
    ended: int,
    within_s: float,
    again: datetime | None,
    now: datetime,
    rules: Settings,
) -> datetime | None:
    """Return when a campaign will be done, as far as anybody can tell; None: nobody can.

    `again` is when the last of those who are to be called again is.
    """
    campaign = known.campaign
    pace = Pace(
        lines=min(campaign.lines, rules.lines_campaigns),
        calls_per_second=campaign.calls_per_second,
        ended=ended,
        within_s=within_s,
    )
    at = done_at(now, progress.total - progress.over, pace, hours_of(campaign, rules))
    if at is None or again is None:
        return at
    return max(at, again + timedelta(seconds=rules.campaign_ring_for))


def resumes_at(known: SavedCampaign, *, now: datetime, rules: Settings) -> datetime | None:
    """Return when people may be called again, None when they may be called now."""
    try:
        at = next_allowed(now, hours_of(known.campaign, rules))
    except NeverError:
        return None
    return at if at > now else None
