"""Calls as trunks send them, and what must come of each (`test_offers.py`). Does no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.end_to_end.trunk.stage import OTHER_NUMBER
from tests.end_to_end.trunk_offer import EVENTS, HOST, Offer

CRYPTO: Final = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"
CALLER: Final = "13800138000"


@dataclass(frozen=True, slots=True)
class Case:
    """One call: how it is asked for, the final status, and what stands in its row."""

    name: str
    invite: Mapping[str, Any]
    status: int = 200
    row: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    """The reason that a refusal is seen under."""
    told: str = ""


def offers() -> list[Case]:
    return [
        *(Case(f"offer {name}", {"offer": offer}) for name, offer in TAKEN.items()),
        Case("no offer", {"offer": None}),
        *(
            Case(f"offer {name}", {"offer": offer}, 488, why="codecs", told=told)
            for name, (offer, told) in REFUSED.items()
        ),
        Case(
            "requires preconditions",
            {"headers": ["Require: precondition"]},
            420,
            why="extension",
            told="precondition",
        ),
        Case("requires 100rel", {"headers": ["Require: 100rel"]}),
        Case("a PRACK that is late", {"headers": ["Require: 100rel"], "prack_after": 3.0}),
        Case(
            "requires timers",
            {"headers": ["Require: timer", "Session-Expires: 120;refresher=uac"]},
        ),
        Case(
            "wants us to refresh",
            {"headers": ["Supported: timer", "Session-Expires: 90;refresher=uas"]},
        ),
    ]


TAKEN: Final[Mapping[str, Offer]] = {
    "PCMA": Offer(),
    "PCMU": Offer(("0 PCMU/8000", EVENTS)),
    "G.722": Offer(("9 G722/8000", EVENTS)),
    "opus": Offer(("111 opus/48000/2", EVENTS)),
    "GSM": Offer(("3 GSM/8000", EVENTS)),
    "G.729 first": Offer(("18 G729/8000", "8 PCMA/8000", EVENTS)),
    "PCMA as 97": Offer(("97 PCMA/8000", EVENTS)),
    "events as 96": Offer(("8 PCMA/8000", "96 telephone-event/8000")),
    "no events": Offer(("8 PCMA/8000",)),
    "ptime 40": Offer(more=("a=ptime:40",)),
    "SRTP alone": Offer(profile="RTP/SAVP", more=(CRYPTO,)),
    "video first": Offer(before=("m=video 5000 RTP/AVP 96", "a=rtpmap:96 H264/90000")),
    "two audios": Offer(after=("m=audio 5002 RTP/AVP 0", "a=rtpmap:0 PCMU/8000")),
    "fax besides": Offer(after=("m=image 5004 udptl t38",)),
}
REFUSED: Final[Mapping[str, tuple[Offer, str]]] = {
    "G.729 alone": (Offer(("18 G729/8000", EVENTS)), "RTP/AVP G729"),
    "G.723 alone": (Offer(("4 G723/8000",)), "RTP/AVP G723"),
    "AVPF": (Offer(profile="RTP/AVPF"), "RTP/AVPF PCMA"),
    "SAVPF": (Offer(profile="RTP/SAVPF", more=(CRYPTO,)), "RTP/SAVPF PCMA"),
    "SRTP without a key": (Offer(profile="RTP/SAVP"), "RTP/SAVP PCMA"),
}


def called(port: int) -> list[Case]:
    """Return the numbers that are called at the switch's port."""
    at, hotline = f"{HOST}:{port}", {"did": "10050"}
    ours = [
        *("+8610050", "8610050", "+861010050", "01010050", "008610050", "9010050", "+86-10050"),
        *("10050;npdi", "10050;phone-context=+86", "10050%20", "%31%30%30%35%30", "account7"),
    ]
    other = {"did": OTHER_NUMBER}
    return [
        *(Case(f"called {one}", {"uri": f"sip:{one}@{at}"}, row=hotline) for one in ours),
        Case("called by tel:", {"uri": "tel:+8610050"}, row=hotline),
        Case("called tel: here", {"uri": "tel:10050;phone-context=+86"}, row=hotline),
        Case("called without user", {"uri": f"sip:{at}"}, row=hotline),
        Case("called as a phone", {"uri": f"sip:10050@{at};user=phone"}, row=hotline),
        Case("called in To", {"uri": f"sip:acct@{at}", "to": f"<sip:10050@{at}>"}, row=hotline),
        Case(
            "called in To, another",
            {"uri": f"sip:acct@{at}", "to": f'"x" <sip:+861058851234@{at};user=phone>'},
            row=other,
        ),
        Case(
            "called by P-Called-Party-ID",
            {
                "uri": f"sip:acct@{at}",
                "headers": [f"P-Called-Party-ID: <sip:01058851234@{at}>"],
            },
            row=other,
        ),
        *(
            Case(f"called {one}", {"uri": f"sip:{one}@{at}"}, row=other)
            for one in ("01058851234", "58851234", "+861058851234")
        ),
        *(
            Case(f"called {one}", {"uri": f"sip:{one}@{at}"}, 404, why="number")
            for one in ("99999", "8001", "110", "+8613900139000")
        ),
    ]


