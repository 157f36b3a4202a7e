"""Who prepares the parts: processes of this machine, or the workers of a Dask cluster.

Both answer as an executor of `concurrent.futures` does, so that the rest is the same code.
"""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

from antiphon.errors import AntiphonError, unknown

ENGINES = ("processes", "dask")
_PATIENCE_S = 30  # how long a scheduler may take to answer and to find its first worker


def check(engine: str, scheduler: str) -> None:
    """Raise `AntiphonError` where an engine is unknown, or given a scheduler it does not have."""
    if engine not in ENGINES:
        raise unknown(engine, "engines", ENGINES)
    if scheduler and engine != "dask":
        raise AntiphonError(f"A scheduler is Dask's: say --engine dask --scheduler {scheduler}.")


def workers(engine: str, jobs: int, scheduler: str) -> AbstractContextManager[Executor]:
    """Open the workers of an engine.

    Args:
        engine: one of `ENGINES`.
        jobs: processes to start on this machine; an existing cluster has its own.
        scheduler: address of an existing Dask cluster, e.g. ``tcp://10.0.0.5:8786``; "" for none.

    Raises:
        AntiphonError: Dask is not installed, or no cluster with a worker is at that address.
    """
    return _dask(jobs, scheduler) if engine == "dask" else _processes(jobs)


def one_thread() -> AbstractContextManager[object]:
    """Keep matrix products to one thread: those of songs are so small that more only wait."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looking for the libraries takes longer than a song


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """Open worker processes: forked where that is safe and quick, else started afresh."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and "torch" not in sys.modules
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    with warnings.catch_warnings():
        # Python 3.12 warns of any thread at a fork; numpy's are idle and made fork-safe
        warnings.simplefilter("ignore", DeprecationWarning)
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            yield pool


@contextmanager
def _dask(jobs: int, scheduler: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise AntiphonError(
            "The engine dask is not installed: pip install 'antiphon[cluster]'."
        ) from None
    try:
        client = (
            Client(scheduler, timeout=_PATIENCE_S)
            if scheduler
            else Client(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
        )
    except (OSError, ValueError) as error:  # no answer in time is an OSError, too
        raise AntiphonError(f"No Dask scheduler answers at {scheduler}.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError:
            raise AntiphonError(
                f"The Dask scheduler at {scheduler} has no worker: start one by "
                f"`dask worker {scheduler}` where antiphon is installed."
            ) from None
        # not pure: a part is made for the file it writes, not for what it returns
        with client.get_executor(pure=False) as pool:
            yield pool
