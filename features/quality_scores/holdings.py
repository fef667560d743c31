"""Scores, appeals and notes are about the staff: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.quality_scores.integrity import reseal
from features.quality_scores.tables import (
    QualityAppealRow,
    QualityNoteRow,
    QualityScoreDraftRow,
    QualityScoreRow,
)

HOLDINGS = Holdings(
    staff=(QualityScoreDraftRow, QualityScoreRow, QualityAppealRow, QualityNoteRow),
    plain={
        QualityScoreDraftRow: ("inspector", "answers"),
        QualityScoreRow: (
            *("thing", "subject", "call_id", "agent", "scorer", "answers", "digest"),
        ),
        QualityAppealRow: ("agent", "outcome", "decided_by"),
        QualityNoteRow: ("agent", "by"),
    },
    remade={QualityScoreRow: reseal},
)
