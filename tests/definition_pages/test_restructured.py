"""Definition pages in reStructuredText: a page of ours is read, and the vendor's agree with their contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.definition_pages.compare import Difference, differences
from linkproof.definition_pages.defects import defects_of_page
from linkproof.definition_pages.facts import ErrorFact, Facts
from linkproof.definition_pages.read import facts_of, read_page
from linkproof.definition_pages.verify import contract_of, verify

PAGES = Path(__file__).parents[3] / "shared" / "clouds" / "otc"
CONTRACTS = {c.id: c for c in all_contracts()}
OTC = CONTRACTS["otc-vpcep-connections"]
DECISION = "accepting_or_rejecting_a_vpc_endpoint.rst"
LIST = "querying_connections_of_a_vpc_endpoint_service.rst"

OWN = """\
:original_name: a.html

.. _a:

Deciding a Door
===============

URI
---

POST /v1/{house}/doors/{door}/state?sort_key={sort_key}&limit={limit}

.. table:: **Table 1** what the path has

   +-------+-----------+---------------------------------------+
   | Name  | Mandatory | Description                           |
   +=======+===========+=======================================+
   | house | Yes       | See :ref:`the houses <house_0001>` .  |
   +-------+-----------+---------------------------------------+
   | door  | Yes       | A door.                               |
   +-------+-----------+---------------------------------------+

.. table:: **Table 2** what the query has

   +----------+----+---------+---------------------------------------------------+
   | sort_key | No | String  | One of:                                           |
   |          |    |         |                                                   |
   |          |    |         | -  **height**: of the door                        |
   |          |    |         | -  **width**: of the door                         |
   |          |    |         |                                                   |
   |          |    |         | The default is **height**.                        |
   +----------+----+---------+---------------------------------------------------+
   | limit    | No | Integer | It ranges from **1** to **50**.                   |
   +----------+----+---------+---------------------------------------------------+

Request
-------

.. table:: **Table 3** the body

   ====== === ======= ===================
   Name   Man Type    Description
   ====== === ======= ===================
   wanted Yes String  Open or shut.
   times  No  Integer How often.
   ====== === ======= ===================

-  Example

   .. code-block:: text

      POST https://{endpoint}/v1/{house}/doors/7/state

   .. code-block::

      {
         "wanted": "open"
      }

Response
--------

.. table:: **Table 4** the door

   +-------+--------+----------------------+
   | Name  | Type   | Description          |
   +=======+========+======================+
   | state | String | -  **open**: open    |
   |       |        | -  **shut**: shut    |
   +-------+--------+----------------------+

.. table:: **Table 5** codes

   === ======= =====
   400 Door.01 Stuck
   404 Door.02 Gone
   === ======= =====

.. table:: **Table 6** statuses

   === =========
   200 It is so.
   500 It broke.
   === =========
"""


def shared(name: str) -> Facts:
    """One of the vendor's pages; skips where it is absent."""
    if not (PAGES / name).is_file():
        pytest.skip(f"../shared/clouds/otc/{name} is absent: the vendor's own page was not read")
    return read_page(PAGES / name)


def test_what_stands_on_a_page_is_read() -> None:
    found = facts_of(OWN)
    assert (found.layout, found.title) == ("reStructuredText", "Deciding a Door")
    assert (found.method, found.path) == ("POST", "/v1/{house}/doors/{door}/state")
    placed = {p.names[0]: (p.place, p.required, p.type) for p in found.parameters}
    assert placed == {
        "house": ("path", True, ""),
        "door": ("path", True, ""),
        "sort_key": ("query", False, "string"),
        "limit": ("query", False, "integer"),
    }
    by_name = {p.names[0]: p for p in found.parameters}
    assert (by_name["sort_key"].values, by_name["sort_key"].default) == (("height", "width"), "height")
    assert by_name["limit"].limits == {"minimum": 1, "maximum": 50}
    assert [(m.name, m.type, m.required) for m in found.body] == [
        ("wanted", "string", True),
        ("times", "integer", False),
    ]
    assert [(d.name, [m.name for m in d.members]) for d in found.objects] == [("the door", ["state"])]
    assert [(d.name, d.values) for d in found.enumerations] == [("state", ("open", "shut"))]
    assert found.errors == (ErrorFact("Door.01", 400), ErrorFact("Door.02", 404))
    assert found.statuses == (200,)
    assert [(s.kind, s.path) for s in found.samples] == [("request", "/v1/{house}/doors/7/state")]
    assert found.lacks == ()


def test_nothing_outside_a_page_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("GET /v1/{secret}\n")
    found = facts_of(f"Title\n=====\n\n.. include:: {secret}\n\n.. csv-table:: x\n   :file: {secret}\n\n.. table:: x\n")
    assert (found.title, found.method, found.parameters) == ("Title", "", ())


@pytest.mark.parametrize("cut", range(100, len(OWN), 331))
def test_a_damaged_page_gives_fewer_facts(cut: int, tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_text(OWN[:cut] + OWN[cut + 40 :])
    found = read_page(page)
    assert found.layout == "reStructuredText"
    assert len(found.parameters) <= len(facts_of(OWN).parameters)


def test_words_and_codes_of_a_page_are_compared() -> None:
    was = facts_of(OWN)
    text = OWN.replace("**height**: of", "**depth**: of ").replace(
        "The default is **height**", "The default is **depth** "
    )
    text = text.replace("404 Door.02 Gone", "400 door.02 Gone").replace("400 Door.01 Stuck", "400 Door.03 Stuck")
    assert differences(was, facts_of(text)) == [
        Difference("error code Door.01", "status", "400", "", False),
        Difference("error code Door.02", "status", "404", "400", True),
        Difference("error code Door.03", "status", "", "400", False),
        Difference("parameter sort_key", "default", "height", "depth", True),
        Difference("parameter sort_key", "enumerator", "", "depth", False),
        Difference("parameter sort_key", "enumerator", "height", "", True),
    ]


# the vendor's own pages


@pytest.mark.parametrize("name", [DECISION, LIST, "error_codes.rst", "status_codes.rst"])
def test_the_vendors_pages_and_the_contract_agree(name: str) -> None:
    facts = shared(name)
    assert contract_of(facts, name, CONTRACTS.values()) is OTC
    drift = verify(facts, OTC, name)
    assert not drift.is_there, (drift.new, drift.gone, drift.lost)


def test_a_page_that_changes_has_drifted() -> None:
    text = (PAGES / LIST).read_text(encoding="utf-8") if shared(LIST) else ""
    drift = verify(facts_of(text.replace("**rejected**: The", "**refused**: The ")), OTC, LIST)
    assert Difference("parameter status", "enumerator", "rejected", "", True) in drift.new
    facts = shared("error_codes.rst")
    other = replace(facts, errors=(*facts.errors[1:], ErrorFact("EndPoint.9999", 400)))
    assert [d.place for d in verify(other, OTC, "error_codes.rst").new] == [
        "error code EndPoint.0001",
        "error code EndPoint.9999",
    ]


def test_two_clouds_with_one_path_have_a_page_each_whatever_the_file_is_called() -> None:
    assert contract_of(shared(LIST), "saved.rst", CONTRACTS.values()) is OTC
    assert contract_of(shared(DECISION), "saved.rst", CONTRACTS.values()) is OTC


def test_the_error_sample_is_the_pages_one_defect() -> None:
    found = [d for name in (DECISION, LIST, "error_codes.rst") for d in defects_of_page(shared(name), OTC, name)]
    assert [(d.document, d.breach.kind) for d in found] == [("Accepting or Rejecting a VPC Endpoint", "not JSON")]
