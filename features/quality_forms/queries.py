"""Keeps and reads forms of inspection, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.quality_forms.rules import Content, Thing, content_in, kept
from features.quality_forms.tables import QualityFormRow, QualityFormVersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of inspection, with its draft."""

    id: int = 0
    name: str
    thing: Thing
    draft: Content
    version: int
    published: int
    retired_at: datetime | None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a form asks for since it was published."""

    form_id: int
    version: int
    name: str
    thing: Thing
    content: Content
    published_at: datetime
    published_by: str


async def add(connection: AsyncConnection, fresh: Form) -> int | None:
    """Keep a new form; return its id, None where the name is taken."""
    row = QualityFormRow
    made = insertion(table_of(row), connection.dialect.name).values(
        name=fresh.name,
        thing=fresh.thing.value,
        draft=kept(fresh.draft),
        version=fresh.version,
        published=fresh.published,
        made_at=fresh.made_at,
        made_by=fresh.made_by,
    )
    done = await connection.execute(made.on_conflict_do_nothing().returning(row.id))
    return done.scalar_one_or_none()


async def forms(connection: AsyncConnection) -> Sequence[Form]:
    """Return all forms by their names: it is never more than one page."""
    query = select(QualityFormRow.__table__).order_by(QualityFormRow.name, QualityFormRow.id)
    return [_form_in(row) for row in (await connection.execute(query)).mappings()]


async def form(connection: AsyncConnection, form_id: int, *, lock: bool = False) -> Form | None:
    """Return one form; `lock`: nobody else changes it until the transaction ends."""
    query = select(QualityFormRow.__table__).where(QualityFormRow.id == form_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings()
    found = row.one_or_none()
    return None if found is None else _form_in(found)


async def name_taken(connection: AsyncConnection, name: str, *, but: int) -> bool:
    """Tell whether another form has a name."""
    row = QualityFormRow
    query = select(row.id).where(row.name == name, row.id != but)
    return (await connection.execute(query)).first() is not None


async def change(connection: AsyncConnection, form_id: int, **values: object) -> None:
    """Change some columns of a form."""
    await connection.execute(
        update(QualityFormRow).where(QualityFormRow.id == form_id).values(values)
    )


async def publish(connection: AsyncConnection, fresh: Published) -> None:
    """Keep what a form asks for from now on."""
    await connection.execute(
        insert(QualityFormVersionRow).values(
            form_id=fresh.form_id,
            version=fresh.version,
            name=fresh.name,
            content=kept(fresh.content),
            published_at=fresh.published_at,
            published_by=fresh.published_by,
        )
    )


async def published(connection: AsyncConnection, form_id: int, version: int) -> Published | None:
    """Return one published version of a form, whether it is the newest or not."""
    row = QualityFormVersionRow
    query = (
        select(row.__table__, QualityFormRow.thing)
        .join(QualityFormRow, QualityFormRow.id == row.form_id)
        .where(row.form_id == form_id, row.version == version)
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else _published_in(found)


async def contents(connection: AsyncConnection, form_id: int) -> Sequence[Content]:
    """Return what all published versions of a form ask for."""
    row = QualityFormVersionRow
    query = select(row.content).where(row.form_id == form_id)
    return [content_in(each) for each in (await connection.execute(query)).scalars()]


async def offered(connection: AsyncConnection, thing: Thing) -> Sequence[Published]:
    """Return the newest version of each form with which a thing is scored now."""
    row, form_row = QualityFormVersionRow, QualityFormRow
    query = (
        select(row.__table__, form_row.thing)
        .join(form_row, (form_row.id == row.form_id) & (form_row.published == row.version))
        .where(form_row.thing == thing.value, form_row.retired_at.is_(None))
        .order_by(form_row.name, form_row.id)
    )
    return [_published_in(each) for each in (await connection.execute(query)).mappings()]


def _form_in(row: RowMapping) -> Form:
    values = {name: row[name] for name in Form.__slots__}
    return Form(**{**values, "thing": Thing(row["thing"]), "draft": content_in(row["draft"])})


def _published_in(row: RowMapping) -> Published:
    values = {name: row[name] for name in Published.__slots__}
    return Published(
        **{**values, "thing": Thing(row["thing"]), "content": content_in(row["content"])}
    )
