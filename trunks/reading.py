"""Reads `HOME/trunks.toml`, where trunks are described; without it the old settings make one.

Checked before anything starts. What runs reads the copy that the supervisor has checked
(`run/trunks.toml`), so that a half-written change disturbs nobody until the next start.
"""

import difflib
import os
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings import Settings
from tools.errors import SetupError
from trunks.trunk import OLD, CallerIds, Trunk, Trunks

FILE: Final = "trunks.toml"


def wanted(settings: Settings) -> Trunks:
    """Return the trunks that the next start will have. Raises SetupError with a sentence."""
    file = settings.home / FILE
    return _read(file, settings) if file.exists() else _old(settings)


def in_force(settings: Settings) -> Trunks:
    """Return the trunks that Asterisk has now. Raises SetupError."""
    copy = settings.paths.run / FILE
    if copy.exists():
        return _read(copy, settings)
    return _old(settings)


def settle(settings: Settings) -> Trunks:
    """Check what is wanted, put it into force, close its file to others; return it."""
    found = wanted(settings)
    file, copy = settings.home / FILE, settings.paths.run / FILE
    if not file.exists():
        copy.unlink(missing_ok=True)
        return found
    file.chmod(0o600)
    beside = copy.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        kept.write(file.read_bytes())
    beside.replace(copy)
    return found


def leads_out(settings: Settings) -> bool:
    """Tell whether there is a trunk on which we can call."""
    return bool(in_force(settings).out)


@lru_cache(maxsize=8)
def parse(text: str, *, file: str = FILE) -> Trunks:
    """Return the trunks of a file's text. Raises SetupError with a sentence for what is wrong."""
    try:
        found = Trunks.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{file} is no TOML: {error}.") from None
    except ValidationError as error:
        said = "; ".join(_sentence(each) for each in error.errors(include_url=False)[:5])
        raise SetupError(f"{file}: {said}.") from None
    if not found.trunk:
        raise SetupError(f"{file} names no trunk; each begins with [[trunk]].")
    if reserved := [one.name for one in found.trunk if one.name == OLD]:
        raise SetupError(f"{file}: a trunk cannot be called {reserved[0]!r}; choose another name.")
    return found


def _read(file: Path, settings: Settings) -> Trunks:
    if settings.trunk_out:
        raise SetupError(
            f"THIRDRING_TRUNK_OUT is set and {file.name} is there as well: take one of them away."
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file} cannot be read: {error}.") from None
    return parse(text, file=file.name)


def _old(settings: Settings) -> Trunks:
    """Return the one trunk of the old settings; calls come in from THIRDRING_SIP_TRUNKS."""
    if not settings.trunk_out:
        return Trunks()
    host, _, port = settings.trunk_out.partition(":")
    only = Trunk(
        name=OLD,
        host=host,
        port=int(port) if port else None,
        lines=settings.lines_out,
        form=settings.dial_form,
        outside=settings.dial_outside,
        trunk_prefix=settings.dial_trunk_prefix,
        emergency_outside=settings.dial_emergency_outside,
        caller_id=CallerIds(),
        calls_in=False,
    )
    return Trunks(trunk=(only,))


def _sentence(error: ErrorDetails) -> str:
    """Return what is wrong, and where; never the value itself, which may be a password."""
    *where, key = error["loc"] or ("",)
    number = next((one for one in error["loc"] if isinstance(one, int)), None)
    place = "" if number is None else f"trunk {number + 1}: "
    name = str(key)
    match error["type"]:
        case "missing":
            return f"{place}{name} is missing"
        case "extra_forbidden":
            known = CallerIds if "caller_id" in where else Trunk if where else Trunks
            near = difflib.get_close_matches(name, known.model_fields, 1)
            return f"{place}{name} is unknown" + (f"; is it {near[0]}?" if near else "")
        case "value_error":
            said = str(error["ctx"]["error"])
            of_the_whole = isinstance(key, int) or not where
            return f"{place}{said}" if of_the_whole else f"{place}{name}: {said}"
        case _:
            said = error["msg"][0].lower() + error["msg"][1:]
            return f"{place}{name}: {said}" if name else f"{place}{said}"
