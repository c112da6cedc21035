"""Faults of the Huawei list: PAG-4 and PAG-6 to PAG-8."""

from __future__ import annotations

from collections.abc import Callable

from tests.other_server.huawei import matching
from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import fault


def _number(x: Exchange, name: str, default: int) -> int:
    return int(x.param(name) or default)


def _page(
    slug: str, names: str, text: str, limit: Callable[[int], int] = int, offset: Callable[[int], int] = int
) -> None:
    """A fault that cuts the page with another limit or offset."""

    @fault(slug, names, "C4", text, "list", "ok")
    def _(x: Exchange, r: Reply) -> None:
        start = max(0, offset(_number(x, "offset", 0)))
        stop = start + limit(_number(x, "limit", 10))
        r.body["connections"] = [e.view() for e in matching(x)[start:stop]]


_page("limit-ignored", "PAG-6 (PAG-4)", "limit is ignored: a page has ten items.", limit=lambda n: min(n, 10) and 10)
_page("limit-plus", "PAG-6 (PAG-4)", "A page has one item more than limit.", limit=lambda n: n + 1 if n else 0)
_page("limit-minus", "PAG-6 (PAG-4)", "A page has one item less than limit.", limit=lambda n: max(n - 1, 0))
_page(
    "limit-cap",
    "PAG-6 (PAG-4)",
    "A page never has more than 20 items, whatever limit says.",
    limit=lambda n: min(n, 20),
)
_page("limit-zero-all", "PAG-6", "limit=0 answers everything.", limit=lambda n: n or 1000)
_page("offset-ignored", "PAG-6 (PAG-4 PAG-3)", "offset is ignored.", offset=lambda _: 0)
_page("offset-plus", "PAG-6 (PAG-4)", "offset skips one item too many.", offset=lambda n: n + 1 if n else 0)
_page("offset-minus", "PAG-6 (PAG-4)", "offset skips one item too few.", offset=lambda n: n - 1)


