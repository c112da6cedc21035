"""The history in a database: an SQLite file, or PostgreSQL by URL."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from linkproof.base.files import MOST_BYTES
from linkproof.errors import UsageError
from linkproof.history.tables import VERSION, About, Base, FindingRow, Run, StatusRow, ValueRow
from linkproof.model.finding import Finding
from linkproof.model.results import Results
from linkproof.redaction.publish import Published, published
from linkproof.results.serialize import published_json, results_from_json

DEFAULT = "sqlite:///reports/history.sqlite"
#: How long one writer waits for another, in seconds.
_BUSY_S = 30
_ATTEMPTS = 10
#: What databases say to one of two that make the same table at once.
_CROSSED = re.compile("exists|duplicate|locked")
_FIX = "give a URL such as sqlite:///history.sqlite or postgresql://user@host/name, or set LINKPROOF_HISTORY"


class HistoryUnavailable(UsageError):
    """The database cannot be reached, read or written: it may be there later."""


class Store:
    """Runs, by target and time. Use it as a context manager."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._where = "--store"
        self._engine = self._open(url)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def add(self, results: Results) -> tuple[int, bool]:
        """Add a run; return its number, and False where it was there before."""
        shown = published(results)
        data = published_json(shown)
        digest = hashlib.sha256(data).hexdigest()
        try:
            with self._session() as session, session.begin():
                run = _run(shown, digest, zlib.compress(data))
                session.add(run)
                session.flush()
                return run.id, True
        except IntegrityError:
            with self._session() as session:
                found = session.scalar(select(Run.id).where(Run.digest == digest))
            if found is None:
                raise
            return found, False

    def runs(self, target: str = "") -> list[Run]:
        """Return every run (of a target), the oldest first."""
        query = select(Run).order_by(Run.started_at, Run.id)
        with self._session() as session:
            return list(session.scalars(query.where(Run.target == target) if target else query))

    def rows(self, target: str) -> list[tuple[Run, StatusRow]]:
        """Return every requirement's status in every run of a target, the oldest run first."""
        query = select(Run, StatusRow).join(StatusRow, StatusRow.run_id == Run.id).where(Run.target == target)
        with self._session() as session:
            return [(run, row) for run, row in session.execute(query.order_by(Run.started_at, Run.id))]

    def findings(self, target: str) -> list[tuple[Run, FindingRow]]:
        """Return every finding of every run of a target, the oldest run first."""
        query = select(Run, FindingRow).join(FindingRow, FindingRow.run_id == Run.id).where(Run.target == target)
        with self._session() as session:
            return [(run, seen) for run, seen in session.execute(query.order_by(Run.started_at, Run.id))]

    def words(self, target: str) -> list[tuple[Run, ValueRow]]:
        """Return every value of every run of a target, the oldest run first."""
        query = select(Run, ValueRow).join(ValueRow, ValueRow.run_id == Run.id).where(Run.target == target)
        with self._session() as session:
            return [(run, word) for run, word in session.execute(query.order_by(Run.started_at, Run.id))]

    def results(self, number: int) -> Results:
        """Return the results of a run. Raises UsageError if there is no run of this number."""
        with self._session() as session:
            kept = session.scalar(select(Run.results).where(Run.id == number))
            newest = session.scalar(select(func.max(Run.id))) or 0
        if kept is None:
            fix = (
                f"numbers go up to {newest}: see linkproof history list" if newest else "add one: linkproof history add"
            )
            raise UsageError(f"the history has no run {number}", where=self._where, fix=fix)
        return results_from_json(self._unpacked(kept, number), f"run {number} of the history")

    def _unpacked(self, kept: bytes, number: int) -> bytes:
        """Return the results of a run as they were written, if they are not larger than results may be."""
        unpacking = zlib.decompressobj()
        try:
            found = unpacking.decompress(kept, MOST_BYTES)
        except zlib.error:
            found = b""
        if not unpacking.eof:
            problem = f"the results of run {number} are damaged"
            raise UsageError(problem, where=self._where, fix="remove the run, and add its results again")
        return found

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with Session(self._engine, expire_on_commit=False) as session:
                yield session
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise self._mistake(error) from None

    def _open(self, url: str) -> Engine:
        try:
            parsed = make_url(url)
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            self._where = f"--store {parsed.render_as_string(hide_password=True)}"
            if parsed.get_backend_name() == "sqlite":
                if parsed.database:
                    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
                engine = create_engine(parsed, connect_args={"timeout": _BUSY_S})
                event.listen(engine, "connect", _prepare)
            else:
                engine = create_engine(parsed, pool_pre_ping=True)
            self._set_up(engine)
        except ModuleNotFoundError as error:
            fix = "pip install 'linkproof[postgresql]'"
            raise UsageError(f"{error.name} is not installed", where=self._where, fix=fix) from None
        except (ArgumentError, NoSuchModuleError, ValueError):  # a port that is not a number
            raise UsageError("this is not a database URL", where=self._where, fix=_FIX) from None
        except SQLAlchemyError as error:
            raise self._mistake(error) from None
        except OSError as error:
            raise HistoryUnavailable(
                f"the folder cannot be made: {error.strerror}", where=self._where, fix=_FIX
            ) from None
        return engine

    def _set_up(self, engine: Engine) -> None:
        """Create missing tables. Several processes may try at once."""
        for attempt in range(_ATTEMPTS):
            try:
                with engine.begin() as connection:
                    for table in Base.metadata.sorted_tables:
                        connection.execute(CreateTable(table, if_not_exists=True))
                        for index in table.indexes:
                            connection.execute(CreateIndex(index, if_not_exists=True))
                break
            except DatabaseError as error:
                if attempt == _ATTEMPTS - 1 or not _CROSSED.search(str(error.orig)):
                    raise
        with Session(engine) as session:
            found = session.scalar(select(About.version))
            if found is None:
                try:
                    session.add(About(version=VERSION))
                    session.commit()
                except IntegrityError:
                    session.rollback()
            elif found != VERSION:
                problem = f"this history is of version {found}, this Linkproof keeps version {VERSION}"
                raise UsageError(problem, where=self._where, fix="give another --store, and add the results again")

    def _mistake(self, error: SQLAlchemyError) -> HistoryUnavailable:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return HistoryUnavailable(f"the history cannot be used: {reason}", where=self._where, fix=_FIX)


