"""What other features may use of the knowledge base in their own queries."""

from db.published import published
from features.knowledge.tables import KnowledgeRow

ENTRY = published(KnowledgeRow, "id", "business", "updated_at", "updated_by")
"""One answer: its business, and who wrote it last."""
