"""Asking everybody where a call is: Asterisk, the floor, the database and the pages."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from bench.ways.agents import Seated
from tests.end_to_end.house import House

WITHIN_S = 5.0
"""After a step all of them must say the same within this time (A2)."""
_EVERY_S = 0.25
_TALKING = frozenset({"talking", "on_hold"})


@dataclass(frozen=True)
class Seen:
    """Who has the caller, by each of those who were asked: seats."""

    asterisk: frozenset[str]
    floor: frozenset[str]
    database: frozenset[str]
    pages: frozenset[str]
    ended: bool = False

    @property
    def agreed(self) -> bool:
        return self.asterisk == self.floor == self.database == self.pages

    def __str__(self) -> str:
        parts = [
            f"{name} {','.join(sorted(getattr(self, name))) or '-'}"
            for name in ("asterisk", "floor", "database", "pages")
        ]
        return "; ".join(parts)


class Witnesses:
    """All that can say where a call is."""

    def __init__(self, house: House, leader: httpx.AsyncClient, agents: Sequence[Seated]) -> None:
        self._house, self._leader, self._agents = house, leader, agents
        self._seats = {one.seat for one in agents}

    async def agree(self, call: str, number: str) -> tuple[Seen, float]:
        """Return what all say when they agree, or at the end of the time; and after how long."""
        began = time.monotonic()
        while True:
            seen = await self.see(call, number)
            took = time.monotonic() - began
            if seen.agreed or seen.ended or took > WITHIN_S:
                return seen, took
            await asyncio.sleep(_EVERY_S)

    async def see(self, call: str, number: str) -> Seen:
        """Ask all of them once."""
        asterisk, board, rows, shown = await asyncio.gather(
            self._house.asterisk("core show channels concise"),
            self._leader.get("/api/v1/floor"),
            self._house.rows(
                "SELECT c.state, s.seat FROM calls c LEFT JOIN talk_segments s"
                " ON s.call_id = c.id AND s.to_at IS NULL WHERE c.id = :id",
                id=call,
            ),
            asyncio.gather(*(one.call() for one in self._agents)),
        )
        agents = board.json()["agents"]
        on_floor = {
            one["seat"] for one in agents if one["call"] == call and one["state"] in _TALKING
        }
        in_pages = {one.seat for one, has in zip(self._agents, shown, strict=True) if has == call}
        return Seen(
            asterisk=frozenset(self._bridged(asterisk, number)),
            floor=frozenset(on_floor),
            database=frozenset(str(row["seat"]) for row in rows if row["seat"]),
            pages=frozenset(in_pages),
            ended=any(row["state"] == "ended" for row in rows),
        )

    def _bridged(self, listed: str, number: str) -> set[str]:
        """Return the seats in one bridge with the caller of this number."""
        legs = [line.split("!") for line in listed.splitlines() if line.count("!") >= 12]
        bridge = next((leg[-2] for leg in legs if leg[7] == number and leg[-2]), "")
        if not bridge:
            return set()
        seats = (
            leg[0].removeprefix("PJSIP/").rpartition("-")[0] for leg in legs if leg[-2] == bridge
        )
        return {seat for seat in seats if seat in self._seats}
