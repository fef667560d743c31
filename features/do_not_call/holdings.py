"""What the do-not-call list says: the wish outlives the person's erasure, as a keyed digest."""

from db.holdings import Holding, Holdings, same
from features.do_not_call.tables import DoNotCallRow

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=DoNotCallRow,
            theirs=same(DoNotCallRow.identity),
            erased={"number": "", "why": ""},
            pseudonym="identity",
        ),
    ),
    plain={DoNotCallRow: ("by",)},
)
