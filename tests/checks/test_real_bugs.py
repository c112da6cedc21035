"""Bugs of such APIs that users reported in public: the traffic that shows each, and the expected breach."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from linkproof.checks.leaks import find_leak
from linkproof.model.exchange import Circumstances, Exchange
from linkproof.model.finding import Level
from tests.check_cases import APPROVED, RECORDED, WHOLE, action, delete, got, poll, put, result, slow
from tests.check_cases_effects import gone, whole
from tests.traffic import (
    AKS,
    HEALTH,
    HUAWEI,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    connections,
    decision,
    error,
    ex,
    judge,
    listing,
    state,
)


@dataclass(frozen=True)
class Bug:
    """Where it was reported, what showed it, and the requirements that are breached."""

    reported: str
    what: str
    traffic: tuple[Exchange, ...]
    breached: tuple[str, ...]
    circumstances: Circumstances = field(default=MOCK)

    def __str__(self) -> str:
        return f"{self.reported}: {self.what}"


def failing(code: str, message: str, status: int = 400, **more: object) -> Exchange:
    """An error with a code and a message of one's own."""
    return ex(AKS, own="one", status=status, answer={"error": {"code": code, "message": message}}, **more)  # type: ignore[arg-type]


def refused(name: str) -> Exchange:
    """A decision that is refused."""
    return error(name, 400, "BadRequest", "PUT", "one", sent=decision())


BUGS: tuple[Bug, ...] = (
    Bug(
        "Azure/azure-rest-api-specs#30308",
        "approving an approved connection again is answered with 400",
        (got(), put(), got(**APPROVED), error(AKS, 400, "BadRequest", "PUT", "one", sent=decision())),
        ("STA-4",),
    ),
    Bug(
        "Azure/azure-rest-api-specs#14069, Azure/azure-powershell#14399",
        "the list is a bare array",
        (ex(AKS, answer=[connection()]),),
        ("PAG-1",),
    ),
    Bug(
        "a recording of cloud HSM clusters, 2025",
        "a state is in upper case",
        (got(properties__provisioningState="SUCCEEDED"),),
        ("ENM-1",),
    ),
    Bug(
        "a recording of HealthcareApis workspaces",
        "a PUT without the read-only id is refused",
        (got(of=HEALTH), refused(HEALTH)),
        ("ENM-3",),
    ),
    Bug(
        "Azure/azure-rest-api-specs#32343, Azure/azure-sdk-for-python#39387",
        "a read-only id has to be sent",
        (listing(HEALTH, connection(HEALTH)), refused(HEALTH)),
        ("ENM-3",),
    ),
    Bug(
        "Azure/azure-cli#20424",
        "read-only members sent back as they came are refused, with the text of an exception",
        (got(), failing("BadRequest", "Property set method not found.")),
        ("ERR-2",),
    ),
    Bug("Azure/azure-cli#20752", "an error has an empty message", (failing("InternalError", ""),), ("ERR-1",)),
    Bug(
        "pulumi/pulumi-azure-native#867",
        "400 has an empty body",
        (ex(AKS, "PUT", "one", 400, raw_sent=b"{"),),
        ("ERR-1",),
    ),
    Bug(
        "pulumi/pulumi-azure-native#1219",
        "an operation ends Failed, and says nothing",
        (got(), delete(), poll("Failed", error={"code": "", "message": ""})),
        ("LRO-2",),
    ),
    Bug(
        "Azure/bicep-types-az#2032",
        "approved, and the operation never ends",
        (
            got(of=POSTGRES),
            slow(ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=delete().response.headers), 6e6, 6e6 + 1),
            slow(got(of=POSTGRES, **APPROVED), 6e6 + 2, 6e6 + 3),
            slow(poll("InProgress"), 6e6 + 8, 6e6 + 9),
        ),
        ("LRO-4",),
    ),
    Bug(
        "Azure/azure-cli#12385",
        "the status of a failed operation is answered with 200, and has no error",
        (got(), delete(), poll("Failed")),
        ("LRO-2",),
    ),
    Bug("Azure/go-autorest#596", "the result of an operation is 404", (got(), delete(), result(404)), ("LRO-3",)),
    Bug(
        "hashicorp/pandora#2696",
        "a deletion ended with success, and the connection is still there",
        (got(), delete(), poll("Succeeded"), got()),
        ("STA-5", "LRO-4"),
    ),
    Bug(
        "Azure/azure-rest-api-specs#34782",
        "a member that is documented as writable is not",
        (got(), put(), got(**state("Approved", "please"))),
        ("STA-2",),
    ),
    Bug(
        "Azure/Community-Policy#514",
        "provisioningState is Ready",
        (got(properties__provisioningState="Ready"),),
        ("ENM-1",),
    ),
    Bug(
        "Azure/terraform-provider-azapi#274",
        "404 has no error code",
        (ex(AKS, own="x", status=404, answer={"error": {"message": "not found"}}),),
        ("ERR-1",),
    ),
    Bug(
        "Azure/azure-rest-api-specs#17015, #7631",
        "a PUT is answered with a status that is not documented",
        (ex(AKS, "PUT", "one", 202, sent=decision(), headers=delete().response.headers),),
        ("SHP-2",),
    ),
    Bug(
        "hashicorp/terraform-provider-aws#14604",
        "a connection is in an undocumented state",
        (connections({**WHOLE[0], "status": "pending"}),),
        ("ENM-1",),
    ),
    Bug(
        "rebuy-de/aws-nuke#1258",
        "a connection is listed, and rejecting it is answered with not found",
        (
            connections(WHOLE[0]),
            error(HUAWEI, 404, "EndPoint.2006", "POST", "action", sent={"action": "reject", "endpoints": ["e0"]}),
        ),
        ("ENM-3",),
    ),
    Bug(
        "hashicorp/terraform-provider-aws#48442",
        "a documented filter is refused",
        (error(HUAWEI, 400, "EndPoint.0002", query="status=accepted"),),
        ("ERR-10",),
        replace(MOCK, collections={HUAWEI: frozenset({PATHS[HUAWEI].lower()})}),
    ),
    Bug(
        "GoogleCloudPlatform/k8s-config-connector#762",
        "the service's values are others than the documented ones",
        (got(**state("ACCEPTED")),),
        ("ENM-1",),
    ),
    Bug(
        "huaweicloud/terraform-provider-huaweicloud#1010",
        "an approval cannot be seen",
        (whole(), action(own="e0"), whole()),
        ("STA-1",),
    ),
    Bug(
        "Azure/azure-rest-api-specs#32752",
        "a deletion is answered before it is done",
        (got(), delete(status=200), got()),
        ("STA-5",),
    ),
    Bug(
        "a recording of Key Vault's managed HSMs",
        "the type is that of another service, and the list leaves out name and type",
        (got(type="Microsoft.KeyVault/vaults/privateEndpointConnections"),),
        ("SHP-5",),
    ),
    Bug(
        "a recording of Bot Service",
        "an id does not have the connection's name",
        (listing(AKS, connection(id=connection()["id"].rsplit("/", 1)[0])),),
        ("SHP-5",),
    ),
    Bug(
        "a recording of IoT Hub",
        "the answer shows the new description, and Get the old one",
        (got(), put(), got(**state("Approved", "please"))),
        ("STA-2",),
    ),
    Bug(
        "a recording of App Configuration",
        "a rejection is accepted, and the connection stays approved",
        (got(**APPROVED), put(sent=decision("Rejected", "no"), **APPROVED), got(**APPROVED)),
        ("STA-1",),
    ),
    Bug(
        "recordings of Container Registry and Databricks",
        "the status of an operation is answered with 202",
        (got(), delete(), ex(AKS, url=delete().response.headers.get("azure-asyncoperation"), status=202)),
        ("LRO-2",),
    ),
    Bug(
        "a recording of EventGrid",
        "a member is null that has no null",
        (got(properties__provisioningState=None),),
        ("SHP-1",),
    ),
    Bug(
        "a recording of Digital Twins",
        "an exception's type leaks",
        (failing("BadRequest", "Microsoft.Azure.DigitalTwins.ValidationException: no"),),
        ("ERR-2",),
        RECORDED,
    ),
)


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_real_bug_is_a_breach(bug: Bug) -> None:
    _, breaches = judge(bug.traffic, bug.circumstances)
    must = {requirement for requirement, b in breaches if b.level is Level.MUST}
    assert set(bug.breached) <= must, sorted(must)


