"""What the records of people's rights say of people themselves."""

from db.holdings import Holding, Holdings, same
from features.personal_data.tables import ConsentRow, DestructionRow, ErasureRow, PersonKeyRow

HOLDINGS = Holdings(
    holdings=(Holding(table=ConsentRow, theirs=same(ConsentRow.identity), gone=True, since="at"),),
    mentions={ErasureRow: ("why",)},
    plain={
        ErasureRow: (
            *("person", "identity", "names", "found", "nodes", "state", "asked_by", "counts"),
            *("kept", "left"),
        ),
        DestructionRow: ("node", "rule", "what", "digest"),
        PersonKeyRow: ("key",),
        ConsentRow: ("purpose", "through", "by"),
    },
)
