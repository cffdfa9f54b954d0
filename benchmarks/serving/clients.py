"""Many clients at once: each asks, reads the whole answer, waits as a reader does, asks again.

Enters: an address, a token, visits. Leaves: one `Answer` each, with its seconds; nothing is thrown away.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from benchmarks.serving.addresses import Visit, Visits

_TIMEOUT = 60.0


@dataclass(frozen=True)
class Answer:
    """What became of a visit; `status` 0: no answer came. Seconds until the last byte."""

    visit: Visit
    status: int
    seconds: float
    size: int


@dataclass(frozen=True)
class Crowd:
    """`pause` is the mean time, in seconds, between an answer and the next question of a client."""

    clients: int
    pause: float
    address: str
    token: str

    def visit(self, visits: Visits, is_over: Callable[[], bool]) -> list[Answer]:
        """Ask for all routes in turn, in another order each time, until `is_over`."""
        return asyncio.run(self._visit(visits, is_over))

    def ask_each(self, visits: Visits, times: int) -> list[Answer]:
        """One client alone asks for each route some times, without pauses."""
        waiting = deque(route for route in visits.order() for _ in range(times))
        return asyncio.run(
            Crowd(1, 0, self.address, self.token)._visit(visits, lambda: not waiting, waiting)
        )

    async def _visit(
        self, visits: Visits, is_over: Callable[[], bool], waiting: deque[str] | None = None
    ) -> list[Answer]:
        routes = deque[str]() if waiting is None else waiting
        answers: list[Answer] = []
        limits = httpx.Limits(max_connections=self.clients, max_keepalive_connections=self.clients)
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(
            base_url=self.address, headers=headers, limits=limits, timeout=_TIMEOUT
        ) as client:

            async def one(number: int) -> None:
                chance = random.Random(number)
                await asyncio.sleep(chance.random() * self.pause)
                while not is_over():
                    if not routes:
                        routes.extend(visits.order())
                    answers.append(await _ask(client, visits.draw(routes.popleft())))
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * self.pause)

            await asyncio.gather(*(one(number) for number in range(self.clients)))
        return answers


async def _ask(client: httpx.AsyncClient, visit: Visit) -> Answer:
    accept = "application/json" if visit.path.startswith("/api/") else "text/html"
    began = time.perf_counter()
    try:
        answer = await client.get(visit.path, headers={"accept": accept})
    except httpx.HTTPError:
        return Answer(visit, 0, time.perf_counter() - began, 0)
    return Answer(visit, answer.status_code, time.perf_counter() - began, len(answer.content))
