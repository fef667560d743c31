"""Owns the list of all tables: whoever compares or makes them must have loaded every one."""

from sqlalchemy import MetaData

from db.base import Base
from features.accounts import tables as people_models
from features.campaigns import tables as batch_models
from features.customers import tables as desk_models
from features.emergency_notifications import tables as notice_models
from features.wake_ups import tables as outbound_models

METADATA: MetaData = Base.metadata

__all__ = [
    "METADATA",
    "batch_models",
    "desk_models",
    "notice_models",
    "outbound_models",
    "people_models",
]
