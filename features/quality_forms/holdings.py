"""Forms are the house's words: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.quality_forms.tables import QualityFormRow, QualityFormVersionRow

HOLDINGS = Holdings(
    staff=(QualityFormRow, QualityFormVersionRow),
    plain={
        QualityFormRow: ("thing", "made_by"),
        QualityFormVersionRow: ("published_by",),
    },
)
