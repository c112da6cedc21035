"""The shapes of the files in a contract folder, validated before anything in them is used."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
#: The id of a requirement, such as "PAG-6".
RequirementId = Annotated[str, Meta(pattern=r"^[A-Z]{3}-[1-9][0-9]?$")]
Text = Annotated[str, Meta(min_length=1)]
Table = dict[str, Any]
#: The header fields that Linkproof can put a credential in.
CredentialHeader = Literal["Authorization", "X-Auth-Token", "X-Api-Key", "Api-Key"]


class ProfileStates(Struct):
    """The contract's own words for the states that every decision is about."""

    pending: str
    approved: str
    rejected: str


class ContractFile(Struct):
    """``contract.toml``; its tables are validated when they become rules."""

    id: Name
    version: Name
    title: str
    vendor: Name
    resource_type: str
    operations: dict[str, str]
    retired: str = ""
    elsewhere: list[str] = []
    states: dict[str, str] = {}
    hosts: list[str] = []


class RequirementSource(Struct, forbid_unknown_fields=True):
    """A vendor's own public document behind requirements that another vendor's document states, too."""

    requirements: Annotated[list[RequirementId], Meta(min_length=1)]
    document: Text
    section: Text
    address: Text
    read: Text


class ProfileFile(Struct):
    """A vendor's profile; its other tables are validated when they become rules."""

    id: Name
    title: str
    error: Table
    listing: Table = field(name="list")
    member: Table
    decide: Table
    states: ProfileStates
    settled: Table = {}
    long_running: Table = {}
    protocol: Table = {}
    version_parameter: str = ""
    version_pattern: str = ""
    request_id_header: str = ""
    authorization_header: CredentialHeader = "Authorization"
    caseless_paths: bool = False
    hosts: list[str] = []


class SamplesPage(Struct):
    """The page from which the samples of ``definition.toml`` were taken."""

    title: str
    address: str
    read: str
    file: str = ""
    operation: str = ""


class Sample(Struct):
    """A sample of a definition page."""

    place: str
    operation: str
    kind: str
    text: str
    status: int = 0
    path: str = ""
    file: str = ""


class Differs(Struct):
    """A known difference between a page and its contract."""

    place: str
    what: str
    contract: str
    page: str
    why: str
    files: list[str] = []


class DefinitionFile(Struct, forbid_unknown_fields=True):
    """``definition.toml``."""

    page: SamplesPage
    further: list[SamplesPage] = []
    sample: list[Sample] = []
    differs: list[Differs] = []


class FixtureParent(Struct, forbid_unknown_fields=True):
    """A collection, and the names in it by status."""

    path: dict[str, str]
    connections: dict[str, list[str]] = {}


class FixturePassing(Struct, forbid_unknown_fields=True):
    """The values that a connection shows during an operation."""

    provisioning: str = ""
    status: str = ""


class FixturesFile(Struct, forbid_unknown_fields=True):
    """``fixtures.toml``."""

    parent: list[FixtureParent] = []
    every: Table = {}
    only: dict[str, Table] = {}
    passing: dict[str, FixturePassing] = {}
    at_once: list[str] = []
