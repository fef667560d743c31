"""One of everything that pages of inspection show: a form, a draw, items, a score, an appeal."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls.tables import Call
from features.quality_forms.tables import QualityFormRow, QualityFormVersionRow
from features.quality_samples.tables import QualityDrawRow, QualityItemRow, QualitySessionRow
from features.quality_scores.tables import (
    QualityAppealRow,
    QualityNoteRow,
    QualityScoreDraftRow,
    QualityScoreRow,
)
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, NUMBERS, call_id

AGENT: Final = NUMBERS[Role.SENIOR_AGENT]
INSPECTOR: Final = NUMBERS[Role.INSPECTOR]
MANAGER: Final = NUMBERS[Role.MANAGER]
DAY: Final = date(2026, 11, 21)
CONTENT: Final[Mapping[str, Any]] = {
    "sections": [
        {
            "title": "开头",
            "items": [
                {"key": 1, "words": "按规定问候", "weight": 40, "fatal": False, "na": False},
                {"key": 2, "words": "报工号", "weight": 10, "fatal": False, "na": True},
            ],
        },
        {
            "title": "服务态度",
            "items": [
                {"key": 3, "words": "不推诿、不争辩", "weight": 50, "fatal": True, "na": False},
            ],
        },
    ]
}
TEXTS: Final = (
    *("quality_score_drafts.marks", "quality_score_drafts.words", "quality_scores.marks"),
    *("quality_scores.words", "quality_scores.why", "quality_appeals.words"),
    *("quality_appeals.decided_words", "quality_notes.words"),
)
"""What people type of a call, which may name a customer."""
TABLES: Final = (
    *("quality_forms", "quality_form_versions", "quality_draws"),
    *("quality_sessions", "quality_items"),
)
"""Of the staff and of our programs."""
PLAIN: Final = (
    *("quality_score_drafts.inspector", "quality_score_drafts.answers"),
    *("quality_scores.thing", "quality_scores.subject", "quality_scores.scorer"),
    *("quality_scores.answers", "quality_scores.digest", "quality_appeals.outcome"),
)
"""Columns that hold words of ours."""


def _marks(said: list[str]) -> object:
    return [{"second": 1, "words": said[0]}]


SHAPES: Final[Mapping[str, Callable[[list[str]], object]]] = dict.fromkeys(
    ("quality_scores.marks", "quality_score_drafts.marks"), _marks
)
"""What stands in the columns of JSON, made of texts to hide there."""
ANSWERS: Final = {"1": "partly", "2": "na", "3": "full"}
MARKS: Final = [{"second": 1, "words": "问候时声音偏低"}]


async def a_form(connection: AsyncConnection) -> None:
    """Keep a published form for calls: form 1."""
    form = {"name": "通话质检", "thing": "call", "draft": CONTENT, "version": 3, "published": 1}
    await connection.execute(
        insert(QualityFormRow).values({**form, "made_at": BEGAN, "made_by": MANAGER})
    )
    version = {"form_id": 1, "version": 1, "name": "通话质检", "content": CONTENT}
    await connection.execute(
        insert(QualityFormVersionRow).values(
            {**version, "published_at": BEGAN, "published_by": MANAGER}
        )
    )


async def inspected(connection: AsyncConnection) -> None:
    """Keep one of each. Item 1 is the manager's, with a draft; item 2 has the score 1."""
    await connection.execute(update(Call).where(Call.id == call_id(2)).values(agent=AGENT))
    await a_form(connection)
    quotas = {"share": 5.0, "risk_share": 30.0, "weekly": 2, "double_share": 10.0}
    kind = {"thing": "call", "business": "complaint", "of": 5, "drawn": 1, "by_risk": 0}
    draw = {"day": DAY, "seed": "0f" * 16, "drawn_at": BEGAN, "drawn_by": "", "digest": "a" * 64}
    await connection.execute(
        insert(QualityDrawRow).values({**draw, "quotas": quotas, "kinds": [kind]})
    )
    session = {"name": "十一月校准", "call_id": call_id(2), "agent": AGENT}
    await connection.execute(
        insert(QualitySessionRow).values({**session, "made_at": BEGAN, "made_by": MANAGER})
    )
    await connection.execute(
        insert(QualityItemRow),
        [
            item("call/1/1", state="taken", inspector=MANAGER, taken_at=BEGAN),
            item("call/2/1", state="submitted", inspector=INSPECTOR, done_at=BEGAN),
            item("call/3/1", signals=["agent_first", "repeated"], reason="risk", risk=6.0),
            item("live/1", thing="live", subject="", call_id=None, reason="live"),
        ],
    )
    draft = {"item_id": 1, "inspector": MANAGER, "form_id": 1, "form_version": 1, "version": 1}
    said = {"answers": ANSWERS, "marks": MARKS, "words": "尚可"}
    await connection.execute(
        insert(QualityScoreDraftRow).values({**draft, **said, "saved_at": BEGAN})
    )
    score = {"item_id": 2, "version": 1, "form_id": 1, "form_version": 1, "thing": "call"}
    about = {"subject": call_id(2), "call_id": call_id(2), "agent": AGENT, "scorer": INSPECTOR}
    counts = {"tenths": 778, "fatal": False, "why": "", "official": True, "digest": "b" * 64}
    await connection.execute(
        insert(QualityScoreRow).values({**score, **about, **said, **counts, "at": BEGAN})
    )
    appeal = {"item_id": 2, "score_id": 1, "agent": AGENT, "words": "当时线路有杂音"}
    decided = {"outcome": "rejected", "decided_by": MANAGER, "decided_words": "录音里听得清"}
    await connection.execute(
        insert(QualityAppealRow).values(
            {**appeal, **decided, "made_at": BEGAN, "decided_at": BEGAN}
        )
    )
    note = {"agent": AGENT, "score_id": 1, "by": MANAGER, "words": "开头请大声一点"}
    await connection.execute(insert(QualityNoteRow).values({**note, "made_at": BEGAN}))


async def taken(connection: AsyncConnection, by: str, name: str) -> None:
    """Keep one more item, which somebody has taken."""
    row = item(name, state="taken", inspector=by, taken_at=BEGAN)
    await connection.execute(insert(QualityItemRow).values(row))


def item(key: str, **values: object) -> dict[str, object]:
    """Return a row of the work list."""
    return {
        "key": key,
        "day": DAY,
        "thing": "call",
        "subject": call_id(2),
        "call_id": call_id(2),
        "agent": AGENT,
        "business": "complaint",
        "reason": "uniform",
        "signals": [],
        "risk": 0.0,
        "turn": 1,
        "twin": None,
        "session_id": None,
        "state": "open",
        "inspector": None,
        "taken_at": None,
        "done_at": None,
        "made_at": BEGAN,
        **values,
    }
