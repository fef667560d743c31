"""What calls to departments say: names of departments, and words of ours."""

from db.holdings import Holdings
from features.department_calls.tables import (
    DepartmentAskRow,
    DepartmentCallRow,
    DepartmentCallTicketRow,
)

HOLDINGS = Holdings(
    plain={
        DepartmentAskRow: ("department", "state", "result"),
        DepartmentCallRow: ("department", "reached", "result"),
        DepartmentCallTicketRow: ("key",),
    },
)
