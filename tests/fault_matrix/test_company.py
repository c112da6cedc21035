"""A fault is hidden where it shows alone, but not beside the others of its group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from linkproof.fault_matrix.company import Company
from linkproof.model.exchange import Headers, Request, Response
from tests.traffic import AKS, contract

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
    answer = Response(200, Headers(()), b"")
    return Company(names, Server, [[(r, answer) for r in REQUESTS]], RESET, contract(AKS))


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


class Slow:
    """Has an operation that is polled at a new URL each time; its faults: a poll fails, the URL is on another host."""

    def __init__(self, names: Sequence[str], _: Callable[[], float]) -> None:
        self.names = names
        self.known: set[str] = set()

    def receive(self, request: Request) -> Response:
        if request.method == "PUT":
            host = "elsewhere" if "elsewhere" in self.names else "server"
            url = f"http://{host}.invalid/operations/{uuid4()}"
            self.known.add(url)
            return Response(202, Headers([("Location", url)]), b"")
        known = request.url in self.known
        return Response(404 if not known else 500 if "fails" in self.names else 200, Headers(()), b"")


def run_on(server: Slow) -> list[tuple[Request, Response]]:
    put = Request("PUT", "http://server.invalid/thing")
    accepted = server.receive(put)
    poll = Request("GET", accepted.headers.get("location"))
    return [(put, accepted), (poll, server.receive(poll))]


def test_a_poll_goes_to_the_url_that_the_server_names_now() -> None:
    run = run_on(Slow([], float))
    assert not Company(["fails", "nothing"], Slow, [run], RESET, contract(AKS)).hides("fails")


def test_a_poll_that_no_client_would_send_shows_nothing() -> None:
    run = run_on(Slow([], float))
    assert Company(["fails", "elsewhere"], Slow, [run], RESET, contract(AKS)).hides("fails")


class Paged:
    """Has a list of two pages; its faults: the second page fails, the list has no next link."""

    def __init__(self, names: Sequence[str], _: Callable[[], float]) -> None:
        self.names = names

    def receive(self, request: Request) -> Response:
        if request.url.endswith("page=2"):
            return Response(500 if "fails" in self.names else 200, Headers(()), b'{"value": []}')
        link = "" if "unlinked" in self.names else ', "nextLink": "http://server.invalid/things?page=2"'
        return Response(200, Headers(()), b'{"value": []%s}' % link.encode())


def test_a_page_to_which_no_link_leads_shows_nothing() -> None:
    server = Paged([], float)
    requests = [Request("GET", f"http://server.invalid/things{query}") for query in ("", "?page=2")]
    run = [(request, server.receive(request)) for request in requests]
    mysql = contract("azure-dbformysql-pec")
    assert Company(["fails", "unlinked"], Paged, [run], RESET, mysql).hides("fails")
    assert not Company(["fails", "nothing"], Paged, [run], RESET, mysql).hides("fails")
