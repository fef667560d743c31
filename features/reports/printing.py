"""A report as a PDF with charts, as an XLSX, and as the text of a letter. Does no I/O.

The library is imported when the first PDF is asked for: it takes a while, and most days nobody
asks. Figures and words are those of the page (`view.py`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from io import BytesIO
from typing import Any, Final

from callflow.call import Language
from features.reports.parts import Block, Chart
from features.reports.queries import Report
from features.reports.view import blocks, title_of
from imports.writing import workbook
from settings import Settings
from web.formats import NOTHING
from web.printed_font import FONT, read_font
from web.words import Translate, said

MARGIN: Final = 51.0
"""Points: 18 mm."""
SIZE, HEAD_SIZE, TITLE_SIZE = 9, 12, 16
CHART_HEIGHT: Final = 110.0
PADDING: Final = 6.0
"""What the library leaves beside everything, within the margin."""
NEEDED: Final = 130.0
"""What must be left of a page for another title, so that none stands alone at the end."""
MOST_LABELS: Final = 16
"""Names under a chart; more would stand in each other's way."""
GREY: Final = 0.6


def name_of(report: Report) -> str:
    """Return the name of a report's file, without its ending."""
    return f"{report.sort}-{report.period}-{report.from_day}-{report.id}"


def sheet(report: Report, language: Language) -> bytes:
    """Return a report as an XLSX; no cell is a formula."""
    t = said(language)
    return workbook(t(f"report.sort_{report.sort}"), _lines(report, t))


def _lines(report: Report, t: Translate) -> Iterator[list[str]]:
    yield [title_of(report, t)]
    yield [t("report.hash"), report.hash]
    for block in blocks(report, t):
        yield []
        yield [block.title]
        yield list(block.heads)
        for row in block.rows:
            yield [cell.text for cell in row]


def letter_text(report: Report, language: Language, company: str) -> tuple[str, str, str]:
    """Return the name of the file, the subject and the text of a report's letter."""
    t = said(language)
    title = title_of(report, t)
    first = blocks(report, t)[:1]
    lines = [": ".join(cell.text for cell in row[:2]) for block in first for row in block.rows]
    body = t("report.letter", title=title, lines="\n".join(lines), hash=report.hash)
    return name_of(report), f"{company} {title}", body


def paper(
    report: Report,
    language: Language,
    settings: Settings,
    *,
    printed_at: datetime,
    printed_by: str,
) -> bytes:
    """Return a report as a PDF."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (start-up time counts)
    from reportlab.platypus import SimpleDocTemplate, Spacer  # noqa: PLC0415

    read_font()
    t = said(language)
    title, written = title_of(report, t), BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        title=title,
        author=settings.company,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
    )
    wide = A4[0] - 2 * (MARGIN + PADDING)
    story = [_paragraph(title, TITLE_SIZE), Spacer(1, 4)]
    made = report.made_at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
    story += [_paragraph(t("report.made", at=made, by=report.made_by or NOTHING), SIZE)]
    if report.corrects is not None:
        words = t("report.corrects", id=report.corrects, why=report.why)
        story += [_paragraph(words, SIZE)]
    story.append(Spacer(1, 10))
    for block in blocks(report, t):
        story += _block(block, wide, t)
    printed = t(
        "report.foot",
        company=settings.company,
        id=report.id,
        hash=report.hash,
        at=printed_at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M"),
        by=printed_by or NOTHING,
    )
    foot = _foot(printed)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _block(block: Block, wide: float, t: Translate) -> list[Any]:
    from reportlab.platypus import CondPageBreak, Spacer  # noqa: PLC0415

    story = [CondPageBreak(NEEDED), _paragraph(block.title, HEAD_SIZE), Spacer(1, 3)]
    if block.chart is not None and any(block.chart.values):
        story += [_drawn(block.chart, wide), Spacer(1, 4)]
    if block.rows:
        story.append(_table(block, wide))
    else:
        story.append(_paragraph(t("report.nothing_counted"), SIZE))
    return [*story, Spacer(1, 12)]


def _paragraph(text: str, size: float) -> Any:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph  # noqa: PLC0415

    anywhere = not text.isascii()
    style = ParagraphStyle(
        f"report-{size}-{anywhere}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        wordWrap="CJK" if anywhere else None,
    )
    return Paragraph(escape(text), style)


def _table(block: Block, wide: float) -> Any:
    from reportlab.lib.colors import Color  # noqa: PLC0415
    from reportlab.platypus import Table  # noqa: PLC0415

    rows = [[_paragraph(head, SIZE) for head in block.heads]]
    rows += [[_paragraph(cell.text, SIZE) for cell in row] for row in block.rows]
    others = len(block.heads) - 1
    widths = [0.4 * wide, *[0.6 * wide / others] * others]
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, Color(GREY, GREY, GREY)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )
    return table


def _drawn(chart: Chart, wide: float) -> Any:
    from reportlab.graphics.charts.barcharts import VerticalBarChart  # noqa: PLC0415
    from reportlab.graphics.shapes import Drawing  # noqa: PLC0415
    from reportlab.lib.colors import HexColor  # noqa: PLC0415

    drawing = Drawing(wide, CHART_HEIGHT)
    bars = VerticalBarChart()
    bars.x, bars.y, bars.width, bars.height = 30, 18, wide - 36, CHART_HEIGHT - 24
    bars.data = [tuple(chart.values)]
    every = -(-len(chart.labels) // MOST_LABELS)
    bars.categoryAxis.categoryNames = [
        label if place % every == 0 else "" for place, label in enumerate(chart.labels)
    ]
    bars.categoryAxis.labels.fontSize = bars.valueAxis.labels.fontSize = 7
    bars.categoryAxis.labels.fontName = bars.valueAxis.labels.fontName = FONT
    bars.valueAxis.valueMin = 0
    bars.bars[0].fillColor = HexColor("#2f6fb0")
    bars.bars[0].strokeColor = None
    bars.groupSpacing = 3
    drawing.add(bars)
    return drawing


def _foot(printed: str) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 6)
        canvas.drawString(MARGIN, MARGIN / 2, printed)
        canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN / 2, f"{document.page}")

    return draw
