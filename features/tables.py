"""List of all tables: whoever compares or makes them must have loaded every one."""

import importlib
from pathlib import Path

from sqlalchemy import MetaData

from db.base import Base

_HERE = Path(__file__).parent

for _folder in sorted(found.parent.name for found in _HERE.glob("*/tables.py")):
    importlib.import_module(f"features.{_folder}.tables")
for _engine in ("dispatch.tables", "floor.tables", "ledger.tables"):
    importlib.import_module(_engine)

METADATA: MetaData = Base.metadata
