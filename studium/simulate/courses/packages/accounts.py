"""Accounts: what the platform's directory knows about a learner beyond what logs tell.

Enters: a plan and a learner's number. Leaves: an `InventedAccount`, drawn from the seed alone; all people
are invented.
"""

from dataclasses import dataclass
from random import Random

from studium.simulate.courses.campus import Profile, block_id, profile_of
from studium.simulate.courses.facts import DAY, SECOND
from studium.simulate.courses.plan import Plan

EDUCATION = ("p", "m", "b", "a", "hs", "jhs", "el", "none", "other", None)
GENDERS = ("m", "m", "f", "f", "o", None)
COUNTRIES = ("US", "IN", "BR", "GB", "DE", "NG", "JP", "MX", "EG", "CN", None)
DOMAINS = ("mail.example", "post.example", "students.meridian.example", "correo.example")
FORMER_DOMAIN = "former.example"
PLAIN_GOAL = "To learn how the parts fit together."
ODD_GOAL = "First line\nsecond line\twith a tab, a \\ backslash and \\n that is no line end"
RETURN_GOAL = "First line\r\nsecond line\rthird line"
YEARS_BEFORE = 365 * DAY


@dataclass(frozen=True)
class InventedAccount:
    """A row of auth_user with its profile; times in microseconds since 1970, None for NULL.

    `former_domain` is the domain of an older row of the same user, None where there is but one.
    """

    profile: Profile
    name: str
    domain: str
    former_domain: str | None
    joined: int
    last_login: int
    education: str | None
    gender: str | None
    birth_year: int | None
    country: str | None
    goals: str
    hash_id: str

    @property
    def email(self) -> str:
        """The address, which is nobody's."""
        return f"{self.profile.username}@{self.domain}"


def account_of(plan: Plan, learner: int) -> InventedAccount:
    """The account of the learner with this number."""
    random = Random(f"{plan.seed}/account/{learner}")
    profile = profile_of(plan, learner)
    start = (plan.start.toordinal() - 719_163) * DAY
    joined = start - random.randrange(YEARS_BEFORE // SECOND) * SECOND
    first, _, last = profile.username.partition("_")
    is_double = "user_rows" in plan.traps and random.random() < 0.02
    return InventedAccount(
        profile=profile,
        name=f"{first.title()} {last.rstrip('0123456789').title()}",
        domain=random.choice(DOMAINS),
        former_domain=FORMER_DOMAIN if is_double else None,
        joined=joined,
        last_login=start + plan.days * DAY - SECOND * (1 + random.randrange(86_400)),
        education=random.choice(EDUCATION),
        gender=random.choice(GENDERS),
        birth_year=random.randint(1940, 2010) if random.random() < 0.9 else None,
        country=random.choice(COUNTRIES),
        goals=_goals(plan, random),
        hash_id=block_id(plan.seed, "anonymous", learner),
    )


def _goals(plan: Plan, random: Random) -> str:
    """Free text, in which people write what they like."""
    chance = random.random()
    if "dump_escapes" in plan.traps and chance < 0.1:
        return ODD_GOAL
    if "dump_returns" in plan.traps and chance > 0.9:
        return RETURN_GOAL
    return PLAIN_GOAL if chance < 0.6 else ""
