"""The font of every PDF. It is carried in the PDF, with the characters that stand there.

So a PDF prints where no Chinese font is. Reading the font takes most of a second, once a process.
"""

from functools import cache
from pathlib import Path
from typing import Final

FONT: Final = "WenQuanYiMicroHei"
_FILE: Final = Path(__file__).parent / "font" / "wqy-microhei.ttc"


@cache
def read_font() -> None:
    """Make the font known to the library of PDFs."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 (start-up time counts)
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    pdfmetrics.registerFont(TTFont(FONT, f"{_FILE}"))
