"""Makes pages from templates: every value is escaped, and an unknown name is an error."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def pages_of(package: str, **more: Any) -> Environment:
    """The templates of a package (its folder ``templates``)."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **more,
    )
