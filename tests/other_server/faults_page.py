"""Faults of PAG for the Azure contracts."""

from __future__ import annotations

from tests.other_server.azure import entries, next_link
from tests.other_server.model import Exchange, Json, Reply
from tests.other_server.registry import each, fault, items

ALL = "C1 C2 C3 C5"
PAGED = "C3 C5"


@fault("list-items", "PAG-1 (SHP-1)", ALL, "A list has items for value.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["items"] = r.body.pop("value")


@fault("list-bare", "PAG-1 (SHP-1)", ALL, "A list is a bare array of all items.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    r.body = [v for _, v in entries(x)]


@fault("list-object", "PAG-1 (SHP-1)", ALL, "value is an object by name.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["value"] = {i["name"]: i for i in items(r)}


@fault("value-null", "PAG-1 (SHP-1 PAG-4)", ALL, "value is null.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body = {"value": None}


def _link(slug: str, text: str, change: object, names: str = "PAG-2 (PAG-4 SHP-1)") -> None:
    """A fault that writes another nextLink wherever there is one."""

    @fault(slug, names, PAGED, text, "list", "ok")
    def _(x: Exchange, r: Reply) -> None:
        if r.body.get("nextLink"):
            assert callable(change)
            r.body["nextLink"] = change(x, r.body["nextLink"])


_link(
    "link-no-version", "nextLink drops the api-version.", lambda x, u: u.replace(f"api-version={x.azure.version}&", "")
)
_link("link-host", "nextLink names another host.", lambda x, u: u.replace(x.host, "management.example.org"))
_link(
    "link-port", "nextLink names another port of the host.", lambda x, u: u.replace(x.host, x.host.split(":")[0] + ":1")
)
_link("link-scheme", "nextLink has the scheme ftp.", lambda _x, u: u.replace("http:", "ftp:", 1))
_link("link-relative", "nextLink is relative.", lambda x, u: u.removeprefix(x.origin))
_link("link-no-scheme", "nextLink begins with two slashes.", lambda _x, u: u.removeprefix("http:"))
_link("link-word", "nextLink is the word string.", lambda _x, _u: "string")
_link("link-number", "nextLink is a number.", lambda _x, _u: 2, "PAG-2 (SHP-1 PAG-4)")
_link("link-parent", "nextLink names another parent.", lambda x, u: u.replace(f"/{x.azure.parent}/", "/elsewhere/"))
_link("link-group", "nextLink names another resource group.", lambda _x, u: u.replace("/rg1/", "/rg2/"))
_link("link-loop", "nextLink is the page itself.", lambda x, _u: next_link(x, 0, 0), "PAG-3 (PAG-4)")


@fault(
    "link-collection",
    "PAG-2 (PAG-4 SHP-1 SHP-5)",
    "C5",
    "nextLink leads into the workspace's connections.",
    "list",
    "ok",
)
def _(_x: Exchange, r: Reply) -> None:
    if r.body.get("nextLink"):
        r.body["nextLink"] = r.body["nextLink"].replace("/dicomservices", "/privateEndpointConnections")


@fault("link-ring", "PAG-3 (PAG-4 PAG-5)", PAGED, "The last page leads back to the second.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page and "nextLink" not in r.body:
        r.body["nextLink"] = next_link(x, entries(x)[2][0], 1)


@fault("link-gone", "PAG-2 (PAG-4 ERR-3)", PAGED, "The second page answers 404.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page:
        error = {"code": "ResourceNotFound", "message": "The page was not found."}
        r.become(404, {"error": error})


@fault("page-two-bare", "PAG-2 (SHP-1 PAG-1)", PAGED, "From the second page on the body is a bare array.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page:
        r.body = r.body["value"]


@fault("page-two-text", "SHP-3 (PAG-2)", PAGED, "From the second page on the body is text/plain.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page:
        r.headers["Content-Type"] = "text/plain"


@fault("last-empty-link", "PAG-5 (PAG-2)", PAGED, "The last page has an empty nextLink.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body.setdefault("nextLink", "")


@fault("last-dead-link", "PAG-2 (PAG-5)", PAGED, "The last page has a nextLink that answers 400.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    r.body.setdefault("nextLink", f"{x.origin}{x.azure.base}?api-version={x.azure.version}&%24skipToken=***")


@fault("page-repeat", "PAG-4", PAGED, "A page begins with the last item of the page before.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page and items(r):
        everything = [v for _, v in entries(x)]
        at = [v["id"] for v in everything].index(items(r)[0]["id"])
        r.body["value"].insert(0, everything[at - 1])


@fault("page-lose", "PAG-4 (STA-6)", PAGED, "The second page lacks its first item.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    if x.page == 1:
        r.body["value"].pop(0)


@fault("last-lose", "PAG-4 (STA-6)", PAGED, "The last item of the last page is missing.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    if "nextLink" not in r.body:
        r.body["value"].pop()


@fault("truncated", "PAG-4 (STA-6)", PAGED, "Only the first page is there, without a nextLink.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body.pop("nextLink", None)


@fault("list-twice", "PAG-4 (STA-6)", "C1 C2", "A list has its last item twice.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["value"].append(r.body["value"][-1])


@fault("list-lose", "PAG-4 (STA-6)", "C1 C2", "A list lacks the connections that are Rejected.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["value"] = [i for i in items(r) if _status(i) != "Rejected"]


def _status(item: Json) -> str:
    return str(item["properties"]["privateLinkServiceConnectionState"]["status"])


@fault("page-two-stale", "PAG-4 (STA-6)", "C3", "From the second page on descriptions are empty.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    for item in items(r) if x.page else []:
        item["properties"]["privateLinkServiceConnectionState"]["description"] = ""


@fault("page-two-state", "SHP-1 (PAG-4 STA-6)", "C3", "From the second page on items lack their state.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    for item in items(r) if x.page else []:
        item["properties"].pop("privateLinkServiceConnectionState")


@fault(
    "page-two-enum", "ENM-1 (PAG-4 STA-6)", "C5", "From the second page on Succeeded is in upper case.", "list", "ok"
)
def _(x: Exchange, r: Reply) -> None:
    for item in items(r) if x.page else []:
        item["properties"]["provisioningState"] = "SUCCEEDED"


@fault("page-two-id", "SHP-5 (PAG-4 STA-6)", PAGED, "From the second page on ids end in another name.", "list", "ok")
def _(x: Exchange, r: Reply) -> None:
    for item in items(r) if x.page else []:
        item["id"] += "-2"


# List and Get disagree.
each("list-old-status", "STA-6 (STA-1 PAG-4)", "C1 C2 C3", "Lists show every connection as Pending.", "list")(
    lambda i: i["properties"]["privateLinkServiceConnectionState"].update(status="Pending")
)
each("list-short-text", "STA-6 (PAG-4)", "C1 C2 C3", "Lists cut descriptions to ten characters.", "list")(
    lambda i: i["properties"]["privateLinkServiceConnectionState"].update(
        description=i["properties"]["privateLinkServiceConnectionState"]["description"][:10]
    )
)
each("list-other-endpoint", "STA-6 (PAG-4)", "C1 C2 C3", "Lists show one privateEndpoint for all.", "list")(
    lambda i: i["properties"]["privateEndpoint"].update(
        id=i["properties"]["privateEndpoint"]["id"].rsplit("/", 1)[0] + "/pe-common"
    )
)
each("list-no-tags", "STA-6 (PAG-4)", "C5", "Lists show services without their tags.", "list")(
    lambda i: i.update(tags={})
)
each("list-no-nested", "STA-6 (PAG-4)", "C5", "Lists show services without their connections.", "list")(
    lambda i: i["properties"].update(privateEndpointConnections=[])
)
each("get-other-location", "STA-6 (PAG-4)", "C5", "Get shows another location than lists.", "get")(
    lambda i: i.update(location="eastus")
)


@fault("get-first", "SHP-5 (STA-6 PAG-4)", ALL, "Get shows the first resource, whatever the name.", "get", "200")
def _(x: Exchange, r: Reply) -> None:
    r.body = entries(x)[0][1]