def test_refusing_a_move_from_rejected_is_legal() -> None:
    """Azure/azure-docs#115121: Cosmos DB refuses it, and documented that later. It is STA-9 that passes."""
    rejected = state("Rejected", "no")
    counts, breaches = judge((got(**rejected), refused(AKS), got(**rejected)))
    assert counts["STA-9"] == 1
    assert [(r, b.message) for r, b in breaches if b.level is Level.MUST] == []


def test_not_found_while_a_deletion_goes_on_is_not_judged() -> None:
    """hashicorp/go-azure-sdk#1365: no public rule says for how long a connection is shown that is being deleted."""
    failed = poll("Failed", error={"code": "Conflict", "message": "It is in use."})
    _, breaches = judge((got(), delete(), gone(), poll("InProgress"), failed, got()))
    assert [(r, b.message) for r, b in breaches if b.level is Level.MUST] == []


@pytest.mark.parametrize(
    "text",
    [
        "Property set method not found.",
        "Object reference not set to an instance of an object.",
        "Value cannot be null. (Parameter 'id')",
        "Sequence contains no elements",
        "'NoneType' object has no attribute 'get'",
        "Cannot read properties of undefined (reading 'id')",
    ],
)
def test_the_text_of_an_exception_leaks(text: str) -> None:
    assert find_leak(f"The request failed: {text}", "") is not None
    assert find_leak(f"The request failed: {text}", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "The value cannot be null.",
        "The property 'id' was not found.",
        "The object has no attribute named id.",
        "The list contains no elements.",
        "The reference does not exist.",
    ],
)
def test_a_plain_sentence_does_not_leak(text: str) -> None:
    assert find_leak(text, "") is None
