"""Evidence of a wake-up as a PDF (WAK-5): the same facts as its page.

The library is imported when the first PDF is asked for: it takes a while, and most days nobody
asks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from callflow.call import Language
from features.call_recordings.lifecycle import Recording
from features.wake_up_evidence.evidence import Evidence
from web.formats import NOTHING, Formats
from web.printed_font import FONT, read_font
from web.words import said

MARGIN: Final = 51.0
"""Points: 18 mm."""
GREY: Final = 0.6
SIZE, TITLE_SIZE = 9, 16
LONGEST_WORD: Final = 20

Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed, for whom."""

    evidence: Evidence
    show: Formats
    """The house's clock, and what the role may see."""
    language: Language
    company: str
    printed_at: datetime
    printed_by: str


def made(sheet: Sheet) -> bytes:
    """Return the PDF."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (start-up time counts)
    from reportlab.platypus import SimpleDocTemplate, Spacer  # noqa: PLC0415

    read_font()
    t = said(sheet.language)
    paper = BytesIO()
    title = t("wake.pdf_title", room=_room(sheet))
    document = SimpleDocTemplate(
        paper,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author=sheet.company,
    )
    wide = A4[0] - 2 * MARGIN
    story = [_paragraph(title, TITLE_SIZE), Spacer(1, 10)]
    story += [_table(facts(sheet), [0.26, 0.74], wide, headed=False), Spacer(1, 14)]
    story += [_paragraph(t("wake.attempts"), 12), Spacer(1, 4)]
    rows = list(rings(sheet))
    if len(rows) > 1:
        story.append(_table(rows, [0.2, 0.13, 0.12, 0.11, 0.11, 0.15, 0.18], wide, headed=True))
    else:
        story.append(_paragraph(t("wake.not_rung_yet"), SIZE))
    story += [Spacer(1, 14), _paragraph(t("wake.recordings"), 12), Spacer(1, 4)]
    sounds = list(recordings(sheet))
    if len(sounds) > 1:
        story.append(_table(sounds, [0.36, 0.1, 0.54], wide, headed=True))
    else:
        story.append(_paragraph(t("wake.no_recordings"), SIZE))
    foot = _foot(sheet, t)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return paper.getvalue()


def facts(sheet: Sheet) -> list[tuple[str, str]]:
    """Return what was asked for and what came of it, as words and values."""
    t, show, evidence = said(sheet.language), sheet.show, sheet.evidence
    row, line = evidence.shown, evidence.line
    wake_up, wish = row.wake_up, line.registration
    there = Formats(ZoneInfo(row.zone), show.role)
    proof = f" ({t(f'wake.proof_{wake_up.proof}')})" if wake_up.proof else ""
    maker = line.made_by or t(f"wake.through_{line.made_through}")
    found = [
        (t("wake.room"), show.text(row.room)),
        (t("wake.guest"), show.name(row.guest) or NOTHING),
        (t("wake.number"), show.number(wake_up.number)),
        (t("wake.due"), f"{there.minute(wake_up.due)} {row.zone}"),
        (t("wake.repeat"), t(f"wake.repeat_{wish.repeat}")),
        (t("wake.registered"), f"{show.moment(line.made_at)} {maker}"),
        (t("wake.state"), t(f"wake.state_{wake_up.state}")),
        (t("wake.awake_at"), f"{there.moment(wake_up.awake_at)}{proof}"),
        (t("wake.late"), show.length(wake_up.late_s)),
        (t("wake.tries"), f"{wake_up.tries}"),
        (t("wake.snoozes"), f"{wake_up.snoozes}"),
    ]
    if show.zone.key != row.zone:
        house = f"{show.minute(wake_up.due)} {show.zone.key}"
        found.insert(4, (t("wake.of_house"), house))
    return found


def rings(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    """Give the heading, then every time that somebody was rung."""
    t, show = said(sheet.language), sheet.show
    heads = ("rung", "who", "number", "answered", "ended", "result", "said")
    yield tuple(t(f"wake.{head}") for head in heads)
    for one in sheet.evidence.attempts:
        yield (
            show.moment(one.rung_at or one.planned_at),
            t(f"wake.who_{one.who}"),
            show.number(one.number),
            show.clock(one.answered_at),
            show.clock(one.ended_at),
            t(f"wake.result_{one.result}") if one.result else t("wake.goes_on"),
            t(f"wake.said_{one.said}") if one.said else NOTHING,
        )


def recordings(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    """Give the heading, then the recordings: of the guest's own call first, then of the rings."""
    t, show, known = said(sheet.language), sheet.show, sheet.evidence.recordings
    yield t("wake.call"), t("wake.length"), t("wake.fingerprint")
    asked = sheet.evidence.line.call_id
    calls = ([asked] if asked else []) + [one.id for one in sheet.evidence.attempts]
    for call_id in calls:
        found: Recording | None = known.get(call_id)
        if found is not None:
            yield call_id, show.length(found.seconds), found.sha256 or NOTHING


def _room(sheet: Sheet) -> str:
    return sheet.show.text(sheet.evidence.shown.room)


def _paragraph(text: str, size: float) -> Any:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    # only so are Chinese lines, and a fingerprint, broken at the margin; English would be mid-word
    anywhere = not text.isascii() or any(len(word) > LONGEST_WORD for word in text.split())
    style = ParagraphStyle(
        f"plain-{size}-{anywhere}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        wordWrap="CJK" if anywhere else None,
    )
    return Paragraph(escape(text), style)


def _table(
    rows: Sequence[Sequence[str]], parts: Sequence[float], wide: float, *, headed: bool
) -> Any:
    from reportlab.lib.colors import Color  # noqa: PLC0415
    from reportlab.platypus import Table  # noqa: PLC0415

    cells = [[_paragraph(cell, SIZE) for cell in row] for row in rows]
    table = Table(cells, colWidths=[part * wide for part in parts], repeatRows=int(headed))
    line = Color(GREY, GREY, GREY)
    table.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, line),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return table


def _foot(sheet: Sheet, t: Words) -> Callable[[Any, Any], None]:
    printed = t(
        "wake.pdf_foot",
        company=sheet.company,
        at=f"{sheet.show.moment(sheet.printed_at)} {sheet.show.zone.key}",
        by=sheet.printed_by or NOTHING,
    )

    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 7)
        canvas.drawString(MARGIN, MARGIN / 2, printed)
        canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN / 2, f"{document.page}")

    return draw
