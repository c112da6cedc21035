"""The public documents behind rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The public document behind a rule.

    ``definition_of``: the contract whose definition it is; others have theirs. ``vendor``: the vendor that wrote it;
    other vendors' profiles name their own documents. "" stands for a document that binds everyone, such as an RFC.
    """

    document: str
    section: str
    address: str
    read: str
    definition_of: str = ""
    vendor: str = ""
