"""What legal holds say of a customer: while one stands nothing of the person is erased."""

from sqlalchemy import and_

from db.holdings import Holding, Holdings
from features.legal_holds.lifecycle import Thing
from features.legal_holds.tables import LegalHoldRow

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=LegalHoldRow,
            theirs=lambda who: and_(
                LegalHoldRow.thing == Thing.NUMBER.value, LegalHoldRow.subject == who.identity
            ),
            erased={"why": "", "reference": "", "lifted_why": ""},
            pseudonym="subject",
        ),
    ),
    mentions={LegalHoldRow: ("why", "reference", "lifted_why")},
    plain={LegalHoldRow: ("thing", "put_by", "lifted_by")},
)
