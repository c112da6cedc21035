"""Faults of SHP: what a resource looks like."""

from __future__ import annotations

from tests.other_server.faults_state import neighbour
from tests.other_server.model import SUBSCRIPTION, Exchange, Json, Reply
from tests.other_server.registry import each, fault, items, link_state

PEC = "C1 C2 C3"
PEC_VIEWS = "get list put result patch"
LISTED = "SHP-1 (STA-6 PAG-4)"

# Members that are missing, null or of the wrong kind.
each("list-no-state", LISTED, PEC, "An item of a list has no privateLinkServiceConnectionState.", "list")(
    lambda i: i["properties"].pop("privateLinkServiceConnectionState")
)
each("no-state", "SHP-1", "C1 C2", "A connection shows no privateLinkServiceConnectionState anywhere.")(
    lambda i: i["properties"].pop("privateLinkServiceConnectionState")
)
each("no-name", "SHP-1 (SHP-5)", "C1 C2 C3 C5", "A resource has no name.")(lambda i: i.pop("name"))
each("null-provisioning", "SHP-1", "C1 C2 C3 C5", "provisioningState is null.")(
    lambda i: i["properties"].update(provisioningState=None)
)
each("null-endpoint", "SHP-1 (SHP-6)", PEC, "privateEndpoint.id is null.")(
    lambda i: i["properties"]["privateEndpoint"].update(id=None)
)
each("list-null-description", LISTED, PEC, "description is null in lists.", "list")(
    lambda i: link_state(i).update(description=None)
)
each("state-text", "SHP-1", PEC, "privateLinkServiceConnectionState is a string.", "get list put result")(
    lambda i: i["properties"].update(privateLinkServiceConnectionState="Approved")
)
each("no-description", "SHP-1", "C3", "A connection has no description, which is required.")(
    lambda i: link_state(i).pop("description")
)
each("get-no-status", "SHP-1 (STA-6 STA-1)", "C3", "Get leaves out status, which is required.", "get")(
    lambda i: link_state(i).pop("status")
)
each("actions-number", "SHP-1", "C1 C3", "actionsRequired is a number.")(
    lambda i: link_state(i).update(actionsRequired=0)
)
each("created-word", "SHP-1", "C1 C5", "systemData.createdAt is not a date-time.")(
    lambda i: i["systemData"].update(createdAt="yesterday")
)
each("modified-number", "SHP-1", "C1 C5", "systemData.lastModifiedAt is a number.")(
    lambda i: i["systemData"].update(lastModifiedAt=1709283600)
)
each("date-no-zone", "SHP-1", "C1 C5", "systemData.createdAt has no offset.")(
    lambda i: i["systemData"].update(createdAt=i["systemData"]["createdAt"].rstrip("Z"))
)
each("system-text", "SHP-1", "C1 C5", "systemData is a string.")(lambda i: i.update(systemData="user"))


@each("max-age-text", "SHP-1", "C5", "corsConfiguration.maxAge is a string.")
def _(i: Json) -> None:
    if cors := i["properties"].get("corsConfiguration"):
        cors["maxAge"] = str(cors["maxAge"])


@each("credentials-text", "SHP-1", "C5", "corsConfiguration.allowCredentials is the string true or false.")
def _(i: Json) -> None:
    if cors := i["properties"].get("corsConfiguration"):
        cors["allowCredentials"] = str(cors["allowCredentials"]).lower()


each("audience-text", "SHP-1", "C5", "authenticationConfiguration.audiences is one string.")(
    lambda i: i["properties"]["authenticationConfiguration"].update(audiences="https://dicom.example.org/")
)
each("tag-number", "SHP-1", "C5", "A tag has a number as its value.")(lambda i: i["tags"].update(number=1))
each("identity-null", "SHP-1", "C5", "identity is null.")(lambda i: i.update(identity=None))


@each("nested-no-state", "SHP-1", "C5", "A connection inside a service has no privateLinkServiceConnectionState.")
def _(i: Json) -> None:
    for nested in i["properties"]["privateEndpointConnections"]:
        nested["properties"].pop("privateLinkServiceConnectionState")


@each("nested-endpoint-number", "SHP-1", "C5", "The second connection inside a service has a number as endpoint id.")
def _(i: Json) -> None:
    for nested in i["properties"]["privateEndpointConnections"][1:]:
        nested["properties"]["privateEndpoint"]["id"] = 7