def _prepare(connection: Any, _: Any) -> None:
    """Allow one writer at a time without blocking readers: several CI jobs may share the file."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _run(results: Published, digest: str, packed: bytes) -> Run:
    started = results.started_at
    return Run(
        digest=digest,
        target=results.target.lasting_name,
        kind=results.target.kind,
        started_at=started,
        duration_s=results.duration_s,
        requests=results.requests,
        verdict=results.verdict.value,
        exit_code=results.exit_code,
        version=results.version,
        sentence=results.sentence,
        results=packed,
        rows=[
            StatusRow(
                contract=r.contract,
                requirement=r.requirement,
                family=r.family,
                level=r.level.value,
                status=r.status.value,
                exercised=r.exercised,
            )
            for r in results.requirements
        ],
        findings=[_seen(f, results) for f in results.findings],
        words=[
            ValueRow(
                contract=o.contract,
                place=o.place[:400],
                value=v.value,
                documented=v.documented,
                count=v.count,
                first=v.first_seen or started,
                last=v.last_seen or started,
            )
            for o in results.observed
            for v in o.values
        ],
    )


def _seen(finding: Finding, results: Published) -> FindingRow:
    return FindingRow(
        name=finding.id,
        contract=finding.contract,
        requirement=finding.requirement,
        level=finding.level.value,
        operation=finding.operation,
        message=finding.message,
        count=finding.count,
        waived=finding.id in results.waived,
        first=finding.first_seen or results.started_at,
        last=finding.last_seen or results.started_at,
    )
