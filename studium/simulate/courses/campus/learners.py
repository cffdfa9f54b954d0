"""The invented learners: who they are, how much they do, and with which devices.

Enters: a plan and a learner's number. Leaves: event budgets that sum to the plan's events, and
`Profile`s with names, ids, addresses and user agents.
"""

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from studium.simulate.courses.campus.courses import HOST, block_id
from studium.simulate.courses.plan import Plan

COLOURS = ("amber", "azure", "coral", "ebony", "hazel", "indigo", "ivory", "jade", "olive", "umber")
CREATURES = ("badger", "crane", "egret", "finch", "heron", "lynx", "otter", "plover", "stoat")
LANGUAGES = (
    "en-US,en;q=0.9",
    "en-GB,en-US;q=0.9,en;q=0.8",
    "es-ES,es;q=0.9,en;q=0.8",
    "pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7",
    "fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7",
    "zh-CN,zh;q=0.9,en;q=0.8",
    "hi-IN,hi;q=0.9,en-US;q=0.8,en;q=0.7",
)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.{1}.{2} Safari/537.36"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
AGENTS = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME}",
    f"Mozilla/5.0 (X11; Linux x86_64) {CHROME}",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/{{0}}.0.{{2}}.{{2}}",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
    f"{SAFARI} Version/17.{{2}} Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 13; SM-A536B) " + CHROME.replace("Safari", "Mobile Safari"),
)
BLOCKS = (
    *("10.20", "8.34", "81.2", "85.214", "133.11", "177.32", "41.76", "103.21", "200.16"),
    *("196.25", "59.88", "189.203", "212.58"),
)
"""Beginnings of addresses: a private one, others of networks on every continent."""

MOBILE_AGENT = "Dalvik/2.1.0 (Linux; U; Android 13; Pixel {0} Build/TQ3A.{1}.{2})"

NOTATIONS = (("+00:00", 0), ("Z", 0), ("+05:30", 330), ("-08:00", -480), ("+02:00", 120), ("", 0))
"""How a learner's times are written: suffix and its offset in minutes; all the same instants."""


@dataclass(frozen=True)
class Profile:
    """What does not change about a learner."""

    username: str
    user_id: int
    client_id: str
    address: str
    second_address: str
    language: str
    agent: str
    mobile_agent: str
    suffix: str
    offset_minutes: int


def profile_of(plan: Plan, learner: int) -> Profile:
    """The learner with this number; names and ids never collide."""
    draw = int(block_id(plan.seed, "learner", learner), 16)
    versions = (108 + draw % 14, 4900 + draw // 16 % 1200, draw // 64 % 190)
    clock = draw // 7 % 100
    skewed = "clock_skew" in plan.traps and clock < 15
    suffix, offset = NOTATIONS[1 + clock % 5] if skewed else NOTATIONS[0]
    return Profile(
        username=f"{COLOURS[draw // 128 % 10]}_{CREATURES[draw // 2048 % 9]}{learner}",
        user_id=1_000 + 7 * learner,
        client_id=f"{draw // 5 % 10**9}.{1_700_000_000 + draw // 9 % 9_000_000}",
        address=_address(draw // 11),
        second_address=_address(draw // 13),
        language=LANGUAGES[draw // 8192 % len(LANGUAGES)],
        agent=AGENTS[draw // 65536 % len(AGENTS)].format(*versions),
        mobile_agent=MOBILE_AGENT.format(5 + draw % 4, *versions[1:]),
        suffix=suffix,
        offset_minutes=offset,
    )


def _address(draw: int) -> str:
    """An address of a block that a registry gave to some country, or a private one."""
    last = f"{draw // 40 % 250}.{1 + draw // 10_000 % 250}"
    if draw % 40 == 39:
        return f"2001:4860:{draw // 40 % 50_000:x}::{1 + draw // 2_000_000 % 50_000:x}"
    return f"{BLOCKS[draw % 40 % len(BLOCKS)]}.{last}"


def address_of(profile: Profile, session: int) -> str:
    """Where a session came from: sometimes from another place than home."""
    return profile.second_address if session % 3 == 2 else profile.address


def session_id(plan: Plan, learner: int, session: int) -> str:
    """32 hex digits per learner and session."""
    return block_id(plan.seed, HOST, learner, session)


def draw_budgets(plan: Plan) -> NDArray[np.int64]:
    """Events per learner: heavy-tailed (log-normal, the tail capped), summing to `plan.events`."""
    generator = np.random.Generator(np.random.PCG64(plan.seed))
    weights = np.minimum(generator.lognormal(0.0, 1.5, plan.learners), 25.0)
    shares = weights / weights.sum() * plan.events
    budgets: NDArray[np.int64] = np.floor(shares).astype(np.int64)
    missing = plan.events - int(budgets.sum())
    # A stable sort keeps the order of equal remainders, and so the bytes, the same everywhere.
    richest = np.argsort(-(shares - budgets), kind="stable")[:missing]
    budgets[richest] += 1
    return budgets


def draw_courses(plan: Plan, random: Random) -> list[int]:
    """The courses that a learner joins, the first one being the favourite."""
    wanted = min(plan.courses, 1 + (random.random() < 0.35) + (random.random() < 0.1))
    return random.sample(range(plan.courses), wanted)
