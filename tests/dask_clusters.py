"""Dask clusters for tests, several of which may run at the same time."""

from __future__ import annotations

from typing import Any


def dask_cluster(workers: int) -> Any:
    """Return a cluster of worker processes on 127.0.0.1, a context manager.

    Its web server gets a free port. Without an address Dask takes port 8787, and warns where another cluster has it:
    tests fail on warnings, and so did those of one of two xdist workers that had a cluster at the same time.
    """
    import distributed

    library: Any = distributed
    return library.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    )