def _of(user: str, name: str = "") -> str:
    return f'"{name}" <sip:{user}@{HOST}>' if name else f"<sip:{user}@{HOST}>"


def _gbk(name: str) -> str:
    return name.encode("gbk").decode("utf-8", "surrogateescape")


def callers() -> list[Case]:
    nobody = {"number": "", "identity": "", "name": ""}
    known = {"number": "13900139000", "identity": "+8613900139000"}
    asserted = f"P-Asserted-Identity: <sip:13900139000@{HOST}>"
    sent = {
        **{f"of our phone {one}": (_of(one), (), {"number": one}) for one in ("8001", "8101")},
        "of our seat w01": (_of("w01"), (), nobody),
        "of an endpoint": (_of("trunk"), (), {"identity": ""}),
        "room110": (_of("room110"), (), {"number": "room110", "identity": ""}),
        "200 digits": (_of("1" * 200), (), nobody),
        "anonymous": (_of("anonymous"), (), {"identity": ""}),
        "with tel:": ("<tel:+8613800138000>", (), {"identity": "+8613800138000"}),
        "in context": (_of(f"{CALLER};phone-context=+86"), (), {"identity": "+8613800138000"}),
        "named in UTF-8": (_of(CALLER, "小王"), (), {"name": "小王"}),
        "named in GBK": (_of(CALLER, _gbk("小王")), (), {"name": "小王", "number": CALLER}),
        "named long": (_of(CALLER, _gbk("北京电信公司")), (), {"name": "北京电信公司"}),
        "named encoded": (f"=?UTF-8?B?5bCP546L?= {_of(CALLER)}", (), {"name": "小王"}),
        "named badly": (_of(CALLER, "\udcff\udcfe"), (), {"name": "", "number": CALLER}),
        "account, asserted": (_of("acct01"), (asserted,), known),
        "account, asserted tel:": (
            _of("acct01"),
            ("P-Asserted-Identity: <tel:+8613900139000>",),
            {"identity": "+8613900139000"},
        ),
        "account, RPID": (
            _of("acct01"),
            (f"Remote-Party-ID: <sip:13900139000@{HOST}>;party=calling;privacy=off",),
            known,
        ),
        "hidden, asserted": (
            '"Anonymous" <sip:anonymous@anonymous.invalid>',
            (asserted, "Privacy: id"),
            nobody,
        ),
        "hidden": (_of(CALLER, "A"), ("Privacy: user;id",), nobody),
        "hidden, RPID": (
            _of(CALLER, "A"),
            (f"Remote-Party-ID: <sip:13900139000@{HOST}>;privacy=full",),
            nobody,
        ),
        "not hidden": (_of(CALLER), ("Privacy: none",), {"number": CALLER}),
    }
    return [
        Case(f"caller {name}", {"sender": sender, "headers": headers}, row=row)
        for name, (sender, headers, row) in sent.items()
    ]
