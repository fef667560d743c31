"""What departments say of customers: nothing."""

from db.holdings import Holdings
from features.departments.tables import DepartmentRow

HOLDINGS = Holdings(
    plain={
        DepartmentRow: (*("name", "name_en", "office", "holidays", "phone", "email", "updated_by"),)
    },
)
