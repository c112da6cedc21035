"""What the other faults of a group leave of a fault: the same requests, to a server with it and to one without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from linkproof.base.clock import VirtualClock
from linkproof.base.json_values import at
from linkproof.contract.codec import decode
from linkproof.contract.model import Contract
from linkproof.fault_matrix.footprint import Answered, comparable, places
from linkproof.model.exchange import Request, Response
from linkproof.targets.transfer import InProcess

#: Makes a server with the faults of these names, by a clock.
Make = Callable[[Sequence[str], Callable[[], float]], InProcess]
#: The requests of a run, in order, with their answers.
Run = Sequence[tuple[Request, Response]]

#: Seconds before each request: every operation has ended, or every one is still in progress.
_PAUSES_S = (60.0, 0.0)


@dataclass(frozen=True)
class Company:
    """The faults of a group on one server.

    Args:
        names: the ids of the faults.
        make: makes a server with some of them.
        runs: runs whose requests are sent again: one on the right server, one on the server of the group.
        reset: a request that puts the server's fixtures back.
        contract: the contract of them all.
    """

    names: Sequence[str]
    make: Make
    runs: Sequence[Run]
    reset: Request
    contract: Contract
    _known: dict[tuple[tuple[str, ...], bool, float], list[Answered | None]] = field(default_factory=dict)

    def hides(self, name: str) -> bool:
        """Whether a fault that shows alone does not show together with the others.

        Every request is answered with the fault as it is without it, in turn, and each on a server that was reset
        before; after every operation has ended, and while all are in progress. What shows only where requests meet is
        not seen in this way, and not hidden.
        """
        rest = [n for n in self.names if n != name]
        return self._differ([name], []) and not self._differ(self.names, rest)

    def _differ(self, one: Sequence[str], other: Sequence[str]) -> bool:
        how = self.contract.protocol.response
        return any(
            (a is None) != (b is None) or (a is not None and b is not None and bool(places(a, b, how)))
            for pause in _PAUSES_S
            for fresh in (False, True)
            for a, b in zip(
                self._answers(one, pause, fresh=fresh), self._answers(other, pause, fresh=fresh), strict=True
            )
        )

    def _answers(self, names: Sequence[str], pause: float, *, fresh: bool) -> list[Answered | None]:
        """Return the answers of a server, each after a pause; ``fresh``: and after a reset.

        None if the server did not name the URL that the run got from an answer: no client would send the request.
        """
        known = self._known.get((tuple(names), fresh, pause))
        if known is None:
            known = [a for run in self.runs for a in self._answers_to(run, names, pause, fresh=fresh)]
            self._known[tuple(names), fresh, pause] = known
        return known

    def _answers_to(self, run: Run, names: Sequence[str], pause: float, *, fresh: bool) -> list[Answered | None]:
        clock = VirtualClock()
        server = self.make(names, clock.now)
        found: list[Answered | None] = []
        links: dict[str, str] = {}
        for request, answer in run:
            clock.sleep(pause)
            url = links.get(request.url, request.url)
            if not url:
                found.append(None)
                continue
            if fresh and request.url not in links:
                server.receive(self.reset)
            now = server.receive(replace(request, url=url))
            found.append(comparable(now))
            # The last poll of an operation names no URL any more; what was named stays known.
            links.update((k, v) for k, v in self._followed(request, answer, now).items() if v or k not in links)
        return found

    def _followed(self, request: Request, then: Response, now: Response) -> dict[str, str]:
        """Return by each polling URL, and next link, of a recorded answer that of the new one.

        "" if it is missing or elsewhere.
        """
        host = urlsplit(request.url).netloc
        headers = [h.lower() for h in self.contract.long_running.headers]
        pairs = [(then.headers.get(h), now.headers.get(h)) for h in headers]
        found = {}
        for before, after in (*pairs, (self._next_link(then), self._next_link(now))):
            if before:
                url = urljoin(request.url, after) if after else ""
                found[urljoin(request.url, before)] = url if urlsplit(url).netloc == host else ""
        return found

    def _next_link(self, answer: Response) -> str:
        pointer = self.contract.list.next_link
        link = at(decode(answer.body, self.contract.protocol.response), pointer) if pointer and answer.body else ""
        return link if isinstance(link, str) else ""
