"""Shapes of accounts and their sessions in the API."""

from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, Field

from features.accounts.queries import Account
from permissions.roles import Role
from web.shapes import Id, Plain


class AccountShape(BaseModel):
    """One person who may sign in."""

    number: Id = Field(description="工号", examples=["1001"])
    name: Plain = Field(examples=["李梅"])
    role: Role
    department: Plain = Field(description="Whose tickets a `department` sees; empty: none.")
    team: Plain = Field(description="Whose people's work a `team-leader` sees; empty: everybody's.")
    language: Id = Field(description="Of the pages.", examples=["zh"])
    disabled_at: datetime | None
    must_change: bool = Field(description="Has a password that serves once.")
    locked_until: datetime | None = Field(
        description="After too many wrong passwords: until then only who is known is let in."
    )
    created_at: datetime
    version: int = Field(description="One more with each change; a change says which it saw.")

    @classmethod
    def of(cls, account: Account) -> Self:
        shape = cls.model_validate(account, from_attributes=True)
        # what lies in the past only says how many guesses were used up
        shape.locked_until = account.locked_until if account.locked(now=datetime.now(UTC)) else None
        return shape


class PasswordShown(BaseModel):
    """An account, and a password that is shown this once."""

    account: AccountShape
    password: Id = Field(description="For the first sign-in.", examples=["k7wd-m3xp-9fqa"])


class WhoShape(BaseModel):
    """Who asks."""

    number: Id = Field(description="工号; empty for a token.", examples=["1001"])
    name: Plain = Field(examples=["李梅"])
    role: Role
    language: Id = Field(examples=["zh"])
    must_change: bool = Field(description="The password must be changed before anything else.")
    csrf: Id = Field(description="To be sent as `X-CSRF-Token` with every change.")


class SessionShape(BaseModel):
    """One browser that is signed in."""

    id: int
    began_at: datetime
    seen_at: datetime = Field(description="Of the last request, to the minute.")
    ends_at: datetime = Field(description="When it ends unless it is used; at most 16 h long.")
    address: Plain = Field(examples=["192.0.2.7"])
    agent: Plain = Field(description="What the browser calls itself.")
    this: bool = Field(description="It is the session that asks.")
