"""Cases, as in ``check_cases``: operations named in a form and answered in XML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from linkproof.model.exchange import Credential, Exchange, Grade, Headers, Request, Response
from tests.check_cases import Case
from tests.check_cases_quiet import Quiet
from tests.traffic import MOCK

AWS = "aws-ec2-vpc-endpoint-connections"
URL = "https://ec2.eu-west-1.amazonaws.com/"
SERVICE = "vpce-svc-1"
XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"
PROMISED = replace(
    MOCK,
    collections={AWS: frozenset({"/"})},
    parents={AWS: frozenset({SERVICE})},
    names=frozenset({"vpce-a", "vpce-b"}),
)
RECORDED = replace(MOCK, grade=Grade.RECORDING)
_COUNT = [0]


def asked(
    action: str,
    body: str,
    status: int = 200,
    *,
    method: str = "POST",
    credential: Credential = Credential.VALID,
    label: str = "text/xml;charset=UTF-8",
    **form: Any,
) -> Exchange:
    """One operation, by its name; ``form`` has its parameters with _ for the dots of their names."""
    _COUNT[0] += 1
    number = _COUNT[0]
    named = {"Action": action, "Version": "2016-11-15", **{k.replace("_", "."): str(v) for k, v in form.items()}}
    return Exchange(
        Request(method, URL, Headers(), urlencode(named).encode()),
        Response(status, Headers([("Content-Type", label)]), body.encode()),
        number=number,
        world="test",
        scene="by hand",
        started=float(number),
        ended=number + 0.5,
        credential=credential,
        contract=AWS,
    )


def item(name: str, state: str = "pendingAcceptance", **more: str) -> str:
    """A connection."""
    members = {
        "serviceId": SERVICE,
        "vpcEndpointId": name,
        "vpcEndpointOwner": "123456789012",
        "vpcEndpointState": state,
        "creationTimestamp": "2026-01-05T08:00:00.000Z",
        **more,
    }
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in members.items()) + "</item>"


def page(*items: str, token: str = "", **more: Any) -> Exchange:
    """A page of the list; ``token`` leads to the next one."""
    goes_on = f"<nextToken>{token}</nextToken>" if token else ""
    text = f"<requestId>r</requestId><vpcEndpointConnectionSet>{''.join(items)}</vpcEndpointConnectionSet>{goes_on}"
    root = "DescribeVpcEndpointConnectionsResponse"
    return asked("DescribeVpcEndpointConnections", f'<{root} xmlns="{XMLNS}">{text}</{root}>', **more)


def decided(*names: str, by: str = "Accept", failed: str = "", service: str = SERVICE, **more: Any) -> Exchange:
    """A decision; ``failed`` are the items that it says were not decided."""
    root = f"{by}VpcEndpointConnectionsResponse"
    text = f"<requestId>r</requestId><unsuccessful>{failed}</unsuccessful>" if failed else "<requestId>r</requestId>"
    ids: dict[str, Any] = {f"VpcEndpointId_{number}": name for number, name in enumerate(names, 1)}
    body = f'<{root} xmlns="{XMLNS}">{text}</{root}>'
    return asked(f"{by}VpcEndpointConnections", body, ServiceId=service, **ids, **more)


def failure(name: str, code: str = "InvalidVpcEndpointId.NotFound", message: str = "It does not exist.") -> str:
    """A connection that was not decided."""
    return f"<item><resourceId>{name}</resourceId><error><code>{code}</code><message>{message}</message></error></item>"


def refused(action: str, status: int = 400, code: str = "InvalidParameterValue", **more: Any) -> Exchange:
    """A request that is refused with the error body."""
    error = f"<Errors><Error><Code>{code}</Code><Message>It is refused.</Message></Error></Errors>"
    return asked(action, f"<Response>{error}<RequestID>r</RequestID></Response>", status, **more)


LIST, ACCEPT = "DescribeVpcEndpointConnections", "AcceptVpcEndpointConnections"
A, B, C = item("vpce-a"), item("vpce-b"), item("vpce-c")
OPEN_A, OPEN_B = item("vpce-a", "available"), item("vpce-b", "available")
BY_STATE = {"Filter_1_Name": "vpc-endpoint-state", "Filter_1_Value_1": "pendingAcceptance"}
BOTH = {**BY_STATE, "Filter_1_Value_2": "available"}
NO_SERVICE = "InvalidVpcEndpointServiceId.NotFound"

NAMED: tuple[Case, ...] = (
    Case("SHP-1", (page(A),), (page("<item><vpcEndpointId>a</vpcEndpointId></item>"),), "required", name="XML"),
    Case("SHP-1", (page(),), (asked(LIST, "<open>"),), "not XML", name="no XML"),
    Case("SHP-1", (page(A),), (asked(LIST, '{"a": 1}'),), "not XML", name="JSON for XML"),
    Case("SHP-3", (page(A), page(A, label="application/xml")), (page(A, label="application/json"),), "an XML body"),
    Case("SHP-4", (page(A),), (page(item("vpce-a", colour="red")),), "does not know", name="XML"),
    Case("ENM-1", (page(A),), (page(item("vpce-a", "PendingAcceptance")),), "only in case", name="the model's case"),
    Case(
        "ENM-2",
        (refused(LIST, Filter_1_Name="colour", Filter_1_Value_1="red"),),
        (page(A, Filter_1_Name="colour", Filter_1_Value_1="red"),),
        "undocumented enumerator",
        name="filter",
    ),
    Case("ENM-3", (page(A), decided("vpce-a")), (page(A), decided("vpce-a", failed=failure("vpce-a"))), "refused"),
    Case(
        "PAG-3",
        (page(A, token="t1"), page(B, NextToken="t1")),
        (page(A, token="t1"), page(B, token="t1", NextToken="t1")),
        "token occurred twice",
    ),
    Case(
        "PAG-3",
        (page(A, token="t0"), page(NextToken="t0")),
        (page(A, token="t0"), *(page(A, token=f"t{n + 1}", NextToken=f"t{n}") for n in range(21))),
        "no new item",
        name="tokens for ever",
    ),
    Case(
        "PAG-4",
        (page(A, token="t1"), page(B, NextToken="t1")),
        (page(A, token="t1"), page(A, B, NextToken="t1")),
        "listed twice",
        name="twice by token",
    ),
    Case("PAG-4", (page(A, B), page(A, B)), (page(A, B), page(A)), "on no page", name="missing by token"),
    Case(
        "PAG-9",
        (page(A, token="t1"), page(B, NextToken="t1")),
        (page(A, token="t1"), refused(LIST, code="InvalidNextToken", NextToken="t1")),
        "token of an earlier page",
    ),
    Case(
        "PAG-9",
        (refused(LIST, code="InvalidNextToken", NextToken="made-up"),),
        (page(A, NextToken="made-up"),),
        "no page had",
        name="made up",
    ),
    Case("PAG-10", (page(A, **BY_STATE),), (page(A, OPEN_B, **BY_STATE),), "does not match the filter"),
    Case(
        "PAG-10",
        (page(A, OPEN_B), page(A, **BY_STATE), page(A, token="t1", **BOTH), page(OPEN_B, NextToken="t1", **BOTH)),
        (page(A, B), page(A, **BY_STATE)),
        "missing on the pages",
        name="left out",
    ),
    Case(
        "PAG-11", (page(A, B, MaxResults=5),), (page(*(item(f"vpce-{n}") for n in range(6)), MaxResults=5),), "6 items"
    ),
    Case(
        "ERR-1",
        (refused(LIST, MaxResults=1),),
        (asked(LIST, "<Error><Code>X</Code></Error>", 400, MaxResults=1),),
        "error body",
        name="XML",
    ),
    Case(
        "ERR-1",
        (refused(LIST, MaxResults=1),),
        (asked(LIST, "<html>", 400, MaxResults=1),),
        "without the error body",
        name="no XML",
    ),
    Case(
        "ERR-3",
        (refused(ACCEPT, code=NO_SERVICE, ServiceId="vpce-svc-9", VpcEndpointId_1="vpce-a"),),
        (decided("vpce-a", service="vpce-svc-9"),),
        "the parent is unknown",
        circumstances=PROMISED,
        name="another service",
    ),
    Case(
        "ERR-3",
        (page(A, B), decided("vpce-z", failed=failure("vpce-z"))),
        (page(A, B), decided("vpce-z")),
        "the connection is unknown",
        circumstances=PROMISED,
        name="an unknown endpoint",
    ),
    Case(
        "ERR-5",
        (refused(ACCEPT, code="MissingParameter", VpcEndpointId_1="vpce-a"),),
        (asked(ACCEPT, "<r><requestId>r</requestId></r>", VpcEndpointId_1="vpce-a"),),
        "lacks /",
        name="form",
    ),
    Case("ERR-5", (refused(LIST, MaxResults=4),), (page(A, MaxResults=4),), "minimum", name="too small a page"),
    Case("ERR-5", (refused(LIST, MaxResults="ten"),), (page(A, MaxResults="ten"),), "integer", name="no number"),
    Case(
        "ERR-7",
        (refused(f"{LIST}Again", code="InvalidAction"),),
        (page(A, method="PUT"),),
        "undocumented there",
        name="PUT for POST",
    ),
    Case(
        "ERR-8",
        (refused(LIST, 401, "AuthFailure", credential=Credential.WRONG),),
        (refused(LIST, 400, "AuthFailure", credential=Credential.WRONG),),
        "belongs to status 401",
        name="codes with dots",
    ),
    Case(
        "ERR-10",
        (page(A), page(A, MaxResults=5)),
        (page(A), refused(LIST, MaxResults=5)),
        "a valid DescribeVpcEndpointConnections",
        circumstances=PROMISED,
        name="list by form",
    ),
    Case(
        "STA-1",
        (page(A, B), decided("vpce-a", "vpce-b"), page(OPEN_A, OPEN_B)),
        (page(A, B), decided("vpce-a", "vpce-b"), page(OPEN_A, B)),
        "shows pendingAcceptance",
        name="one of two",
    ),
    Case(
        "STA-3",
        (page(A, B), decided("vpce-a", "vpce-b", failed=failure("vpce-b")), page(OPEN_A, B)),
        (page(A, B), decided("vpce-a", "vpce-b", failed=failure("vpce-b")), page(OPEN_A, OPEN_B)),
        "but changed /vpcEndpointState",
        name="not decided, and changed",
    ),
    Case(
        "STA-3",
        (
            page(A, B),
            refused(ACCEPT, 412, "DryRunOperation", ServiceId=SERVICE, VpcEndpointId_1="vpce-a", DryRun="true"),
            page(A, B),
        ),
        (
            page(A, B),
            refused(ACCEPT, 412, "DryRunOperation", ServiceId=SERVICE, VpcEndpointId_1="vpce-a", DryRun="true"),
            page(OPEN_A, B),
        ),
        "but changed /vpcEndpointState",
        name="a dry run",
    ),
    Case(
        "STA-3",
        (page(A, B), refused(ACCEPT, VpcEndpointId_1="vpce-a"), page(A, B)),
        (page(A, B), refused(ACCEPT, VpcEndpointId_1="vpce-a"), page(A)),
        "on no page since",
        name="vanished from tokens",
    ),
    Case(
        "STA-7",
        (page(A, B, C), decided("vpce-a", "vpce-b"), page(OPEN_A, OPEN_B, C)),
        (page(A, B, C), decided("vpce-a", "vpce-b"), page(OPEN_A, OPEN_B, item("vpce-c", "available"))),
        "",
        name="beside two",
    ),
    Case(
        "STA-7",
        (page(A, B), decided("vpce-a"), page(OPEN_A, B)),
        (page(A, B), decided("vpce-a"), page(OPEN_A)),
        "on no page since",
        name="vanished from tokens",
    ),
    Case(
        "STA-9",
        (page(item("vpce-a", "rejected")), decided("vpce-a", failed=failure("vpce-a", "InvalidState"))),
        (page(item("vpce-a", "rejected")), decided("vpce-a"), page(item("vpce-a", "rejected"))),
        "answered with success, but",
        name="as a failure",
    ),
    Case(
        "STA-12",
        (decided("vpce-a", failed=failure("vpce-a")),),
        (decided("vpce-a", failed=failure("vpce-z")),),
        "names no connection",
    ),
    Case(
        "STA-12",
        (decided("vpce-a", "vpce-b", failed=failure("vpce-a") + failure("vpce-b")),),
        (decided("vpce-a", failed=failure("vpce-a") + failure("VPCE-A")),),
        "twice",
        name="twice",
    ),
    Case(
        "STA-12",
        (decided("vpce-a", failed=failure("vpce-a")),),
        (decided("vpce-a", failed=failure("vpce-a", code="")),),
        "without a code",
        name="no code",
    ),
    Case(
        "HDR-2",
        (
            refused(LIST, 401, "AuthFailure", credential=Credential.WRONG),
            refused(LIST, 400, "MissingParameter", credential=Credential.MISSING),
        ),
        (page(A, credential=Credential.WRONG),),
        "wrong credential",
        name="by form",
    ),
    Case(
        "HDR-3",
        (refused(LIST, 503, "RequestLimitExceeded"),),
        (asked(LIST, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", 503),),
        "without the error body",
        name="with 503",
    ),
    Case(
        "HDR-5",
        (page(A), refused(LIST, 503, "RequestLimitExceeded")),
        (refused(LIST, 503, "Unavailable"),),
        "failed with 503",
        name="not throttled",
    ),
)

QUIET_NAMED: tuple[Quiet, ...] = (
    Quiet(
        "an accepted endpoint is on its way",
        (page(A), decided("vpce-a"), page(item("vpce-a", "pending")), page(OPEN_A)),
    ),
    Quiet("a list of one, and of none", (page(A), page(Filter_1_Name="service-id", Filter_1_Value_1="other"))),
    Quiet("an empty page goes on", (page(token="t1"), page(A, NextToken="t1"))),
    Quiet(
        "an empty token ends",
        (
            page(A),
            asked(
                LIST,
                f"<r><requestId>r</requestId><vpcEndpointConnectionSet>{A}</vpcEndpointConnectionSet><nextToken/></r>",
            ),
        ),
    ),
    Quiet("the same by GET", (page(A, method="GET"),)),
    Quiet("a token of a page that was not recorded", (page(A, NextToken="t7"),), RECORDED),
    Quiet("a page of another walk", (page(A, B), page(B, NextToken="t7")), RECORDED),
    Quiet("what is being deleted goes", (page(A, item("vpce-b", "deleting")), page(A))),
    Quiet("a larger page than there can be", (page(A, MaxResults=5000),)),
    Quiet(
        "an available endpoint is rejected",
        (page(OPEN_A), decided("vpce-a", by="Reject"), page(item("vpce-a", "rejected"))),
    ),
    Quiet(
        "a code with a dot that the table does not have", (refused(LIST, 400, "InvalidVpcID.NotFound", MaxResults=1),)
    ),
    Quiet(
        "a region filter is no member", (page(A, Filter_1_Name="vpc-endpoint-region", Filter_1_Value_1="cross-region"),)
    ),
    Quiet(
        "a filter of two values, and another one",
        (page(A, OPEN_B), page(OPEN_B, **BOTH, Filter_2_Name="vpc-endpoint-id", Filter_2_Value_1="vpce-b")),
    ),
)
