"""A fault is hidden where it shows alone, but not beside the others of its group."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linkproof.contract.model import Format
from linkproof.fault_matrix.company import Company
from linkproof.model.exchange import Headers, Request, Response

RESET = Request("POST", "http://server.invalid/reset")
REQUESTS = [Request(m, "http://server.invalid/thing") for m in ("GET", "PUT", "GET")]


class Server:
    """Has one thing; its faults: an odd text, each answer an empty page, each write lost, and one that does nothing."""

    def __init__(self, names: Sequence[str], _: Callable[[], float]) -> None:
        self.names = names
        self.text = "old"

    def receive(self, request: Request) -> Response:
        if request.method == "POST":
            self.text = "old"
        elif request.method == "PUT" and "lost" not in self.names:
            self.text = "odd" if "odd" in self.names else "new"
        body = b"" if "empty" in self.names else b'{"text": "%s"}' % self.text.encode()
        return Response(200, Headers(()), body)


def company(*names: str) -> Company:
    return Company(names, Server, REQUESTS, RESET, Format.JSON)


def test_what_an_empty_page_or_a_lost_write_leaves_nothing_of_is_hidden() -> None:
    assert company("odd", "empty").hides("odd")
    assert company("odd", "lost").hides("odd")


def test_the_fault_that_hides_another_is_not_hidden() -> None:
    assert not company("odd", "empty").hides("empty")
    assert not company("odd", "lost").hides("lost")


def test_what_shows_beside_the_others_is_not_hidden() -> None:
    assert not company("odd", "nothing").hides("odd")


def test_what_these_requests_do_not_show_even_alone_is_not_hidden() -> None:
    """It may show where requests meet: that it was not seen beside the others says nothing."""
    assert not company("odd", "nothing").hides("nothing")
