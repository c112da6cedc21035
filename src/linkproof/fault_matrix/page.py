"""The fault matrix as a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from linkproof.contract.requirement import Requirement
from linkproof.fault_matrix.table import Matrix, by_requirement, by_seed_name, contracts_of, head, trouble
from linkproof.reports.pages import pages_of


def as_html(matrix: Matrix, requirements: Sequence[Requirement]) -> str:
    """Return the page as HTML."""
    contracts = contracts_of(matrix)
    return (
        pages_of("linkproof.fault_matrix")
        .get_template("matrix.html.j2")
        .render(
            head=head(matrix),
            bad=matrix.bad,
            trouble=trouble,
            contracts=contracts,
            requirements=by_requirement(matrix, requirements),
            tables=[
                ("Every fault", by_seed_name(matrix.faults, contracts)),
                ("Every variant", by_seed_name(matrix.variants, contracts)),
            ],
        )
    )
