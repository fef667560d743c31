"""Asterisk's side of an AGI visit, scripted: variables, two applications, the hang-up."""

import asyncio
import re

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
ENVIRONMENT = """agi_network: yes
agi_network_script: hotline?call=11111111-2222-3333-4444-555555555555
agi_request: agi://127.0.0.1/hotline?call=11111111-2222-3333-4444-555555555555
agi_channel: PJSIP/trunk-00000001
agi_uniqueid: trk12345678-1795298051.1
agi_callerid: 13800138000
agi_calleridname: 王小明

"""


def words_of(line: str) -> list[str]:
    """Split a command as Asterisk's parser does: unknown backslash escapes lose the backslash."""
    return [plain or re.sub(r"\\(.)", r"\1", quoted) for quoted, plain in _WORD.findall(line)]


class FakeVisit:
    """One call's visit to the AGI server on `port`, from the switch's side."""

    def __init__(self, port: int, *, leaves: bool = False) -> None:
        self.port, self.leaves = port, leaves
        self.variables: dict[str, str] = {}
        self.commands: list[list[str]] = []
        self.gone = asyncio.Event()

    async def run(self) -> None:
        """Play the switch until our side closes."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(ENVIRONMENT.encode())
        leaving = asyncio.create_task(self._leave()) if self.leaves else None
        while line := await reader.readline():
            self.commands.append(words_of(line.decode()))
            self.writer.write(f"{await self._answer(*self.commands[-1])}\n".encode())
        if leaving:
            await leaving
        self.writer.close()

    async def _leave(self) -> None:
        await asyncio.sleep(0.3)
        self.gone.set()
        self.writer.write(b"HANGUP\n")

    async def _answer(self, verb: str, *rest: str) -> str:
        reply = "510 Invalid or unknown command"
        match verb, *rest:
            case "SET", "VARIABLE", name, value:
                self.variables[name] = value
                reply = "200 result=1"
            case "GET", "VARIABLE", name:
                value = self.variables.get(name, "")
                reply = f"200 result=1 ({value})" if value else "200 result=0"
            case "EXEC", *_ if self.gone.is_set():
                reply = "511 Command Not Permitted on a dead channel or intercept routine"
            case "EXEC", "Wait", seconds:
                reply = f"200 result={await self._waited(float(seconds))}"
            case "EXEC", *_:
                reply = "200 result=-2"
        return reply

    async def _waited(self, seconds: float) -> int:
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return 0
        return -1
