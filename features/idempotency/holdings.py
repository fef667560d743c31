"""What requests' keys say of customers: nothing that can be read.

An answer is sealed, and gone with its key (`THIRDRING_IDEMPOTENCY_KEEP`).
"""

from db.holdings import Holdings
from features.idempotency.tables import IdempotencyKeyRow

HOLDINGS = Holdings(plain={IdempotencyKeyRow: ("owner", "key", "asked", "answer")})
