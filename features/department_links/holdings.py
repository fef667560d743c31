"""What links to departments say of customers: nothing."""

from db.holdings import Holdings
from features.department_links.tables import DepartmentLetterRow, DepartmentLinkRow

HOLDINGS = Holdings(
    plain={
        DepartmentLinkRow: ("id", "order_number", "department", "address"),
        DepartmentLetterRow: ("order_number", "department", "address"),
    },
)