@each("user-identity-array", "SHP-1", "C5", "userAssignedIdentities is an array.")
def _(i: Json) -> None:
    if users := i["identity"].get("userAssignedIdentities"):
        i["identity"]["userAssignedIdentities"] = list(users.values())


each("marker-text", "SHP-1 (SHP-7)", "C4", "marker_id is a string.")(lambda i: i.update(marker_id=str(i["marker_id"])))
each("marker-double", "SHP-7 (PAG-4)", "C4", "marker_id was rounded to a double.")(
    lambda i: i.update(marker_id=int(float(i["marker_id"])))
)
each("marker-double-list", "SHP-7 (PAG-4)", "C4", "marker_id was rounded to a double in lists only.", "list")(
    lambda i: i.update(marker_id=int(float(i["marker_id"])))
)
each("marker-double-action", "SHP-7", "C4", "marker_id was rounded to a double in answers to an action.", "action")(
    lambda i: i.update(marker_id=int(float(i["marker_id"])))
)
each("time-fraction", "SHP-1", "C4", "created_at has milliseconds and no Z.")(
    lambda i: i.update(created_at=i["created_at"].replace("Z", ".174"))
)
each("updated-offset", "SHP-1", "C4", "updated_at of an action answer has +00:00 for Z.", "action")(
    lambda i: i.update(updated_at=i["updated_at"].replace("Z", "+00:00"))
)
each("domain-null", "SHP-1", "C4", "domain_id is null.")(lambda i: i.update(domain_id=None))
each("action-no-id", "SHP-1", "C4", "The answer to an action lacks the id of the connection.", "action")(
    lambda i: i.pop("id")
)


@each("error-object", "SHP-1", "C4", "The error of a failed connection is an object, not an array.")
def _(i: Json) -> None:
    if "error" in i:
        i["error"] = i["error"][0]


@each("error-msg", "SHP-1 (SHP-4)", "C4", "The error of a failed connection has error_msg for error_message.")
def _(i: Json) -> None:
    for error in i.get("error", []):
        error["error_msg"] = error.pop("error_message")


@each("failed-no-error", "SHP-1", "C4", "A failed connection shows no error.")
def _(i: Json) -> None:
    i.pop("error", None)


