"""Pages of calls: the search, and one call step by step (QA-5)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from callflow.call import Topic
from db.bounded import RequestDatabase
from db.paging import Page, UnknownCursorError
from features.accounts import queries as accounts
from features.audit.access import audit_entry, noted
from features.call_judgements import queries as judgements
from features.call_judgements.clauses import Judgement
from features.call_judgements.layout import told as judged_in_words
from features.call_recordings.lifecycle import ASKED_WHY, PLAYABLE
from features.call_timeline.layout import agent_first, listeners, more, steps
from features.calls.api import story_of
from features.calls.lifecycle import CallRecord, Direction, Disposition
from features.calls.search import FoundCall, found_calls
from features.calls.search_form import TypedCalls, read
from features.calls.talk_segments import TalkSegment
from features.campaigns import results as campaign_results
from features.campaigns import wording as campaign_words
from features.legal_holds import queries as legal_holds
from features.legal_holds.lifecycle import Thing
from features.recording_comments import queries as recording_comments
from features.recording_comments.rules import Comment
from features.recording_pauses import queries as pauses
from features.recording_pauses.layout import placed
from permissions.may import may, reach_of
from permissions.scopes import Scope
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import Asking, CurrentUser, Identity
from web.current_user import Principal
from web.formats import Formats, between
from web.pages import language_of, page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50

GOOD = frozenset({Disposition.AGENT})
BAD = frozenset(
    {
        Disposition.ABANDONED_RINGING,
        Disposition.ABANDONED_QUEUE,
        Disposition.SWITCH_CRASH,
        Disposition.FAILED,
    }
)
"""Outcomes that somebody should look into."""

NOTHING_FOUND: Page[FoundCall] = Page([], None)


@router.get("/calls")
async def show_calls(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Calls that fit what was typed, newest first."""
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    today = datetime.now(settings.zone).date()
    asked = read(request.query_params, settings.zone, settings.number_plan, today)
    cursor = request.query_params.get("cursor") or None
    wanted, allowed = asked.as_role(principal.role)
    refused = "" if allowed else "calls.no_number_right"
    found = NOTHING_FOUND
    if not refused and not asked.faults:
        try:
            found = await asking.ask(
                partial(
                    found_calls,
                    wanted=wanted,
                    reach=reach_of(principal, "call.read"),
                    ticket_reach=reach_of(principal, "ticket.read"),
                    limit=ROWS,
                    cursor=cursor,
                )
            )
        except UnknownCursorError:
            refused = "calls.stale_page"
    return page(
        request,
        "calls.html",
        status=422 if asked.faults else 403 if refused == "calls.no_number_right" else 200,
        asked=asked,
        found=found,
        refused=refused,
        show=show,
        between=between,
        outcomes=list(Disposition),
        directions=list(Direction),
        tone=tone,
        first_page=_address(asked) if cursor else "",
        next_page=_address(asked, cursor=found.next) if found.next else "",
    )


def tone(call: CallRecord) -> str:
    """Return the colour of a call's outcome."""
    if call.disposition in BAD:
        return "bad"
    return "good" if call.disposition in GOOD else ""


def _address(asked: TypedCalls, **more: str) -> str:
    typed = {name: text for name, text in asked.typed.items() if text}
    query = urlencode({**typed, **more})
    return f"/calls?{query}" if query else "/calls"


@router.get("/calls/{call_id}")
async def show_call(
    request: Request, call_id: Identity, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One call: how it went, when, what was said, who listened."""
    story = await story_of(call_id.lower(), principal, asking)
    if story is None:
        return page(request, "call_none.html", status=404)
    noted(asking, audit_entry(principal, "call.read", story.call.id))
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    may_listen = may(principal, "recording.listen")
    hears_all = reach_of(principal, "recording.listen").scope in {Scope.ALL, Scope.TEAM}
    numbers = [each.number for each in story.tickets]
    visits_of = await asking.ask(lambda one: campaign_results.of_ticket_numbers(one, numbers))
    caller = phone_number(story.call.number, settings.number_plan).identity
    named = {Thing.CALL: [story.call.id], Thing.NUMBER: [caller]}
    recordings = sorted(story.recordings, key=lambda each: each.kind.value)
    paused = await asking.ask(lambda one: pauses.of_call(one, story.call.id))
    return page(
        request,
        "call.html",
        call=story.call,
        agent_name=await _name_of(asking, story.call.agent),
        recordings=recordings,
        steps=steps(story.events, recordings, language_of(request), show, story.call.segments),
        names=await _names_of(asking, story.call.segments),
        gaps=story.gaps,
        tickets=story.tickets,
        visits_of=visits_of,
        asked=campaign_words.asked,
        meant=campaign_words.meant,
        opens_campaigns=may(principal, "campaign.read"),
        listeners=await listeners(asking, recordings) if hears_all else [],
        may_listen=may_listen,
        comments_of_call=await _comments(asking, principal, story.call.id),
        pauses=[each for one in recordings for each in placed(paused, one)],
        judgements=await _judgements(asking, principal, story.call.id),
        judged_in_words=judged_in_words,
        holds=await asking.ask(partial(legal_holds.on, now=datetime.now(UTC), subjects=named)),
        may_hold=may(principal, "legal_hold.put"),
        is_somebody=bool(caller),
        may_open_customer=may(principal, "customer.read"),
        playable=PLAYABLE,
        agent_fault=agent_first(story.call),
        more=more(story.call, show, language_of(request)),
        topics=frozenset(Topic),
        reasons=ASKED_WHY,
        show=show,
        between=between,
        tone=tone,
    )


async def _comments(
    asking: RequestDatabase, principal: Principal, call_id: str
) -> Sequence[Comment] | None:
    """Return what was said of moments of the call; None: the one who asks may not listen to it."""
    reach = reach_of(principal, "recording_comment.read")
    if not await asking.ask(lambda one: recording_comments.call_within(one, call_id, reach=reach)):
        return None
    return await asking.ask(lambda one: recording_comments.of_call(one, call_id))


async def _judgements(
    asking: RequestDatabase, principal: Principal, call_id: str
) -> Sequence[Judgement] | None:
    """Return how the call is judged; None: the one who asks may not know it of this call."""
    if not may(principal, "judgement.read"):
        return None
    reach = reach_of(principal, "judgement.read")
    return await asking.ask(lambda one: judgements.of_call_within(one, call_id, reach=reach))


async def _names_of(asking: RequestDatabase, segments: Sequence[TalkSegment]) -> Mapping[str, str]:
    """Return the names of all who talked, by number."""
    return {one.agent: await _name_of(asking, one.agent) for one in segments}


async def _name_of(asking: RequestDatabase, agent: str | None) -> str:
    """Return the name of an agent; a phone without a person has none."""
    if agent is None:
        return ""
    account = await asking.ask(lambda connection: accounts.by_number(connection, agent))
    return account.name if account else ""
