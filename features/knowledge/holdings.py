"""The knowledge base is read to callers: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.knowledge import terms
from features.knowledge.tables import (
    KnowledgeFileRow,
    KnowledgeHelpedRow,
    KnowledgeProposalRow,
    KnowledgeRow,
    KnowledgeVersionRow,
)

HOLDINGS = Holdings(
    staff=(KnowledgeRow, KnowledgeVersionRow, KnowledgeProposalRow, KnowledgeFileRow),
    remade={KnowledgeRow: terms.keep},
    plain={
        KnowledgeRow: ("business", "updated_by"),
        KnowledgeProposalRow: ("ticket", "business", "state", "by", "decided_by"),
        KnowledgeFileRow: ("kind", "sha256", "added_by", "gone_by"),
        KnowledgeHelpedRow: ("matter", "by"),
    },
)