@fault("limit-default", "PAG-6", "C4", "Without a limit a page has 20 items.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("limit") is None:
        start = _number(x, "offset", 0)
        r.body["connections"] = [e.view() for e in matching(x)[start : start + 20]]


@fault("offset-as-page", "PAG-6 (PAG-4)", "C4", "offset counts pages, not items.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    limit = _number(x, "limit", 10)
    start = _number(x, "offset", 0) * limit
    r.body["connections"] = [e.view() for e in matching(x)[start : start + limit]]


def _total(slug: str, text: str, count: Callable[[Exchange, Reply], int], names: str = "PAG-6 (PAG-4)") -> None:
    @fault(slug, names, "C4", text, "list", "ok")
    def _(x: Exchange, r: Reply) -> None:
        r.body["total_count"] = count(x, r)


def _filtered(x: Exchange) -> bool:
    return x.param("status") is not None or x.param("id") is not None


_total("total-page", "total_count is the length of the page.", lambda _, r: len(r.body["connections"]))
_total(
    "total-rest", "total_count counts from offset on.", lambda x, _: max(0, len(matching(x)) - _number(x, "offset", 0))
)
_total("total-plus", "total_count is one too high.", lambda _, r: int(r.body["total_count"]) + 1)
_total(
    "total-zero",
    "total_count is 0 where limit is 0.",
    lambda x, r: int(x.param("limit") != "0" and r.body["total_count"]),
)
_total(
    "total-past",
    "total_count is 0 where the offset is past the end.",
    lambda x, r: int(bool(r.body["connections"] or x.param("limit") == "0") and r.body["total_count"]),
)
_total(
    "total-unfiltered",
    "total_count does not know the filters.",
    lambda x, _: len(x.world.endpoints),
    "PAG-7 (PAG-6 PAG-4)",
)
_total(
    "total-no-id",
    "total_count does not know the filter id.",
    lambda x, r: len(x.world.endpoints) if x.param("id") is not None else int(r.body["total_count"]),
    "PAG-7 (PAG-6 PAG-4)",
)


@fault("limit-zero-400", "PAG-6", "C4", "limit=0 is refused.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("limit") == "0":
        r.become(400, {"error_code": "EndPoint.0006", "error_msg": "The limit is not valid."})


@fault("offset-past-404", "PAG-6", "C4", "An offset past the end is refused.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if _number(x, "offset", 0) >= max(1, len(matching(x))):
        r.become(404, {"error_code": "EndPoint.0005", "error_msg": "There is no such page."})


@fault("limit-thousand", "ERR-10 (PAG-6)", "C4", "limit=1000 is refused.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("limit") == "1000":
        r.become(400, {"error_code": "EndPoint.0006", "error_msg": "The limit is not valid."})


@fault("page-two-repeat", "PAG-4 (PAG-6)", "C4", "A page past offset 0 has its first item twice.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    page = r.body["connections"]
    if _number(x, "offset", 0) and len(page) > 1:
        page[-1] = dict(page[0])


@fault("page-two-other", "PAG-4", "C4", "Past offset 0 items have the domain of somebody else.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    for item in r.body["connections"] if _number(x, "offset", 0) else []:
        item["domain_id"] = "0000000000000000000000000000000f"


# Order and filters.


def _order(slug: str, text: str, key: str, direction: str, swap: Callable[[list[Json]], list[Json]]) -> None:
    """A fault in one combination of sort_key and sort_dir."""

    @fault(slug, "PAG-7", "C4", text, "list", "ok")
    def _(x: Exchange, r: Reply) -> None:
        asked = (x.param("sort_key") or "created_at", x.param("sort_dir") or "desc")
        if key in ("", asked[0]) and direction in ("", asked[1]):
            found = swap([e.view() for e in matching(x)])
            start = _number(x, "offset", 0)
            r.body["connections"] = found[start : start + _number(x, "limit", 10)]


_order("order-reverse", "Everything is sorted the other way round.", "", "", lambda f: f[::-1])
_order("asc-ignored", "sort_dir=asc is ignored.", "", "asc", lambda f: f[::-1])
_order(
    "updated-ignored",
    "sort_key=updated_at sorts by created_at, descending.",
    "updated_at",
    "desc",
    lambda f: sorted(f, key=lambda i: str(i["created_at"]), reverse=True),
)
_order(
    "updated-asc-wrong",
    "sort_key=updated_at with sort_dir=asc sorts by created_at.",
    "updated_at",
    "asc",
    lambda f: sorted(f, key=lambda i: str(i["created_at"])),
)
_order(
    "created-by-id",
    "sort_key=created_at with sort_dir=asc sorts by marker_id.",
    "created_at",
    "asc",
    lambda f: sorted(f, key=lambda i: int(i["marker_id"])),
)
_order(
    "two-swapped", "The first two items are swapped when descending.", "", "desc", lambda f: [*f[1:2], *f[:1], *f[2:]]
)


@fault("order-default-asc", "PAG-7", "C4", "Without sort_dir the order is ascending.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("sort_dir") is None:
        start = _number(x, "offset", 0)
        found = matching(x)[::-1][start : start + _number(x, "limit", 10)]
        r.body["connections"] = [e.view() for e in found]


def _lose_filter(slug: str, text: str, name: str, value: str = "", names: str = "PAG-7") -> None:
    """A fault that ignores a filter altogether."""

    @fault(slug, names, "C4", text, "list", stage="before")
    def _(x: Exchange, _r: Reply) -> None:
        if x.param(name) is not None and value in ("", x.param(name)):
            x.query = [(k, v) for k, v in x.query if k != name]


_lose_filter("status-rejected-ignored", "The filter status=rejected is ignored.", "status", "rejected")
_lose_filter("status-failed-ignored", "The filter status=failed is ignored.", "status", "failed")
_lose_filter("id-ignored", "The filter id is ignored.", "id")


@fault("filter-leak", "PAG-7 (PAG-6)", "C4", "status=accepted lets a pending connection through.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.param("status") == "accepted":
        other = next((e for e in x.world.endpoints if e.status == "pendingAcceptance"), None)
        if other and r.body["connections"]:
            r.body["connections"][-1] = other.view()


@fault(
    "filter-loses", "PAG-7 (PAG-6 PAG-4)", "C4", "status=pendingAcceptance finds one too few.", "list", stage="before"
)
def _(x: Exchange, r: Reply) -> None:
    if x.param("status") == "pendingAcceptance" and x.param("limit") is None and x.param("offset") is None:
        found = [e.view() for e in matching(x)]
        r.become(200, {"connections": found[1:11], "total_count": len(found) - 1})


# Parameters outside their set.
PARAMETERS = {"limit": "0006", "offset": "0010", "sort_key": "0017", "sort_dir": "0018", "status": "0019"}


def _parameter(name: str, code: str) -> None:
    wrong = "0002" if name != "limit" else "0010"
    slug = name.replace("_", "-")

    @fault(f"{slug}-code", "PAG-8 (ERR-8)", "C4", f"A bad {name} is refused with EndPoint.{wrong}.", "list", why=name)
    def _(_x: Exchange, r: Reply) -> None:
        r.body["error_code"] = f"EndPoint.{wrong}"

    @fault(f"{slug}-lenient", "PAG-8 (ENM-2)", "C4", f"A bad {name} is ignored: 200.", "list", stage="before")
    def _(x: Exchange, _r: Reply) -> None:
        good: dict[str, tuple[str, ...]] = {"sort_key": ("created_at", "updated_at"), "sort_dir": ("asc", "desc")}
        good["status"] = ("pendingAcceptance", "accepted", "rejected", "failed")
        value = x.param(name)
        number = value is not None and value.isascii() and value.isdigit()
        fine = value in good[name] if name in good else number and (name == "offset" or int(value or 0) <= 1000)
        if not fine:
            x.query = [(k, v) for k, v in x.query if k != name]

    @fault(f"{slug}-500", "PAG-8 (HDR-5 ERR-8)", "C4", f"A bad {name} is answered 500.", "list", why=name)
    def _(_x: Exchange, r: Reply) -> None:
        r.status = 500
        r.body["error_code"] = "EndPoint.0001"

    assert code


for _name, _code in PARAMETERS.items():
    _parameter(_name, _code)


@fault("limit-1001", "PAG-8", "C4", "limit=1001 is accepted, other bad limits are not.", "list", stage="before")
def _(x: Exchange, _r: Reply) -> None:
    x.query = [(k, "1000" if (k, v) == ("limit", "1001") else v) for k, v in x.query]


@fault("limit-404", "PAG-8 (ERR-8)", "C4", "A bad limit is refused with 404.", "list", why="limit")
def _(_x: Exchange, r: Reply) -> None:
    r.status = 404