@fault("total-text", "SHP-1 (PAG-6)", "C4", "total_count is a string.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["total_count"] = str(r.body["total_count"])


@fault("no-total", "SHP-1 (PAG-6)", "C4", "A list has no total_count.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body.pop("total_count")


@fault(
    "action-bare", "SHP-1", "C4", "The answer to an action is the connection itself, not in an array.", "action", "ok"
)
def _(_x: Exchange, r: Reply) -> None:
    r.body = r.body["connections"][0]


@fault("empty-null", "SHP-1 (PAG-6)", "C4", "connections is null where nothing matches.", "list", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body["connections"] = r.body["connections"] or None


@fault("put-empty", "SHP-1 (STA-1)", "C1 C2", "A PUT is answered with an empty object.", "put", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.body = {}


@fault(
    "get-comma", "SHP-1 (STA-6)", "C1 C2 C3 C5", "The body of Get has a comma too many: it is not JSON.", "get", "ok"
)
def _(_x: Exchange, r: Reply) -> None:
    r.raw = r.encode()[:-1] + b",}"


@fault("patch-tags-only", "SHP-1 (SHP-5 SHP-4)", "C3", "PATCH answers with the tags alone.", "patch", "ok")
def _(x: Exchange, r: Reply) -> None:
    r.body = {"tags": x.doc.get("tags", {})}


# Statuses and content types.
for _slug, _contracts, _op, _from, _to in (
    ("put-update-201", "C1", "put", 200, 201),
    ("put-update-206", "C2", "put", 200, 206),
    ("create-200-as-203", "C2", "put", 201, 203),
    ("get-203", "C1 C2 C3 C5", "get", 200, 203),
    ("list-206", "C1 C2 C3 C4 C5", "list", 200, 206),
    ("patch-201", "C3", "patch", 200, 201),
    ("action-201", "C4", "action", 200, 201),
    ("action-202", "C4", "action", 200, 202),
    ("delete-203", PEC, "delete", 204, 203),
):

    def _status(_x: Exchange, r: Reply, status: int = _to) -> None:
        r.status = status

    fault(_slug, "SHP-2", _contracts, f"{_op} answers {_to} where {_from} is documented.", _op, str(_from))(_status)


def _type(slug: str, contracts: str, text: str, kind: str, ops: str = "", status: str = "") -> None:
    @fault(slug, "SHP-3", contracts, text, ops, status)
    def _(_x: Exchange, r: Reply) -> None:
        if r.body is not None:
            r.headers["Content-Type"] = kind


_type("get-text", "C1 C2 C3 C5", "Get says text/plain.", "text/plain; charset=utf-8", "get", "ok")
_type("list-text", "C4 C5", "List says text/plain.", "text/plain", "list", "ok")
_type("put-html", "C1 C2", "A successful PUT says text/html.", "text/html", "put", "ok")
_type("put-202-text", "C3", "The 202 of a PUT says text/plain with its body.", "text/plain", "put", "202")
_type("action-octets", "C4", "An action is answered as application/octet-stream.", "application/octet-stream", "action")
_type("error-text", "*", "Error bodies say text/plain.", "text/plain", "", "bad")
_type("error-json-like", "C1 C4", "404 bodies say text/json.", "text/json", "", "404")


@fault("get-no-type", "SHP-3", "C2 C5", "Get has no Content-Type.", "get", "ok")
def _(_x: Exchange, r: Reply) -> None:
    r.headers.pop("Content-Type")


# Unknown members (warnings), identity, endpoint ids.
each("extra-top", "SHP-4", "C1 C2 C3 C4 C5", "A resource has a member that the schema does not know (a SHOULD).")(
    lambda i: i.update(internalRevision="7")
)
each("extra-state", "SHP-4", PEC, "The state object has an unknown member (a SHOULD).")(
    lambda i: link_state(i).update(approvedBy="owner")
)
each(
    "actions-required", "SHP-4", "C2", "The state object has actionsRequired, which this contract has not (a SHOULD)."
)(lambda i: link_state(i).update(actionsRequired="None"))


@each("nested-system", "SHP-4", "C5", "A connection inside a service has systemData (a SHOULD).")
def _(i: Json) -> None:
    for nested in i["properties"]["privateEndpointConnections"]:
        nested["systemData"] = dict(i["systemData"])


@each("id-other", "SHP-5", "C1 C2 C3 C5", "id is the id of another resource of the collection.")
def _(i: Json) -> None:
    i["id"] = i["id"].rsplit("/", 1)[0] + "/other-resource"


each("id-sub", "SHP-5", "C1 C2 C3 C5", "id names another subscription.")(
    lambda i: i.update(id=i["id"].replace(SUBSCRIPTION, "11111111-1111-1111-1111-111111111111"))
)
each("list-id-relative", "SHP-5 (STA-6 PAG-4)", "C1 C2 C3 C5", "id in lists lacks its leading slash.", "list")(
    lambda i: i.update(id=i["id"][1:])
)
each("put-name", "SHP-5 (STA-1)", "C1 C2", "The answer to a PUT has another name.", "put")(
    lambda i: i.update(name="default")
)


@fault("put-neighbour", "SHP-5", "C1 C2", "A PUT is answered with another connection of the parent.", "put", "ok")
def _(x: Exchange, r: Reply) -> None:
    other = neighbour(x)
    if other and items(r):
        r.body = other.view()


each("name-parent", "SHP-5", "C1 C2 C3 C5", "name is the name of the parent.")(
    lambda i: i.update(name=i["id"].split("/")[-3])
)
each("type-short", "SHP-5", "C1 C2 C3 C5", "type lacks the provider.")(
    lambda i: i.update(type=i["type"].split("/", 1)[1])
)
each("type-sample", "SHP-5", "C2", "type is the one of the sample on the page.")(
    lambda i: i.update(type="Microsoft.Network/privateLinkServices/privateEndpointConnections")
)
each("endpoint-word", "SHP-6", PEC, "privateEndpoint.id is a bare name (a SHOULD).")(
    lambda i: i["properties"]["privateEndpoint"].update(id="pe-1")
)
each("endpoint-type", "SHP-6", PEC, "privateEndpoint.id is an ARM id of another type (a SHOULD).")(
    lambda i: i["properties"]["privateEndpoint"].update(
        id=i["properties"]["privateEndpoint"]["id"].replace("privateEndpoints", "privateLinkServices")
    )
)
