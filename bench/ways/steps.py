"""The steps that a call may take: each a way of A1 and A2, done by whoever has the caller.

A step returns what was done in words; NotNowError means that it did not fit, and nothing was done.
"""

import random
from collections.abc import Awaitable, Callable, Sequence

from bench.ways.agents import AtDesk, InBrowser, NotNowError, Seated
from caller.leg import Leg
from caller.listen import Samples

SETTLES_S = 2.5
"""Until a window is seen to be gone, or a phone is lifted: who asks before hears the old story."""

Step = Callable[["Turn"], Awaitable[str]]


class Turn:
    """What a step has to go by: the caller, who has the call, who is free."""

    def __init__(
        self,
        caller: Leg,
        having: Sequence[Seated],
        free: Sequence[Seated],
        leader: AtDesk,
        speech: Samples,
        chance: random.Random,
    ) -> None:
        self.caller, self.having, self.free = caller, having, free
        self.leader, self.speech, self.chance = leader, speech, chance

    @property
    def agent(self) -> Seated:
        """Return one of those who have the caller."""
        return self.chance.choice(list(self.having))

    @property
    def colleague(self) -> Seated:
        """Return somebody who is free."""
        if not self.free:
            raise NotNowError("nobody is free")
        return self.chance.choice(list(self.free))

    def one_alone(self) -> Seated:
        """Return the agent, when it is the only one."""
        if len(self.having) != 1:
            raise NotNowError("there are several")
        return self.having[0]


async def blind(turn: Turn) -> str:
    agent, to = turn.one_alone(), turn.colleague
    await agent.sends(to)
    return f"{agent.seat} sends to {to.seat}"


async def attended(turn: Turn) -> str:
    agent, to = turn.one_alone(), turn.colleague
    await agent.asks(to)
    await turn.caller.waits(1.5)
    if isinstance(agent, AtDesk) and turn.chance.random() < 0.5:
        await agent.refers()
        return f"{agent.seat} asks {to.seat} and hands over by the phone's key"
    await agent.hands_over()
    return f"{agent.seat} asks {to.seat} and hands over"


async def conference(turn: Turn) -> str:
    agent, to = turn.one_alone(), turn.colleague
    await agent.confers(to)
    await turn.caller.waits(SETTLES_S)
    return f"{agent.seat} brings {to.seat} in"


async def asked_and_brought_in(turn: Turn) -> str:
    agent, to = turn.one_alone(), turn.colleague
    if isinstance(agent, InBrowser):
        raise NotNowError("by a desk phone only")
    await agent.asks(to)
    await turn.caller.waits(1.0)
    await agent.confers(to)
    assert isinstance(agent, AtDesk)
    await agent.leg().resumes()
    return f"{agent.seat} asks {to.seat} and brings them in"


async def one_goes(turn: Turn) -> str:
    if len(turn.having) < 2:
        raise NotNowError("there is one only")
    at_desks = [one for one in turn.having if isinstance(one, AtDesk)]
    if not at_desks:
        raise NotNowError("nobody at a desk phone")
    gone = turn.chance.choice(at_desks)
    await gone.leg().hangs_up()
    return f"{gone.seat} leaves the others"


async def hold(turn: Turn) -> str:
    agent = turn.one_alone()
    await agent.holds(2.5)
    return f"{agent.seat} holds and comes back"


async def script(turn: Turn) -> str:
    agent = turn.one_alone()
    await agent.says_script("silent")
    await turn.caller.waits(4.0)
    await turn.caller.says(turn.speech)
    return f"{agent.seat} has the script said"


async def leader(turn: Turn) -> str:
    agent = turn.one_alone()
    if turn.leader in turn.having:
        raise NotNowError("the leader is in it")
    how = turn.chance.choice(["listen", "whisper", "join"])
    await turn.leader.takes_part(agent, how)
    await turn.caller.waits(4.0)
    return f"the leader takes part ({how}) with {agent.seat}"


async def leader_leaves(turn: Turn) -> str:
    talks = [one for one in turn.leader.phone.calls if not one.is_over]
    if not talks or turn.leader not in turn.having or len(turn.having) < 2:
        raise NotNowError("no leader is in it")
    await turn.leader.drops(turn.leader.seat)
    return "the leader is dropped"


def _browser(turn: Turn) -> InBrowser:
    found = [one for one in turn.having if isinstance(one, InBrowser)]
    if not found:
        raise NotNowError("nobody in a browser")
    return turn.chance.choice(found)


async def reload(turn: Turn) -> str:
    agent = _browser(turn)
    await agent.reloads()
    await turn.caller.waits(SETTLES_S)
    return f"{agent.seat} loads the page anew"


async def second_tab(turn: Turn) -> str:
    agent = _browser(turn)
    await agent.moves()
    await turn.caller.waits(SETTLES_S)
    return f"{agent.seat} goes on in a second tab"


async def killed(turn: Turn) -> str:
    agent = _browser(turn)
    await agent.is_killed()
    await turn.caller.waits(SETTLES_S)
    return f"{agent.seat} loses the window"


async def sign_out(turn: Turn) -> str:
    agent = _browser(turn)
    await agent.signs_out()
    return f"{agent.seat} tries to sign out"


STEPS: Sequence[tuple[Step, int]] = (
    (blind, 4),
    (attended, 5),
    (conference, 3),
    (asked_and_brought_in, 2),
    (one_goes, 5),
    (hold, 2),
    (script, 2),
    (leader, 2),
    (leader_leaves, 6),
    (reload, 4),
    (second_tab, 3),
    (killed, 1),
    (sign_out, 1),
)
"""Each step and how often it is drawn."""

STAYS: Sequence[Step] = (hold, reload, second_tab, sign_out)
"""Steps after which the same agent has the caller."""
