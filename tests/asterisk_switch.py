"""An Asterisk that says what we make it say, in the words of its manager interface."""

from __future__ import annotations

from streams_doubles import NOON_US, ami_fold, book_of, message

from screenpop.domain.call import Call, CallEvent, LegState, Release
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.asterisk_ami import AmiParser

CUSTOMER = "+442079460958"
DOWN, RING, RINGING, UP = "0", "4", "5", "6"


class Switch:
    """An Asterisk that says what we make it say."""

    def __init__(self, fold: AmiEvents | None = None):
        self.fold = fold or ami_fold()
        self.parser = AmiParser()
        self.events: list[CallEvent] = []
        self.channels: dict[str, dict[str, str]] = {}
        self.now_us = NOON_US

    def say(self, event: str, **headers: str) -> None:
        self.now_us += 100_000
        for each in self.parser.feed(message(event, **headers)):
            self.events += self.fold.decode(each, self.now_us)

    def of(self, uid: str, prefix: str = "") -> dict[str, str]:
        shown = self.channels[uid].items()
        return {f"{prefix}{name}": value for name, value in shown}

    def begins(
        self,
        uid: str,
        name: str,
        number: str,
        state: str,
        linked: str = "",
        **more: str,
    ) -> None:
        self.channels[uid] = {
            "Channel": name,
            "ChannelState": state,
            "CallerIDNum": number,
            "Uniqueid": uid,
            "Linkedid": linked or uid,
            **more,
        }
        self.say("Newchannel", **self.of(uid))

    def up(self, uid: str) -> None:
        self.channels[uid]["ChannelState"] = UP
        self.say("Newstate", **self.of(uid))

    def dials(self, caller: str, peer: str) -> None:
        self.say("DialBegin", **self.of(caller), **self.of(peer, "Dest"))

    def dialled(self, caller: str, peer: str, status: str = "ANSWER") -> None:
        both = {**self.of(caller), **self.of(peer, "Dest")}
        self.say("DialEnd", **both, DialStatus=status)

    def meet(self, bridge: str, *uids: str) -> None:
        for uid in uids:
            self.say("BridgeEnter", BridgeUniqueid=bridge, **self.of(uid))

    def parts(self, bridge: str, *uids: str) -> None:
        for uid in uids:
            self.say("BridgeLeave", BridgeUniqueid=bridge, **self.of(uid))

    def hangs_up(self, uid: str) -> None:
        self.say("HangupRequest", **self.of(uid))
        self.say("Hangup", **self.of(uid), **{"Cause-txt": "Normal Clearing"})

    def calls(self, agent: str, uid: str) -> None:
        """The customer is put through to an agent, directly."""
        self.begins(
            "1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460101"
        )
        self.up("1.0")
        self.begins(uid, f"PJSIP/{agent}-00000002", agent, DOWN, "1.0")
        self.dials("1.0", uid)
        self.dialled("1.0", uid)
        self.meet("b1", uid, "1.0")

    def consults(self, agent: str, uid: str, colleague: str, peer: str) -> None:
        self.say("Hold", **self.of("1.1"))
        self.begins(uid, f"PJSIP/{agent}-00000003", agent, RING, Exten=colleague)
        self.begins(peer, f"PJSIP/{colleague}-00000004", colleague, DOWN, uid)
        self.dials(uid, peer)

    def transfers(self, first: str, second: str) -> None:
        both = {
            **self.of(first, "OrigTransferer"),
            **self.of(second, "SecondTransferer"),
        }
        self.say("AttendedTransfer", **both, Result="Success")

    def call(self, call_id: str = "1.0") -> Call:
        found = book_of(self.events).newest("pbx", call_id)
        assert found is not None
        return found

    def legs(self, call_id: str = "1.0") -> list[tuple[str, LegState, Release | None]]:
        return [(x.agent, x.state, x.release) for x in self.call(call_id).legs]
