"""What the dispatcher said last of each trunk, and nothing when it says nothing now."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from monitoring import reports
from settings import Settings
from trunks import reading
from trunks.trunk import Trunk
from web.shapes import Clean, Plain

UNKNOWN = "unknown"


class TrunkShape(BaseModel):
    """One trunk, and how it is."""

    name: Plain = Field(examples=["carrier"])
    place: Plain = Field(description="Where it is: host and port.", examples=["192.0.2.9:5060"])
    transport: Plain = Field(description="udp, tcp or tls.")
    encrypted: bool = Field(description="Whether the sound is encrypted (SRTP).")
    registers: bool = Field(description="Whether we register there.")
    state: Plain = Field(
        description="ok; silent: it answers no question; not_registered; refuses: it refused the "
        "last call; unknown: nobody looks."
    )
    since: datetime | None = Field(description="Since when it is so; null: not known.")
    calls: int = Field(description="Our calls there now.")
    lines: int
    refusal: Clean = Field(
        description="What it said to the last call that it did not take: a SIP status and words.",
        examples=["503 Service Unavailable"],
    )
    refused_at: datetime | None


def states(settings: Settings) -> Sequence[TrunkShape]:
    """Return every trunk on which we call, in the order in which calls try them."""
    report = reports.read(settings.paths.run / "dispatch.json", now=time.time())
    told = report.fields.get("trunks", []) if report and report.fresh else []
    known = {str(one.get("name")): one for one in told if isinstance(one, dict)}
    return [_shape(one, known.get(one.name, {})) for one in reading.in_force(settings).out]


def _shape(trunk: Trunk, told: dict[str, Any]) -> TrunkShape:
    fixed = {
        "name": trunk.name,
        "place": trunk.place,
        "transport": trunk.transport,
        "encrypted": trunk.media == "srtp",
        "registers": trunk.registers,
        "lines": trunk.lines,
    }
    nothing = {"state": UNKNOWN, "since": None, "calls": 0, "refusal": "", "refused_at": None}
    heard = {key: told.get(key) or value for key, value in nothing.items()}
    try:
        return TrunkShape.model_validate({**fixed, **heard})
    except ValidationError:  # a report of another version
        return TrunkShape.model_validate({**fixed, **nothing})
