"""DOC: the definition page's own samples. Findings are listed separately, and are not part of a target's verdict."""

import pytest

from linkproof.checks.documentation import judge_samples
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import NotExercised


@pytest.mark.requirement("DOC-1")
def test_every_sample_of_the_page_can_be_judged(driver: Driver) -> None:
    samples = list(judge_samples(driver.contract))
    if not samples:
        raise NotExercised("the contract's definition.toml has no sample of a page")
    known = {o.id for o in driver.contract.operations}
    for sample, _ in samples:
        assert sample["operation"] in known
