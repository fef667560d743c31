"""`thirdring recordings`: the list of recordings, one of them, and saving it as a WAV."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands import context, printing
from commands.console import console
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
from features.audit import log as audit
from features.audit.access import audit_entry
from features.call_recordings import by_beginning, queries
from features.call_recordings.lifecycle import RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.call_recordings.shapes import RecordingShape
from features.calls.lifecycle import Disposition
from permissions.scopes import EVERYTHING
from settings import Settings


@click.command()
@click.argument("recording", required=False, metavar="[ID]")
@click.option(
    "--save",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the recording ID to this file, a WAV.",
)
@click.option("--disposition", type=click.Choice([each.value for each in Disposition]))
@click.option("--call", "call_id", help="Of the call with this id.")
@click.option("--kind", type=click.Choice([each.value for each in RecordingKind]))
@click.option("--state", type=click.Choice([each.value for each in RecordingState]))
@call_options
@list_options
def recordings(recording: str | None, target: Path | None, **options: Any) -> None:
    """Show recordings, newest first; with ID (or its beginning) one of them."""
    want = asked(**options)
    if recording is not None:
        _one(recording, target, want)
        return
    if target is not None:
        raise context.Refusal("--save needs the ID of one recording.")
    which = RecordingFilter(**want.filters)
    found = want.rows(partial(queries.recordings, reach=EVERYTHING), which)
    shapes = [RecordingShape.of(each) for each in found]
    if want.as_json:
        as_json(shapes)
    elif shapes:
        _show(shapes, want)
    else:
        nothing("recordings", filtered=which != RecordingFilter())


def _show(shapes: list[RecordingShape], want: Asked) -> None:
    printing.table(
        ["Began", "Kind", "Length", "State", "Caller spoke", "ID", "Call", "Why"],
        [
            [
                printing.moment(each.started_at, want.zone),
                each.kind,
                printing.seconds(each.seconds),
                each.state,
                printing.seconds(each.voice_caller_s),
                each.id[:8],
                each.call_id[:8],
                each.why,
            ]
            for each in shapes
        ],
    )


def _one(beginning: str, target: Path | None, want: Asked) -> None:
    found = answer(
        want.settings, lambda connection: by_beginning.recording_like(connection, beginning.lower())
    )
    if found is None:
        raise context.Refusal(
            f"There is not exactly one recording whose id begins with {beginning!r}."
        )
    shape = RecordingShape.of(found)
    if target is not None:
        _save(want.settings, found.path, target)
        entry = audit_entry(console(), "recording.saved", found.id, str(target)[-80:])
        answer(want.settings, partial(audit.note, entry=entry), writing=True)
        printing.line(f"{printing.seconds(found.seconds)} written to {target}.")
    elif want.as_json:
        one_as_json(shape)
    else:
        _show([shape], want)
        printing.line(f"{shape.id}, SHA-256 {shape.sha256}")


def _save(settings: Settings, relative: str, target: Path) -> None:
    source = settings.paths.store / relative
    if not relative or not source.is_file():
        raise context.NotReady("This recording's audio is not in the store.")
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise context.Refusal(f"{target} cannot be written: {error.strerror or error}.") from None
