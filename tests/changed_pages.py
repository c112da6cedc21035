"""The vendors' definition pages with one change each: the replaced text, its replacement, the expected difference."""

from __future__ import annotations

from dataclasses import dataclass

AKS = "azure-containerservice-private-endpoint-connections-2025-01-01.txt"
PEC = "azure-healthcareapis-private-endpoint-connections-2022-06-01.txt"
DICOM = "azure-healthcareapis-dicom-services-2022-06-01.txt"
PG = "azure-dbforpostgresql-private-endpoint-connections-2018-06-01.txt"
HUAWEI = "huawei-vpcep-connections-v1.txt"


@dataclass(frozen=True)
class Changed:
    """A change on a page, and what of it is told: a part of the place, what differs, whether that is breaking."""

    page: str
    old: str
    new: str
    place: str
    what: str
    breaking: bool


CHANGES: dict[str, Changed] = {
    "a limit where there was none": Changed(
        page=AKS,
        old="private\n|\npath | True |\nstring |",
        new="private\n|\npath | True |\nstring minLength: 3 |",
        place="parameter privateEndpointConnectionName",
        what="minLength",
        breaking=True,
    ),
    "a limit no more": Changed(
        page=AKS,
        old="string minLength: 1maxLength: 90 |",
        new="string minLength: 1 |",
        place="parameter resourceGroupName",
        what="maxLength",
        breaking=False,
    ),
    "an enumerator removed": Changed(
        page=AKS,
        old="Disconnected | |\n",
        new="",
        place="ConnectionState.status",
        what="enumerator",
        breaking=True,
    ),
    "an enumerator added": Changed(
        page=DICOM,
        old="Warned\n\nstring\n",
        new="Warned\n\nstring\n\nZoned\n\nstring\n",
        place="provisioningState",
        what="enumerator",
        breaking=True,
    ),
    "an enumerator in another case": Changed(
        page=PEC,
        old="Rejected |\nstring",
        new="REJECTED |\nstring",
        place="status",
        what="enumerator",
        breaking=True,
    ),
    "required flipped in the body": Changed(
        page=PEC,
        old="properties.privateEndpoint |\nThe",
        new="properties.privateEndpoint | True |\nThe",
        place="request body.properties.privateEndpoint",
        what="required",
        breaking=True,
    ),
    "required no more in the body": Changed(
        page=HUAWEI,
        old="endpoints |\nYes |",
        new="endpoints |\nNo |",
        place="request body.endpoints",
        what="required",
        breaking=False,
    ),
    "required no more in the schema": Changed(
        page=PG,
        old="[ 'status', 'description' ]",
        new="[ 'status' ]",
        place="ConnectionState.description",
        what="required",
        breaking=True,
    ),
    "a parameter optional": Changed(
        page=PEC,
        old="workspace\n|\npath | True |",
        new="workspace\n|\npath | False |",
        place="parameter workspaceName",
        what="required",
        breaking=False,
    ),
    "a longer name allowed": Changed(
        page=AKS,
        old="maxLength: 63",
        new="maxLength: 80",
        place="parameter resourceName",
        what="maxLength",
        breaking=False,
    ),
    "only a shorter group allowed": Changed(
        page=AKS,
        old="maxLength: 90",
        new="maxLength: 64",
        place="parameter resourceGroupName",
        what="maxLength",
        breaking=True,
    ),
    "another pattern": Changed(
        page=DICOM,
        old="^[-\\w\\._\\(\\)]+$",
        new="^[-\\w]+$",
        place="parameter resourceGroupName",
        what="pattern",
        breaking=True,
    ),
    "a status added": Changed(
        page=AKS,
        old="201 Created |",
        new="202 Accepted |\nIt goes on. |\n|\n201 Created |",
        place="answers",
        what="status",
        breaking=True,
    ),
    "a status removed": Changed(
        page=AKS,
        old="201 Created |",
        new="Created |",
        place="answers",
        what="status",
        breaking=False,
    ),
    "another type": Changed(
        page=HUAWEI,
        old="marker_id |\nInteger |",
        new="marker_id |\nString |",
        place="Connection.marker_id",
        what="type",
        breaking=True,
    ),
    "a type of a list": Changed(
        page=DICOM,
        old="audiences\n\nstring[]",
        new="audiences\n\nstring",
        place="Authentication.audiences",
        what="type",
        breaking=True,
    ),
    "another path": Changed(
        page=PEC,
        old="workspaces/{workspaceName}/privateEndpointConnections/",
        new="workspaces/{workspaceName}/connections/",
        place="operation",
        what="path",
        breaking=True,
    ),
    "another method": Changed(
        page=AKS,
        old="PUT https",
        new="PATCH https",
        place="operation",
        what="method",
        breaking=True,
    ),
    "another version": Changed(
        page=DICOM,
        old="api-version=2022-06-01\n\nURI",
        new="api-version=2023-11-01\n\nURI",
        place="operation",
        what="version",
        breaking=True,
    ),
    "a parameter added": Changed(
        page=PEC,
        old="api-version\n|\nquery",
        new="$top\n|\nquery | False |\ninteger |\nHow many. |\napi-version\n|\nquery",
        place="parameter $top",
        what="in the query",
        breaking=False,
    ),
    "a member removed": Changed(
        page=AKS,
        old="target |\nstring |\n特定错误的目标。 例如,错误属性的名称。 |\n",
        new="",
        place="CloudErrorBody.target",
        what="member",
        breaking=True,
    ),
    "a member added": Changed(
        page=HUAWEI,
        old="domain_id |\nString |",
        new="description |\nString |\nWhy. |\ndomain_id |\nString |",
        place="Connection.description",
        what="member",
        breaking=False,
    ),
    "a definition added": Changed(
        page=DICOM,
        old="UserAssignedIdentity\n\nUser assigned identity properties\n\nName",
        new=(
            "Zone\n"
            "\n"
            "Of it.\n"
            "\n"
            "Name Type Description\n"
            "regionCode\n"
            "\n"
            "string\n"
            "\n"
            "Of it.\n"
            "\n"
            "UserAssignedIdentity\n"
            "\n"
            "User assigned identity properties\n"
            "\n"
            "Name"
        ),
        place="Zone",
        what="definition",
        breaking=False,
    ),
}
