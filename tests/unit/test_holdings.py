"""Nothing about people is kept without its feature saying how it is given out and erased."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, MetaData, String, Table
from sqlalchemy.dialects import sqlite

from callflow.call import Language
from db.bulk import table_of
from db.holdings import Holding, Rules, Subject
from features.personal_data.registry import (
    declared,
    holdings,
    is_text,
    name_columns,
    plain,
    spoken,
)
from features.tables import METADATA
from tests.integration.masking_house import NAME_COLUMNS, NUMBER_COLUMNS, TEXT_COLUMNS
from upkeep_settings import UpkeepSettings
from web.words import said

WHO = Subject(identity="+8613812345678", written=frozenset({"13812345678"}), pseudonym="f" * 64)
PURPOSES = {
    name.removeprefix("keep_") for name in UpkeepSettings.model_fields if name.startswith("keep_")
}
FILES = {"recordings", "messages", "logs", "complaints"}
"""Purposes of what is no row, or no purpose but a bound."""


def undeclared(metadata: MetaData) -> list[str]:
    """Return the columns of text of which no feature says what stands there."""
    whole = {holding.name for holding in holdings() if holding.gone}
    whole |= {table.__tablename__ for each in declared() for table in each.staff}
    told = {
        f"{holding.name}.{name}"
        for holding in holdings()
        for name in (*holding.erased, holding.pseudonym)
    }
    for each in declared():
        for table, columns in (*each.plain.items(), *each.mentions.items()):
            told |= {f"{table.__tablename__}.{column}" for column in columns}
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if is_text(column) and table.name not in whole
        if f"{table.name}.{column.name}" not in told
    ]


def test_every_column_of_text_is_declared_by_its_feature() -> None:
    assert not undeclared(METADATA), "say it in the holdings.py of its feature"
    more = MetaData()
    Table("guests", more, Column("name", String(80)))
    Table("tickets", more, Column("body", String(80)), Column("email", String(80)))
    assert undeclared(more) == ["guests.name", "tickets.email"]


def test_what_is_declared_is_there() -> None:
    for each in declared():
        for table, columns in (*each.plain.items(), *each.mentions.items()):
            assert set(columns) <= set(table_of(table).columns.keys()), table


def test_what_is_plain_holds_no_number_no_name_and_no_text_of_people() -> None:
    """The masking's own lists know where people's data stand: none of that may be called plain."""
    personal = NUMBER_COLUMNS | NAME_COLUMNS | TEXT_COLUMNS
    not_people = {
        # of the staff, of rooms, of the house's own words: told apart where they are declared
        *("call_events.name", "call_events.channel", "calls.fallback", "calls.route_reasons"),
        *("calls.scripts", "tickets.department", "tickets.business", "tickets.nature"),
        "wake_registrations.room",
    }
    wrong = [
        f"{table}.{column}"
        for table, columns in plain().items()
        for column in columns
        if f"{table}.{column}" in personal - not_people
    ]
    assert not wrong, f"{wrong}: a number, a name or free text may stand there"


def test_every_column_of_a_name_or_a_number_is_erased_or_looked_through() -> None:
    seen = {f"{table.name}.{column.name}" for table, columns in spoken() for column in columns}
    gone = {holding.name for holding in holdings() if holding.gone}
    erased = {f"{holding.name}.{name}" for holding in holdings() for name in holding.erased}
    for column in NUMBER_COLUMNS | NAME_COLUMNS:
        assert column in seen, f"{column}: nobody looks for a mention there"
        assert column in erased or column.split(".")[0] in gone, f"{column}: it is never erased"


@pytest.mark.parametrize("holding", holdings(), ids=lambda one: one.name)
def test_a_holding_names_columns_that_are_there(holding: Holding) -> None:
    columns = table_of(holding.table).columns.keys()
    named = {*holding.erased, *holding.shown, holding.since, holding.names, holding.calls}
    named |= {holding.channels, holding.sound, holding.pseudonym}
    assert named - {""} <= set(columns)
    assert holding.gone or holding.erased
    assert not holding.purpose or (holding.purpose in PURPOSES and holding.since)
    str(holding.theirs(WHO).compile(dialect=sqlite.dialect()))
    if holding.kept is not None:
        assert holding.why, "say why it stays"
        rules = Rules(now=datetime(2026, 1, 1, tzinfo=UTC), complaints_days=30)
        str(holding.kept(rules).compile(dialect=sqlite.dialect()))


def test_every_setting_of_days_has_something_to_destroy() -> None:
    assert {holding.purpose for holding in holdings()} - {""} == PURPOSES - FILES


def test_a_name_stands_beside_the_number_of_its_table() -> None:
    assert {f"{table}.{column}" for table, column in name_columns()} == NAME_COLUMNS


@pytest.mark.parametrize("language", Language)
def test_the_page_of_peoples_rights_has_words_for_all_that_is_held(language: Language) -> None:
    t = said(language)
    for name in {holding.name for holding in holdings()} | {table.name for table, _ in spoken()}:
        assert t(f"personal.table_{name}")
    for holding in holdings():
        assert not holding.why or t(holding.why, count=1)
