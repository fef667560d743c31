"""What webhooks say of customers: nothing. What waits for them is in the feed."""

from db.holdings import Holdings
from features.webhooks.tables import WebhookAnswerRow, WebhookRow

HOLDINGS = Holdings(
    plain={
        WebhookRow: (
            *("id", "name", "url", "secret", "kinds", "state", "test_id", "busy_by", "made_by"),
        ),
        WebhookAnswerRow: ("webhook_id", "event_id", "what", "fault"),
    }
)
