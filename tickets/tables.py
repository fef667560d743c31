"""Owns the list of all tables: whoever compares or makes them must have loaded every one."""

from sqlalchemy import MetaData

from tickets import batch_models, desk_models, notice_models, outbound_models, people_models
from tickets.models import Base

METADATA: MetaData = Base.metadata

__all__ = [
    "METADATA",
    "batch_models",
    "desk_models",
    "notice_models",
    "outbound_models",
    "people_models",
]
