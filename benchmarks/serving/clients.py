"""Many clients at once: each asks, reads the whole answer, waits as a reader does, asks again.

Enters: an address, a token for each role, visits. Leaves: one `Answer` each, with its seconds; nothing is thrown away.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from benchmarks.serving.addresses import Visit, Visits
from studium.serve import Role

_TIMEOUT = 60.0


@dataclass(frozen=True)
class Answer:
    """What became of a visit; `status` 0: no answer came. Seconds until the last byte."""

    role: Role
    visit: Visit
    status: int
    seconds: float
    size: int

    @property
    def is_refused(self) -> bool:
        """Whether it was not for this role; an administrator may ask for everything that is there."""
        return self.role is not Role.ADMINISTRATOR and self.status in {403, 404}


@dataclass(frozen=True)
class Crowd:
    """`pause` is the mean seconds between an answer and a client's next question; the roles take turns as clients."""

    clients: int
    pause: float
    address: str
    tokens: Mapping[Role, str]

    def visit(self, visits: Visits, is_over: Callable[[], bool]) -> list[Answer]:
        """As each role ask for all routes in turn, in another order each time, until `is_over`."""
        return asyncio.run(self._visit(visits, is_over, {role: deque() for role in self.tokens}))

    def ask_each(self, visits: Visits, times: int) -> list[Answer]:
        """One client alone, of the first role, asks for each route some times, without pauses."""
        waiting = deque(route for route in visits.order() for _ in range(times))
        alone = Crowd(1, 0, self.address, self.tokens)
        return asyncio.run(
            alone._visit(visits, lambda: not waiting, {next(iter(self.tokens)): waiting})
        )

    async def _visit(
        self, visits: Visits, is_over: Callable[[], bool], waiting: Mapping[Role, deque[str]]
    ) -> list[Answer]:
        roles = list(waiting)
        answers: list[Answer] = []
        limits = httpx.Limits(max_connections=self.clients, max_keepalive_connections=self.clients)
        async with httpx.AsyncClient(
            base_url=self.address, limits=limits, timeout=_TIMEOUT
        ) as client:

            async def one(number: int) -> None:
                role, chance = roles[number % len(roles)], random.Random(number)
                routes = waiting[role]
                await asyncio.sleep(chance.random() * self.pause)
                while not is_over():
                    if not routes:
                        routes.extend(visits.order())
                    visit = visits.draw(routes.popleft(), role)
                    answers.append(await _ask(client, role, self.tokens[role], visit))
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * self.pause)

            await asyncio.gather(*(one(number) for number in range(self.clients)))
        return answers


async def _ask(client: httpx.AsyncClient, role: Role, token: str, visit: Visit) -> Answer:
    accept = "application/json" if visit.path.startswith("/api/") else "text/html"
    headers = {"accept": accept, "authorization": f"Bearer {token}"}
    began = time.perf_counter()
    try:
        async with client.stream("GET", visit.path, headers=headers) as answer:
            size = sum([len(chunk) async for chunk in answer.aiter_raw()])  # read, not kept
    except httpx.HTTPError:
        return Answer(role, visit, 0, time.perf_counter() - began, 0)
    seconds = time.perf_counter() - began
    return Answer(role, visit, answer.status_code, seconds, size)
