"""Dask clusters for tests, several of which may run at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def dask_cluster(workers: int) -> Iterator[Any]:
    """Within it, a cluster of worker processes runs on 127.0.0.1.

    Its web server gets a free port. Without an address Dask takes port 8787, and warns where another cluster has it:
    tests fail on warnings, and so did those of one of two xdist workers that had a cluster at the same time.

    Its processes are forked from one that has imported Dask: each would otherwise import it again, also the ones that
    replace killed ones.
    """
    import dask
    import distributed

    config: Any = dask.config
    library: Any = distributed
    with (
        config.set({"distributed.worker.multiprocessing-method": "forkserver"}),
        library.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
    ):
        yield cluster
