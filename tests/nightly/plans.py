"""Plans of nights for tests: their target files, and what comes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.mock.fixtures import read_fixtures

DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")


def target(path: Path, base_url: str, more: str = "", contract: Contract = DICOM) -> None:
    names = read_fixtures(contract).parents[0]
    parent = ", ".join(f'{k} = "{v}"' for k, v in names.path.items())
    known = "".join(f"{state} = {json.dumps(list(found))}\n" for state, found in names.names.items())
    text = f'[target]\nbase_url = "{base_url}"\n{more}[auth.azure]\ntoken = "test-token"\n[budget]\nrequests = 12\n'
    path.write_text(
        f"{text}[contracts.{contract.id}]\npath = {{ {parent} }}\n[contracts.{contract.id}.fixtures]\n{known}",
        encoding="utf-8",
    )


def summary(out: Path) -> dict[str, Any]:
    data = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return {"exit_code": data["exit_code"], **{r["name"]: r for r in data["runs"]}}
