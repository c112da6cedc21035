"""The tables of the history: the whole results of each run, and in columns what is queried most."""

from __future__ import annotations

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

#: Of the tables below; a store of another version is refused.
VERSION = 1


class Base(DeclarativeBase):
    """Base of all tables."""


class About(Base):
    """The only row of its table: the version of all tables."""

    __tablename__ = "about"
    version: Mapped[int] = mapped_column(Integer, primary_key=True)


class Run(Base):
    """One run or check; ``digest`` is the SHA-256 of its results, ``results`` their JSON, compressed with zlib."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    target: Mapped[str] = mapped_column(Text, index=True)
    kind: Mapped[str] = mapped_column(Text)
    started_at: Mapped[str] = mapped_column(String(40), index=True)
    duration_s: Mapped[float] = mapped_column(Float)
    requests: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[str] = mapped_column(String(20))
    exit_code: Mapped[int] = mapped_column(Integer)
    version: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    results: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    rows: Mapped[list[StatusRow]] = relationship(cascade="all, delete-orphan")
    findings: Mapped[list[FindingRow]] = relationship(cascade="all, delete-orphan")
    words: Mapped[list[ValueRow]] = relationship(cascade="all, delete-orphan")


class StatusRow(Base):
    """A requirement's status on a contract in one run."""

    __tablename__ = "requirement"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    contract: Mapped[str] = mapped_column(String(100), primary_key=True)
    requirement: Mapped[str] = mapped_column(String(20), primary_key=True)
    family: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    exercised: Mapped[int] = mapped_column(Integer)


class FindingRow(Base):
    """A finding of one run; first and last are the dates of its evidence, or of the run."""

    __tablename__ = "finding"
    __table_args__ = (Index("finding_by_name", "name"),)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    contract: Mapped[str] = mapped_column(String(100))
    requirement: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10))
    operation: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    waived: Mapped[bool] = mapped_column(Boolean)
    first: Mapped[str] = mapped_column(String(40))
    last: Mapped[str] = mapped_column(String(40))


class ValueRow(Base):
    """A value that one run saw at one place of a contract."""

    __tablename__ = "word"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    contract: Mapped[str] = mapped_column(String(100), primary_key=True)
    place: Mapped[str] = mapped_column(String(400), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    documented: Mapped[bool] = mapped_column(Boolean)
    count: Mapped[int] = mapped_column(Integer)
    first: Mapped[str] = mapped_column(String(40))
    last: Mapped[str] = mapped_column(String(40))
