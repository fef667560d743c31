"""Calls that the switch refused are seen: of the trunk one by one, of strangers by their number."""

from pathlib import Path

import pytest

from callservice.refusals import PROOF_WITHIN, REFUSED, Refusals, kept
from hep.sip import read
from hep.wire import Copied

TRUNK, STRANGER = "192.0.2.7", "203.0.113.9"
OFFER = "v=0\r\nm=audio 4000 RTP/AVP 18\r\n"


class Watched:
    """Refusals, fed with messages as Asterisk copies them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "refusals.json"
        self.noted: list[tuple[str, str]] = []
        self.now = 1_800_000_000.0
        self.seen = Refusals(
            trunks=["192.0.2.0/24", "not an address"],
            file=self.file,
            note=lambda call, what, **facts: self.noted.append((what, str(facts["why"]))),
            now=lambda: self.now,
        )

    def asks(self, source: str = TRUNK, *, number: int = 1, proof: str = "") -> None:
        self._see(
            f"INVITE sip:99999@h SIP/2.0\r\nFrom: <sip:13800138000@h>\r\nTo: <sip:99999@h>\r\n"
            f"Call-ID: c\r\nCSeq: {number} INVITE\r\n{proof}\r\n{OFFER}",
            source,
        )

    def is_told(
        self, status: int, *, number: int = 1, more: str = "", by: str = "ThirdRing"
    ) -> None:
        self._see(
            f"SIP/2.0 {status} No\r\nCall-ID: c\r\nCSeq: {number} INVITE\r\nServer: {by}\r\n"
            f"{more}\r\n",
            "127.0.0.1",
        )

    def _see(self, text: str, source: str) -> None:
        message = read(text.encode())
        assert message is not None
        self.seen.see(message, Copied(source, "127.0.0.1", "c", text.encode()))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.mark.parametrize(
    ("status", "more", "why", "told"),
    [
        (488, "", "codecs", "RTP/AVP G729"),
        (404, "", "number", "RTP/AVP G729"),
        (420, "Unsupported: precondition\r\n", "extension", "precondition"),
        (500, "", "other", "RTP/AVP G729"),
    ],
)
def test_a_refused_call_of_the_trunk_is_kept_with_its_reason(
    watched: Watched, status: int, more: str, why: str, told: str
) -> None:
    watched.asks()
    watched.is_told(status, more=more)
    watched.seen.turn()
    (found,) = kept(watched.file)
    assert (found.status, found.why, found.told, found.called) == (status, why, told, "99999")
    assert found.source == TRUNK
    assert found.caller == "138******00", "no whole number is in a log"
    assert watched.noted == [("refused", why)]


@pytest.mark.parametrize("status", [180, 200, 407, 422, 486, 487, 491])
def test_an_answer_by_which_a_call_goes_on_is_no_refusal(watched: Watched, status: int) -> None:
    watched.asks()
    watched.is_told(status)
    watched.seen.turn()
    assert kept(watched.file) == []


def test_a_phone_that_proves_its_password_was_not_refused(watched: Watched) -> None:
    watched.asks()
    watched.is_told(401)
    watched.asks(number=2, proof="Authorization: Digest x\r\n")
    watched.now += PROOF_WITHIN + 1
    watched.seen.turn()
    assert kept(watched.file) == []


def test_a_trunk_that_is_asked_for_a_password_was_refused(watched: Watched) -> None:
    watched.asks()
    watched.is_told(401)
    watched.seen.turn()
    assert kept(watched.file) == [], "a phone would have time to answer"
    watched.now += PROOF_WITHIN + 1
    watched.seen.turn()
    assert [one.why for one in kept(watched.file)] == ["password"]


def test_strangers_are_counted_and_nothing_more(watched: Watched) -> None:
    figure = REFUSED.labels("404", "number", "stranger")
    before = figure._value.get()
    watched.asks(STRANGER)
    watched.is_told(404)
    watched.seen.turn()
    assert figure._value.get() == before + 1
    assert (kept(watched.file), watched.noted) == ([], [])


def test_what_others_refuse_is_not_ours(watched: Watched) -> None:
    watched.asks()
    watched.is_told(488, by="another switch")
    watched.seen.turn()
    assert kept(watched.file) == []


def test_a_spoilt_file_is_no_refusal(tmp_path: Path) -> None:
    for text in ("", "[1]", '[{"at": 1}]', "{}"):
        (tmp_path / "r.json").write_text(text)
        assert kept(tmp_path / "r.json") == []
