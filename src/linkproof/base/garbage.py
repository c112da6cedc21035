"""How often Python looks for unreachable objects: judging and running make few, and looking takes time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects before unreachable ones are looked for while recordings are judged: judging makes none, and looking took
#: a tenth of all time. As many take about 100 MB.
MANY_OBJECTS = 1_000_000

#: Whether a block around the present code leaves out what existed before it.
_keeps = False


@contextmanager
def rare_collections(new: int, *, keep: bool = False) -> Iterator[None]:
    """Look for unreachable objects only after many new ones, until the block ends.

    Args:
        new: number of new objects after which the youngest are looked through; older ones are looked at more rarely.
        keep: leave out all objects that exist now, such as modules and contracts.
    """
    global _keeps
    usual = gc.get_threshold()
    # What the caller leaves out stays so. Python counts it one by one: within a block, that need not be asked.
    outermost = not _keeps and not gc.get_freeze_count()
    keep = keep and outermost
    gc.set_threshold(new, 20, 50)
    if keep:
        gc.freeze()
        _keeps = True
    try:
        yield
    finally:
        if outermost:
            # All objects count as old now: otherwise the block's would be looked through at once.
            gc.freeze()
            gc.unfreeze()
        if keep:
            _keeps = False
        gc.set_threshold(*usual)
