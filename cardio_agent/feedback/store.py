"""The store of remarks: one SQLite file on the user's machine.

Enters: remarks on a report, with the recording that it is on. Leaves: the remarks, and the trace of each
recording that has one, as training reads it. Of a recording nothing else is kept: no name, no file name,
no date of birth. Does not judge who is right.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, Record, Report
from cardio_agent.settings import get_settings
from cardio_agent.signal import resample

Opinion = Literal["agree", "disagree", "correct"]
Subject = Literal["statement", "sentence"]

FS_HZ = 100.0
SECONDS = 10
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE recordings (sha256 TEXT PRIMARY KEY, signal_mv BLOB NOT NULL);
CREATE TABLE remarks (
    recording TEXT NOT NULL REFERENCES recordings (sha256),
    subject TEXT NOT NULL,
    about TEXT NOT NULL,
    was_present INTEGER,
    opinion TEXT NOT NULL,
    correction TEXT NOT NULL,
    versions TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (recording, subject, about)
);
"""


class Remark(Record):
    """What a clinician says of one statement of the classifier or one sentence of the report."""

    recording: str
    """SHA-256 of the input."""
    subject: Subject
    about: str
    """The statement's code, or the sentence."""
    was_present: bool | None
    """What the program said of the statement; None for a sentence."""
    opinion: Opinion
    correction: str
    """The sentence as it should read; empty unless the opinion is ``correct``."""
    versions: dict[str, str]
    """Of the program, the classifier's weights, the writer and the corpus."""
    made_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A recording that has remarks: ``signal_mv`` is float32 (12, n) at 100 Hz, at most its first 10 s."""

    sha256: str
    signal_mv: npt.NDArray[np.float32]


class FeedbackStore:
    """Remarks in one file. Each call opens the file anew, so that threads and processes may share it.

    Parameters
    ----------
    path : Path
        Made at the first remark.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def remark(
        self, report: Report, ecg: Ecg, subject: Subject, about: str, opinion: Opinion, correction: str = ""
    ) -> Remark:
        """Keep a remark; an earlier one on the same thing is replaced.

        Parameters
        ----------
        report : Report
        ecg : Ecg
            The recording that the report is on.
        subject, about
            ``statement`` and its code, or ``sentence`` and its text, as the report has them.
        opinion : {"agree", "disagree", "correct"}
        correction : str
            The sentence as it should read; needed for ``correct``, which is for sentences only.

        Raises
        ------
        BadRequest
            When the report holds no such statement or sentence, or the correction is missing or idle.
        UnreadableFile
            When the file cannot be written or is no store.
        """
        if (opinion == "correct") != bool(correction.strip()):
            raise BadRequest("a correction goes with the opinion 'correct', and with no other")
        if opinion == "correct" and subject == "statement":
            raise BadRequest("a statement is agreed or disagreed with: correct the sentence instead")
        made = Remark(
            recording=report.provenance.input_sha256,
            subject=subject,
            about=about,
            was_present=_said(report, subject, about),
            opinion=opinion,
            correction=correction.strip(),
            versions=_versions(report),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with self._open() as store:
            store.execute(
                "INSERT OR IGNORE INTO recordings VALUES (?, ?)", (made.recording, _trace(ecg).tobytes())
            )
            row = made.model_dump() | {"versions": json.dumps(made.versions)}
            names = ", ".join(f":{name}" for name in row)
            store.execute(f"INSERT OR REPLACE INTO remarks ({', '.join(row)}) VALUES ({names})", row)
        return made

    def remarks(self) -> tuple[Remark, ...]:
        """All remarks, in the order of recordings and of time.

        Raises
        ------
        UnreadableFile
            When the file is no store.
        """
        if not self.path.exists():
            return ()
        with self._open() as store:
            rows = store.execute("SELECT * FROM remarks ORDER BY recording, made_at, about").fetchall()
        return tuple(Remark(**{**dict(row), "versions": json.loads(row["versions"])}) for row in rows)

    def recordings(self) -> tuple[Kept, ...]:
        """The recordings that have remarks, in the order of their hashes.

        Raises
        ------
        UnreadableFile
            When the file is no store.
        """
        if not self.path.exists():
            return ()
        with self._open() as store:
            rows = store.execute("SELECT * FROM recordings ORDER BY sha256").fetchall()
        return tuple(
            Kept(row["sha256"], np.frombuffer(row["signal_mv"], np.float32).reshape(len(LEADS), -1))
            for row in rows
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A transaction on the file; foreign errors are mapped here."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=10)) as store, store:
                store.row_factory = sqlite3.Row
                _require_schema(store)
                yield store
        except (sqlite3.Error, OSError) as exc:
            raise UnreadableFile(f"{self.path}: cannot be used as the store of feedback ({exc})") from exc


def default_store() -> FeedbackStore:
    """The store in the user's data folder."""
    return FeedbackStore(get_settings().data_dir / "feedback.sqlite")


def _require_schema(store: sqlite3.Connection) -> None:
    version = store.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        store.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
    elif version != _SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"made by another version of this program, schema {version}")


def _said(report: Report, subject: Subject, about: str) -> bool | None:
    if subject == "statement":
        present = {statement.code: statement.present for statement in report.statements}
        if about not in present:
            raise BadRequest(f"the report holds no statement '{about}': give a code such as NORM")
        return present[about]
    if all(about != sentence.text for section in report.narrative for sentence in section.sentences):
        raise BadRequest(f"the report holds no sentence “{about[:80]}”: give one as it stands there")
    return None


def _versions(report: Report) -> dict[str, str]:
    made = report.provenance
    return {
        "cardio_agent": made.cardio_agent,
        "classifier_sha256": made.classifier_sha256,
        "writer": made.writer,
        "corpus_sha256": made.corpus_sha256,
    }


def _trace(ecg: Ecg) -> npt.NDArray[np.float32]:
    at_100 = resample(ecg, FS_HZ).signal_mv[:, : int(FS_HZ) * SECONDS]
    return np.ascontiguousarray(at_100, dtype=np.float32)
