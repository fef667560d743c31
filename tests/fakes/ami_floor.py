"""Asterisk's side of AMI for the floor: queues whose members come, go and rest.

It can cut the link before or after it carries out an action of a name: whoever sent it cannot tell.
"""

from collections.abc import Mapping

from tests.fakes.ami_switch import FakeAmi, _lines, _response

Member = dict[str, str]


class FakeFloor(FakeAmi):
    """Queues and members; `cut` names the action at which the link breaks, once."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[tuple[str, str], Member] = {}
        self.cut: str = ""
        self.carried_out_before_the_cut = True
        self._refused = False

    def refuse(self, *, refused: bool) -> None:
        """Cut the link, and let nobody in until told otherwise."""
        self._refused = refused
        self.drop()

    def sent(self, action: str) -> list[dict[str, str]]:
        """Return the actions of a name that arrived."""
        return [one for one in self.actions if one["Action"] == action]

    def offers(self, call: str, seat: str, linkedid: str, number: str = "13812345678") -> None:
        """Say that a seat's phone is about to ring."""
        head = {"Channel": f"PJSIP/{seat}-1", "ConnectedLineNum": number, "Linkedid": linkedid}
        own = {"UserEvent": "Offer", "Call": call, "Seat": seat, "Queue": "hotline"}
        self.tell(self.event("UserEvent", **head, **own))

    def joins(self, queue: str, linkedid: str) -> None:
        """Say that a caller waits in a queue."""
        caller = {"Channel": f"PJSIP/trunk-{linkedid[-1]}", "Linkedid": linkedid}
        self.channels.add(caller["Channel"])
        self.tell(self.event("QueueCallerJoin", Queue=queue, Position="1", Count="1", **caller))

    def phone(self, seat: str, device: int) -> None:
        """Say what a seat's phone does, as a device state."""
        for (queue, interface), member in self.members.items():
            if interface == f"PJSIP/{seat}":
                state = {
                    **self._row(),
                    "Queue": queue,
                    "Status": str(device),
                    "Paused": member["Paused"],
                }
                names = {"Interface": interface, "MemberName": member["Name"]}
                self.tell(self.event("QueueMemberStatus", **names, **state))

    def connects(self, seat: str, linkedid: str) -> None:
        """Say that the agent has answered."""
        self.tell(
            self.event(
                "AgentConnect",
                Queue="hotline",
                Interface=f"PJSIP/{seat}",
                Linkedid=linkedid,
                Channel="PJSIP/trunk-1",
                DestChannel=f"PJSIP/{seat}-1",
                HoldTime="3",
            )
        )

    def _answer(self, action: Mapping[str, str]) -> list[str]:
        if self._refused:
            self.drop()
            return []
        if action["Action"] != self.cut:
            return self._carried_out(action)
        self.cut = ""
        if self.carried_out_before_the_cut:
            self._carried_out(action)
        self.drop()
        return []

    def _carried_out(self, action: Mapping[str, str]) -> list[str]:
        match action:
            case {"Action": "QueueAdd", "Queue": queue, "Interface": one}:
                key = (queue, one)
                if key in self.members:
                    return [_response(action, "Error", Message="Interface: Already there")]
                paused = "1" if action.get("Paused") == "true" else "0"
                self.members[key] = {"Name": action.get("MemberName", one), "Paused": paused}
                return [_response(action)]
            case {"Action": "QueueRemove", "Queue": queue, "Interface": one}:
                gone = self.members.pop((queue, one), None)
                word = ("Success", "") if gone else ("Error", "Interface: Not there")
                return [_response(action, word[0], Message=word[1])]
            case {"Action": "QueuePause"}:
                self._pause(action)
                return [_response(action)]
            case {"Action": "Status"}:
                return [self._list_begin(action), _complete("StatusComplete", action)]
        return super()._answer(action)

    def _pause(self, action: Mapping[str, str]) -> None:
        for (queue, interface), member in self.members.items():
            if interface == action.get("Interface") and action.get("Queue", queue) == queue:
                paused = action["Paused"] == "true"
                member["Paused"] = "1" if paused else "0"
                member["PausedReason"] = action["Reason"] if paused else ""

    def _queue(self, action: Mapping[str, str]) -> list[str]:
        rows = [
            f"Event: QueueMember\r\n{_lines(self._listed(queue, one, member, action))}\r\n"
            for (queue, one), member in self.members.items()
        ]
        return [self._list_begin(action), *rows, _complete("QueueStatusComplete", action)]

    def _listed(
        self, queue: str, interface: str, member: Member, action: Mapping[str, str]
    ) -> dict[str, str]:
        known = {"Status": "1", "InCall": "0", "CallsTaken": "0", "PausedReason": "", **member}
        return {"Queue": queue, "Location": interface, **known, "ActionID": action["ActionID"]}

    def _list_begin(self, action: Mapping[str, str]) -> str:
        return _response(action, EventList="start", Message="A list will follow")


def _complete(event: str, action: Mapping[str, str]) -> str:
    return f"Event: {event}\r\nActionID: {action['ActionID']}\r\nEventList: Complete\r\n\r\n"
