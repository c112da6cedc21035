"""Variants of bodies, their transport, and the members of a connection."""

from __future__ import annotations

import gzip
import json
from typing import Any
from xml.etree import ElementTree

from linkproof.base.json_values import place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import leaves, lists_the_decided, speaks_json
from linkproof.faults.edits import connections, every_answer, inherited, part
from linkproof.faults.json_edits import drop, put
from linkproof.faults.registry import Change, variant
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection

# bodies and their transport


@variant("SHP-1", "reordered", "The members of objects come in another order.")
def _shp_1_reordered(_: Contract) -> Change | None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: turned(v) for k, v in reversed(value.items())}
        return [turned(v) for v in value] if isinstance(value, list) else value

    def hook(_: Asked, answer: Answer) -> None:
        answer.value = turned(answer.value)

    return every_answer(hook)


@variant("SHP-3", "pretty", "JSON is indented, ends with a newline, and escapes what is not ASCII.")
def _shp_3_pretty(contract: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body and answer.raw is None:
            answer.raw = (json.dumps(answer.value, indent=2) + "\n").encode()

    return every_answer(hook) if speaks_json(contract) else None


@variant("SHP-3", "pretty-xml", "XML is indented, and names no encoding.")
def _shp_3_pretty_xml(contract: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body and answer.raw is None:
            root = ElementTree.fromstring(answer.content())
            ElementTree.indent(root)
            answer.raw = ElementTree.tostring(root)

    return None if speaks_json(contract) else every_answer(hook)


def _label(text: str) -> Change:
    return part("authentication", content_type=lambda _: text)


@variant("SHP-3", "no-charset", "Content-Type is application/json, without a charset.")
def _shp_3_no_charset(contract: Contract) -> Change | None:
    return _label(contract.protocol.response.media[-1])


@variant("SHP-3", "charset-spelled-otherwise", 'Content-Type is Application/JSON;Charset="UTF-8".')
def _shp_3_charset_spelled_otherwise(contract: Contract) -> Change | None:
    return _label('Application/JSON;Charset="UTF-8"') if speaks_json(contract) else _label('Text/XML;Charset="UTF-8"')


@variant("SHP-3", "odata-label", "Content-Type has a further parameter.")
def _shp_3_odata_label(contract: Contract) -> Change | None:
    return _label("application/json; odata.metadata=minimal; charset=utf-8") if speaks_json(contract) else None


@variant("SHP-3", "chunked", "Bodies are sent in chunks.", wire=True)
def _shp_3_chunked(_: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        if answer.has_body:
            answer.put("Transfer-Encoding", "chunked")

    return every_answer(hook)


@variant("SHP-3", "connection-closed", "Each answer ends the connection.", wire=True)
def _shp_3_connection_closed(_: Contract) -> Change | None:
    return every_answer(lambda _, answer: answer.put("Connection", "close"))


@variant("SHP-3", "compressed", "Bodies are compressed where the client allows it.")
def _shp_3_compressed(_: Contract) -> Change | None:
    def hook(asked: Asked, answer: Answer) -> None:
        if answer.has_body and "gzip" in asked.headers.get("accept-encoding", ""):
            answer.raw = gzip.compress(answer.content(), mtime=0)
            answer.put("Content-Encoding", "gzip")

    return every_answer(hook)


@variant("HDR-1", "more-headers", "Answers have additional header fields, in lower case.")
def _hdr_1_more_headers(_: Contract) -> Change | None:
    def hook(_: Asked, answer: Answer) -> None:
        answer.headers = [(k.lower(), v) for k, v in answer.headers]
        answer.put("x-correlation-request-id", "7f6b1a52-1111-4222-8333-0123456789ab")
        answer.put("strict-transport-security", "max-age=31536000; includeSubDomains")
        answer.put("cache-control", "no-cache")
        answer.put("x-content-type-options", "nosniff")

    return every_answer(hook)


# identity and members


@variant("SHP-5", "ids-in-lower-case", "Ids are in lower case.")
def _shp_5_ids_in_lower_case(contract: Contract) -> Change | None:
    return connections(put(contract.member.id, lambda v: str(v).lower())) if contract.resource_type else None


@variant("SHP-5", "groups-in-lower-case", "Ids write resourcegroups in lower case.")
def _shp_5_groups_in_lower_case(contract: Contract) -> Change | None:
    made = put(contract.member.id, lambda v: str(v).replace("/resourceGroups/", "/resourcegroups/"))
    return connections(made) if contract.resource_type else None


@variant("SHP-5", "type-in-lower-case", "Types are in lower case.")
def _shp_5_type_in_lower_case(contract: Contract) -> Change | None:
    return connections(put(contract.member.type, lambda v: str(v).lower())) if contract.member.type else None


@variant("SHP-5", "name-with-parent", "A name has the parent's name before it.")
def _shp_5_name_with_parent(contract: Contract) -> Change | None:
    if not contract.member.name:
        return None

    def edit(value: dict[str, Any]) -> None:
        steps = str(value.get("id", "")).split("/")
        if len(steps) > 3 and value.get("name") == steps[-1]:
            value["name"] = f"{steps[-3]}/{steps[-1]}"

    return connections(edit)


@variant("SHP-9", "decided-in-upper-case", "The answer to a decision has the connection's id in upper case.")
def _shp_9_decided_in_upper_case(contract: Contract) -> Change | None:
    made = put(contract.member.id, lambda v: str(v).upper())
    return connections(made, Role.DECIDE) if lists_the_decided(contract) else None


@variant("SHP-9", "others-with-the-decided", "The answer to a decision lists all connections of the parent.")
def _shp_9_others_with_the_decided(contract: Contract) -> Change | None:
    def decide(self: Any, asked: Asked, collection: Collection) -> Answer:
        answer: Answer = inherited(self, "decide", asked, collection)
        if answer.status == 200:
            place(answer.value, contract.list.items, [self.presenter.got(c) for c in collection.in_order()])
        return answer

    return part("service", decide=decide) if lists_the_decided(contract) else None


@variant("SHP-1", "lean", "Members that are not required are left out.")
def _shp_1_lean(contract: Contract) -> Change | None:
    known = leaves(contract)
    wanted = [p for p in ("/systemData", "/tags", "/etag", "/location") if any(k.startswith(p) for k in known)]
    return connections(_several(*wanted)) if wanted else None


def _several(*pointers: str) -> Any:
    def edit(value: dict[str, Any]) -> None:
        for pointer in pointers:
            drop(pointer)(value)

    return edit


@variant("SHP-1", "long-times", "Times have seven digits of a second, and an offset.")
def _shp_1_long_times(contract: Contract) -> Change | None:
    wanted = [p for p, s in leaves(contract).items() if s.get("format") == "date-time" and p.startswith("/systemData")]
    if not wanted:
        return None

    def made(value: Any) -> str:
        return str(value).removesuffix("Z")[:26].ljust(26, "0") + "0+00:00"

    def edit(value: dict[str, Any]) -> None:
        for pointer in wanted:
            put(pointer, made)(value)

    return connections(edit)
