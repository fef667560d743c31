"""What other features may use of departments in their own queries."""

from db.published import published
from features.departments.tables import DepartmentRow

DEPARTMENT = published(DepartmentRow, "name", "email")
"""One department: its name, and the address of its e-mails."""
