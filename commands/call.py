"""`thirdring call`: ring the running hotline as a caller would, and show what came of it.

A real SIP telephone with real audio. First the time as the caller lived it, then what the system
knows of the same call: nothing is told from one to the other but the X-Ref.
"""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import click
from rich.live import Live

from caller import audio, personas
from caller.leg import Leg, LineGoneError
from caller.listen import RATE, Samples
from caller.personas import Voice
from caller.phone import Phone
from commands import call_chart, context, printing
from commands.call_wait import whole_story
from commands.calls import calls
from settings import Settings
from supervisor import asterisk
from tools.errors import SetupError

Persona = Callable[[Leg], Awaitable[None]]

SPEECH = "basic-pbx-ivr-main.wav"
"""A person who speaks for 27 s, from the sounds that come with Asterisk."""

PROMPTS = ("message_thanks", "sil3_louder", "sil1_second")
"""What a caller says where Asterisk's sounds are missing: words of our own prompts."""


@click.command()
@click.option("--to", metavar="NUMBER", help="Dial this instead of the hotline's number.")
@click.option("--silent", "how", flag_value="silent", help="Say nothing (SIL-1).")
@click.option("--quiet", "how", flag_value="quiet", help="Speak too low (SIL-3).")
@click.option("--noisy", "how", flag_value="noisy", help="Talk on a line that murmurs.")
@click.option("--keys", metavar="KEYS", help="Press these instead of speaking, like 2 or 93.")
@click.option("--hang-up-after", type=click.FloatRange(0, 600), metavar="S", help="Seconds.")
@click.option("--number", default="13800138000", show_default=True, help="The caller's number.")
@click.option("--name", default="王小明", show_default=True, help="The caller's name.")
@click.option(
    "--audio",
    "speech",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What the caller says: a mono WAV of 8 or 16 kHz.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what the caller heard to this file, a WAV.",
)
def call(
    to: str | None,
    how: str | None,
    keys: str | None,
    hang_up_after: float | None,
    number: str,
    name: str,
    speech: Path | None,
    keep: Path | None,
) -> None:
    """Ring the running hotline with a real SIP telephone; then ask what the system knows.

    The caller talks, chooses “complaint” in the menu, and leaves a message when no agent is there.
    """
    current = context.settings()
    _must_be_running(current)
    persona = _persona(how, keys, _voice(current, speech))
    ref = f"call-{secrets.token_hex(4)}"
    dialled = to or current.hotline_number
    printing.line(f"{name} ({number}) dials {dialled} (X-Ref {ref})", style="bold")
    leg = asyncio.run(
        _ring(current, dialled, partial(_lived, persona, hang_up_after), number, name, ref)
    )
    if keep is not None:
        leg.keep(keep)
        printing.line(f"What the caller heard is in {keep}.")
    if leg.moment("answered") is None and hang_up_after is None:
        raise context.NotReady(f"The call was not answered: {leg.ended_by or 'no answer'}.")
    _show_what_is_known(current, ref, leg)


async def _ring(
    current: Settings, dialled: str, lives: Persona, number: str, name: str, ref: str
) -> Leg:
    async with Phone(port=current.sip_port, host=_host(current)) as phone:
        leg = await phone.call(dialled, caller=number, name=name, ref=ref)
        console = printing.console()
        with Live(console=console, auto_refresh=False) as live:
            living = asyncio.ensure_future(lives(leg))
            while not living.done():
                live.update(call_chart.drawn(leg, console.width), refresh=True)
                await asyncio.wait({living}, timeout=0.25)
            await leg.hangs_up()
            live.update(call_chart.drawn(leg, console.width), refresh=True)
        living.result()
        return leg


async def _lived(persona: Persona, hang_up_after: float | None, leg: Leg) -> None:
    """Live through the call to its end; give up where a person would."""
    try:
        async with asyncio.timeout(hang_up_after):
            await persona(leg)
    except (LineGoneError, TimeoutError):
        return  # the line went away, or what was waited for never came: the timeline shows it


def _persona(how: str | None, keys: str | None, voice: Voice) -> Persona:
    if keys:
        if how or set(keys) - set("0123456789*#"):
            raise context.Refusal("--keys takes digits, * and #, and goes with no other caller.")
        return lambda leg: personas.presses_keys(leg, voice, keys=keys)
    match how:
        case "silent":
            return personas.says_nothing
        case "quiet":
            return lambda leg: personas.speaks_too_low(leg, voice)
        case "noisy":
            return lambda leg: personas.talks_on_a_noisy_line(leg, voice)
        case _:
            return lambda leg: personas.talks(leg, voice)


def _voice(current: Settings, speech: Path | None) -> Voice:
    try:
        return Voice.of(audio.read(speech) if speech else _anybody(current))
    except (ValueError, OSError, EOFError) as error:
        raise context.Refusal(f"Nothing to say: {error}.") from None


def _anybody(current: Settings) -> Samples:
    """Return somebody's speech: a person's if there is one on this machine, else our prompts'."""
    try:
        installation = asterisk.find(current)
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    folders = installation.data.glob("sounds/en*") if installation else ()
    for folder in folders:
        if (folder / SPEECH).exists():
            whole = audio.read(folder / SPEECH)
            return whole[int(0.13 * RATE) :]  # it begins with a pause
    folder = current.paths.sounds / current.language
    return audio.joined(audio.read(folder / f"{prompt}.wav") for prompt in PROMPTS)


def _host(current: Settings) -> str:
    return "127.0.0.1" if current.sip_address in {"0.0.0.0", "::"} else current.sip_address  # noqa: S104


def _must_be_running(current: Settings) -> None:
    """Refuse when nothing listens where calls come in (the hotline takes TCP as well)."""
    where = (_host(current), current.sip_port)
    try:
        socket.create_connection(where, timeout=2).close()
    except OSError:
        raise context.NotReady(
            f"The hotline does not run on {where[0]}:{where[1]}: start it with `make run`, "
            "and call again when it says ready."
        ) from None


def _show_what_is_known(current: Settings, ref: str, leg: Leg) -> None:
    printing.line("")
    printing.line("What the system knows", style="bold")
    story = whole_story(current, ref, answered=leg.moment("answered") is not None)
    if story is None:
        raise context.NotReady(
            f"The call {ref} is not in the database yet; ask again with "
            f"`thirdring calls --ref {ref}`."
        )
    current_command = click.get_current_context()
    current_command.invoke(
        calls, call_id=story.call.id, since=None, until=None, limit=1, as_json=False, utc=False
    )
