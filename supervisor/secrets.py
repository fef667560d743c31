"""Secrets of one home: made once, readable by its owner only, never logged."""

import json
import os
import secrets as randomness
import string
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tools.errors import SetupError

LETTERS = string.ascii_letters + string.digits
"""Only what Asterisk's configuration and a phone's keypad take without quoting."""


@dataclass(frozen=True)
class Secrets:
    """What our programs, Asterisk and the agents' phones share."""

    ami: str
    signing: str
    phones: dict[str, str]
    """Number of a phone → its SIP password."""
    ami_floor: str
    """Of the AMI user `floor`: the desk's link to agents and queues."""
    ami_dispatch: str
    """Of the AMI user `dispatch`: the dispatcher's link, which rings people."""
    seats: dict[str, str]
    """Seat → a desk phone's SIP password, or what those of a browser's seat are drawn from."""
    ws_path: str
    """The word before /ws where browsers' phones connect."""


def load(path: Path) -> Secrets:
    """Return the kept secrets. Raises SetupError before the first start or for a spoilt file."""
    kept = _kept(path)
    if kept is None:
        raise SetupError(f"There are no secrets in {path} yet: `make run` makes them.")
    return kept


def settle(path: Path, phones: Sequence[str], seats: Sequence[str] = ()) -> Secrets:
    """Return the secrets, made or completed where some are missing, and keep them (mode 0600)."""
    kept = _kept(path)
    found = kept or Secrets(
        ami=_new(32),
        signing=_new(48),
        phones={},
        ami_floor="",
        ami_dispatch="",
        seats={},
        ws_path="",
    )
    found = replace(
        found,
        phones=_completed(found.phones, phones, 16),
        ami_floor=found.ami_floor or _new(32),
        ami_dispatch=found.ami_dispatch or _new(32),
        seats=_completed(found.seats, seats, 24),
        ws_path=found.ws_path or _new(24),
    )
    if found != kept:
        _keep(path, found)
    path.chmod(0o600)
    return found


def _completed(known: dict[str, str], names: Sequence[str], length: int) -> dict[str, str]:
    return {**known, **{name: _new(length) for name in names if name not in known}}


def _new(length: int) -> str:
    return "".join(randomness.choice(LETTERS) for _ in range(length))


def _kept(path: Path) -> Secrets | None:
    try:
        values = json.loads(path.read_text())
        return Secrets(
            ami=str(values["ami"]),
            signing=str(values["signing"]),
            phones={str(number): str(word) for number, word in values["phones"].items()},
            # older homes do not know all of what follows
            ami_floor=str(values.get("ami_floor", "")),
            ami_dispatch=str(values.get("ami_dispatch", "")),
            seats={str(seat): str(word) for seat, word in values.get("seats", {}).items()},
            ws_path=str(values.get("ws_path", "")),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SetupError(
            f"{path} is not what `make run` wrote. Repair it, or remove it to have new secrets "
            "made (phones and tokens then need the new ones)."
        ) from None


def _keep(path: Path, found: Secrets) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(found), file, indent=1)
    beside.replace(path)
