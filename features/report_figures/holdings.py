"""What figures say of customers: nothing. They are counts."""

from db.holdings import Holdings
from features.report_figures.tables import CountedByRow, FigureRow

HOLDINGS = Holdings(
    plain={
        FigureRow: (
            *("subject", "direction", "topic", "agent", "outcome"),
            *("kind", "business", "nature", "department"),
        ),
        CountedByRow: ("counted_by",),
    },
)
