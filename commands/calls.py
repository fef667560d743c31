"""`thirdring calls`: the list of calls, and one call step by step."""

from datetime import UTC, datetime
from functools import partial
from locale import getlocale
from typing import Any
from zoneinfo import ZoneInfo

import click

from callflow.call import Language
from commands import context, printing
from commands.queries import (
    Asked,
    answer,
    as_json,
    asked,
    call_options,
    list_options,
    nothing,
    one_as_json,
)
from features.call_recordings.shapes import GapShape, RecordingShape
from features.call_timeline.shapes import EventShape
from features.call_timeline.timeline import told
from features.calls import by_beginning, queries
from features.calls.lifecycle import Disposition
from features.calls.queries import CallFilter, CallStory
from features.calls.shapes import CallShape, StoryShape, TalkSegmentShape
from features.tickets.shapes import TicketShape
from permissions.scopes import EVERYTHING

SHORT = 8
"""Characters of an id in a table; any beginning that fits one call only names it."""


@click.command()
@click.argument("call_id", required=False, metavar="[ID]")
@click.option("--piece", help="With these digits somewhere in the caller's number.")
@click.option("--ticket", help="That a ticket with this number came from.")
@click.option("--disposition", type=click.Choice([each.value for each in Disposition]))
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of the story of one call.")
@call_options
@list_options
def calls(call_id: str | None, *, language: str | None, **options: Any) -> None:
    """Show calls, newest first; with ID (or its beginning) one call step by step."""
    want = asked(**options)
    if call_id is not None:
        _show_one(call_id, want, Language(language or _spoken_here()))
        return
    which = CallFilter(**want.filters)
    found = want.rows(partial(queries.calls, reach=EVERYTHING), which)
    shapes = [CallShape.of(call) for call in found]
    if want.as_json:
        as_json(shapes)
    elif shapes:
        _show(shapes, want.zone)
    else:
        nothing("calls", filtered=which != CallFilter())


def _show(shapes: list[CallShape], zone: ZoneInfo | None) -> None:
    printing.table(
        [
            "Time",
            "Number",
            "Name",
            "How it ended",
            "Rings",
            "Waited",
            "Talked",
            "Agent",
            "Ref",
            "ID",
        ],
        [
            [
                printing.moment(call.ring_started, zone),
                call.number,
                call.name,
                call.disposition or f"({call.state})",
                str(call.rings) + ("" if call.held_ans1 else " !"),
                printing.seconds(call.waited_s),
                printing.seconds(call.talk_s),
                call.agent,
                call.ref,
                call.id[:SHORT],
            ]
            for call in shapes
        ],
    )


def _show_one(call_id: str, want: Asked, language: Language) -> None:
    story = answer(
        want.settings, lambda connection: by_beginning.call_like(connection, call_id.lower())
    )
    if story is None:
        raise context.Refusal(f"There is not exactly one call whose id begins with {call_id!r}.")
    if want.as_json:
        events = [EventShape.of(event) for event in story.events]
        one_as_json(_whole(story), events=events)
        return
    _show_facts(CallShape.of(story.call), want.zone)
    _show_steps(story, want.zone, language)
    _show_recordings(story)
    _show_tickets(story, want.zone)


def _whole(story: CallStory) -> StoryShape:
    return StoryShape(
        **CallShape.of(story.call).model_dump(),
        segments=TalkSegmentShape.all_of(story.call),
        recordings=[RecordingShape.of(each) for each in story.recordings],
        gaps=[GapShape.of(each) for each in story.gaps],
        tickets=[TicketShape.of(each) for each in story.tickets],
    )


def _show_facts(call: CallShape, zone: ZoneInfo | None) -> None:
    printing.line(f"Call {call.id}", style="bold")
    printing.facts(
        [
            ("from", f"{call.number} {call.name}"),
            ("ref", call.ref),
            ("began", printing.moment(call.ring_started, zone, pattern="%Y-%m-%d %H:%M:%S %Z")),
            (
                "ended",
                f"{call.disposition or call.state}, hung up by {call.hung_up_by or 'nobody yet'}",
            ),
            ("rings", f"{call.rings}" + ("" if call.held_ans1 else ", too late (ANS-1)")),
            ("waited", _length(call.waited_s)),
            ("talked", _length(call.talk_s)),
            ("on hold", _length(call.held_s or None)),
            ("message", _length(call.message_s)),
            ("line", call.sil_outcome),
            ("agent", call.agent),
            ("missed by", ", ".join(miss.agent for miss in call.misses)),
            ("fallback", call.fallback),
        ]
    )


def _length(seconds: float | None) -> str:
    return "" if seconds is None else printing.seconds(seconds)


def _show_steps(story: CallStory, zone: ZoneInfo | None, language: Language) -> None:
    begin = story.call.ring_started.timestamp()
    steps = told(story.events, language, story.call.segments)
    printing.line("")
    printing.table(
        ["Time", "After", "What happened"],
        [
            [
                printing.moment(datetime.fromtimestamp(step.at, UTC), zone, pattern="%H:%M:%S.%f")[
                    :-3
                ],
                f"{step.at - begin:.1f} s",
                step.text,
            ]
            for step in steps
        ],
    )


def _show_recordings(story: CallStory) -> None:
    printing.line("")
    for recording in story.recordings:
        printing.line(
            f"Recording {recording.id[:SHORT]}: {recording.kind}, "
            f"{printing.seconds(recording.seconds)}, {recording.state}. {recording.why}"
        )
    for gap in story.gaps:
        missing = printing.seconds((gap.to_at - gap.from_at).total_seconds())
        printing.line(f"Not recorded: {missing}. {gap.why}")
    if not story.recordings:
        printing.line("No recording yet.")


def _show_tickets(story: CallStory, zone: ZoneInfo | None) -> None:
    for ticket in story.tickets:
        due = printing.moment(ticket.due_at, zone, pattern="%m-%d %H:%M")
        printing.line(f"Ticket {ticket.number}: {ticket.kind}, {ticket.state}, due {due}.")
    if not story.tickets:
        printing.line("No ticket.")


def _spoken_here() -> str:
    return "zh" if (getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
