"""`thirdring recordings`: the list of recordings, one of them, and saving it as a WAV."""

import shutil
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands import completeness, context, printing
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
from features.call_recordings.lifecycle import Recording, RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.call_recordings.shapes import RecordingShape
from features.calls.lifecycle import Disposition
from features.recording_copies import queries as copies
from features.recording_copies.archive import Archive
from features.recording_copies.reading import UNREADABLE, as_wav, kept
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
@click.option(
    "--check",
    is_flag=True,
    help="Say of answered calls whether each second is recorded or in a gap (ANS-5).",
)
@click.option(
    "--rotate-keys",
    "rotate",
    is_flag=True,
    help="Make a new key; the ledger seals every recording anew with it, one after the other.",
)
@click.option("--disposition", type=click.Choice([each.value for each in Disposition]))
@click.option("--call", "call_id", help="Of the call with this id.")
@click.option("--kind", type=click.Choice([each.value for each in RecordingKind]))
@click.option("--state", type=click.Choice([each.value for each in RecordingState]))
@call_options
@list_options
def recordings(
    recording: str | None, target: Path | None, check: bool, rotate: bool, **options: Any
) -> None:
    """Show recordings, newest first; with ID (or its beginning) one of them.

    --check: exit code 1 when a call is not accounted for.
    """
    want = asked(**options)
    if rotate:
        _rotate(want.settings)
        return
    if check:
        if recording is not None or target is not None:
            raise context.Refusal("--check looks at all calls of a time, not at one recording.")
        completeness.check(want)
        return
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
        _save(want.settings, found, target)
        entry = audit_entry(console(), "recording.saved", found.id, str(target)[-80:])
        answer(want.settings, partial(audit.note, entry=entry), writing=True)
        printing.line(f"{printing.seconds(found.seconds)} written to {target}.")
    elif want.as_json:
        one_as_json(shape)
    else:
        _show([shape], want)
        printing.line(f"{shape.id}, SHA-256 {shape.sha256}")
        _copies(want.settings, found)


def _rotate(settings: Settings) -> None:
    if not settings.recording_sealed:
        raise context.Refusal("Recordings are not sealed here: THIRDRING_RECORDING_SEALED=true.")
    keys = Archive(settings).keys
    try:
        new = keys.add()
    except OSError as error:
        raise context.NotReady(f"{keys.path} cannot be written: {error}.") from None
    entry = audit_entry(console(), "recording.keys_changed", new, "")
    answer(settings, partial(audit.note, entry=entry), writing=True)
    left = answer(settings, partial(copies.sealed_otherwise, key=new))
    printing.line(
        f"{left} copies are sealed with other keys: the ledger seals them anew with {new}. Keep a "
        f"copy of {keys.path} outside of the backups; older keys open older backups."
    )


def _copies(settings: Settings, recording: Recording) -> None:
    """Print where a recording lies; one that stays as it was taken in needs no words."""
    for each in answer(settings, lambda one: copies.of_recording(one, recording.id)):
        sealed = f", sealed with {each.key}" if each.key else ""
        why = f" ({each.why})" if each.why else ""
        printing.line(f"{each.place}: {each.coding}{sealed}, {each.state}{why}, {each.name}")


def _save(settings: Settings, recording: Recording, target: Path) -> None:
    of = answer(settings, lambda connection: kept(connection, recording))
    with ExitStack() as held:
        try:
            source = held.enter_context(as_wav(Archive(settings), of))
        except FileNotFoundError:
            raise context.NotReady("This recording's audio is not in the store.") from None
        except UNREADABLE as error:
            raise context.NotReady(f"This recording's audio cannot be read: {error}.") from None
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise context.Refusal(f"{target} cannot be written: {error.strerror or error}.") from None
