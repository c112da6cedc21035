"""The fixtures of the target file: names, states, and the whole DICOM services."""

from __future__ import annotations

from tests.other_server.model import C1, SUBSCRIPTION, Azure, Json

_PENDING = [f"pending-{n:02}" for n in range(1, 31)]
_COMMON = {"Pending": _PENDING, "Approved": ["approved-01", "approved-02"], "Rejected": ["rejected-01"]}
STATUSES: dict[str, dict[str, list[str]]] = {
    "C1": _COMMON,
    "C2": {**_COMMON, "Disconnected": ["disconnected-01"]},
    "C3": _COMMON,
}

ENDPOINTS: list[tuple[str, str]] = [
    ("b3b7898c-2924-5cf1-87ad-92c803885f80", "pendingAcceptance"),
    ("4bfaa87e-0817-55ee-821e-559cbe368cce", "pendingAcceptance"),
    ("aa8ba841-0b73-5925-971f-546bc9930669", "pendingAcceptance"),
    ("103dbb34-f253-5fe9-b65b-a28fe222792e", "pendingAcceptance"),
    ("2b9ce21a-f8b5-518c-bcd3-cbd903240e34", "pendingAcceptance"),
    ("605bd4f6-76ac-5da6-b019-d6b564e2fb42", "pendingAcceptance"),
    ("20f12f91-f385-5a7f-a81c-edd7e51d09fe", "pendingAcceptance"),
    ("c88eeb15-60c7-5931-b315-1de5a3d830f9", "pendingAcceptance"),
    ("ceee38af-8247-5a1d-8572-f012d7f220a9", "pendingAcceptance"),
    ("8a0382e3-127f-510c-8931-124d7d56d7db", "pendingAcceptance"),
    ("d5eec322-3889-5750-8b40-50e0904a0cff", "pendingAcceptance"),
    ("50ce86b4-b2d1-5658-880d-048909643cc2", "pendingAcceptance"),
    ("561f4492-0d6e-583d-a4e1-1815dd57094c", "pendingAcceptance"),
    ("358b9701-0b8c-55ab-a268-80ff815889fc", "pendingAcceptance"),
    ("bc6b3ee1-fd6b-56e8-bf30-9eb6d9b20b78", "pendingAcceptance"),
    ("8146e00e-7bef-55b6-8583-f2a9017fc697", "pendingAcceptance"),
    ("ab2a0525-0457-58bd-8db4-8583392f7857", "pendingAcceptance"),
    ("ebb9dac5-b1a5-5c4c-b6e4-ca8c5d0b224a", "pendingAcceptance"),
    ("c2edad78-13f3-5973-9e39-8e57574deeb8", "accepted"),
    ("4151b4da-97d1-5ffb-94b3-5cca10bde688", "accepted"),
    ("7d8d2e53-000c-5ec1-9311-045036188a74", "accepted"),
    ("ab850565-2061-57b7-975f-256d0b5ded6b", "rejected"),
    ("c77a71b3-0374-5213-b56d-4b933f0e3d43", "rejected"),
    ("ec0d1601-7439-50af-8e08-9d64cd55520b", "failed"),
    ("2e9f58e1-ecbd-5a5b-ba42-17009a98632c", "creating"),
]

_HEAD = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg1/providers"
_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
_PRINCIPAL = "0d2c4f6e-8a1b-4c3d-9e5f-1a2b3c4d5e6f"


def _identity(n: int) -> Json:
    arm = f"{_HEAD}/Microsoft.ManagedIdentity/userAssignedIdentities/id-{n}"
    user = {arm: {"clientId": "5b7d9f1a-2c4e-4a6b-8d0f-3e5a7c9b1d2f", "principalId": _PRINCIPAL}}
    whole = {"principalId": _PRINCIPAL, "tenantId": _TENANT}
    kinds: list[Json] = [
        {"type": "None"},
        {"type": "SystemAssigned", **whole},
        {"type": "UserAssigned", "userAssignedIdentities": user},
        {"type": "SystemAssigned,UserAssigned", **whole, "userAssignedIdentities": user},
    ]
    return kinds[n % 4]


def _nested(name: str, status: str) -> Json:
    pe = f"{_HEAD}/Microsoft.Network/privateEndpoints/pe-{name}"
    state = {"status": status, "description": f"{status} by the owner", "actionsRequired": "None"}
    return {
        "id": f"{C1.base}/{name}",
        "name": name,
        "type": C1.type,
        "properties": {
            "privateEndpoint": {"id": pe},
            "privateLinkServiceConnectionState": state,
            "provisioningState": "Succeeded",
        },
    }


def dicom_services(contract: Azure) -> list[Json]:
    """The five DICOM services, which differ in their optional parts."""
    services: list[Json] = []
    for n in range(1, 6):
        name = f"dicom-{n}"
        properties: Json = {
            "provisioningState": "Succeeded",
            "authenticationConfiguration": {
                "authority": f"https://login.microsoftonline.com/{_TENANT}",
                "audiences": ["https://dicom.healthcareapis.azure.com/"],
            },
            "publicNetworkAccess": "Disabled" if n % 2 else "Enabled",
            "serviceUrl": f"https://workspace1-{name}.dicom.azurehealthcareapis.com",
            "privateEndpointConnections": [],
        }
        if n != 3:
            properties["corsConfiguration"] = {
                "origins": ["https://viewer.example.org"],
                "headers": ["*"],
                "methods": ["GET", "PUT"],
                "maxAge": 1440 + n,
                "allowCredentials": n == 4,
            }
        if n in (1, 2, 4, 5):
            both = [_nested("approved-01", "Approved"), _nested("rejected-01", "Rejected")]
            properties["privateEndpointConnections"] = both[: 1 + n % 2]
        services.append(
            {
                "id": f"{contract.base}/{name}",
                "name": name,
                "type": contract.type,
                "location": "westeurope",
                "etag": f'"{n:08x}-0000-0d00-0000-66a0b1c20000"',
                "tags": {"environment": "test", "number": str(n)} if n != 5 else {},
                "identity": _identity(n - 1),
                "systemData": {
                    "createdBy": "owner@example.org",
                    "createdByType": "User",
                    "createdAt": f"2024-02-0{n}T07:30:00.250Z",
                    "lastModifiedBy": "11111111-2222-3333-4444-555555555555",
                    "lastModifiedByType": "Application",
                    "lastModifiedAt": f"2024-02-1{n}T16:45:10.500Z",
                },
                "properties": properties,
            }
        )
    return services
