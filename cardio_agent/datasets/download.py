"""Download of the published PTB-XL.

Enters: a folder and the address where ``SHA256SUMS.txt`` and the files that it lists lie. Leaves: the
tables and the records of one sampling rate in that folder, each with its published checksum; what is
there already is kept. Does not read ECGs (:mod:`cardio_agent.datasets.ptbxl` does).

Names and content come from a server: names must be plain ones below the folder, content must have the
listed checksum before it gets its name.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx

from cardio_agent.datasets.ptbxl import DATABASE, STATEMENT_TABLE
from cardio_agent.errors import BadRequest, TrainingError

BASE_URL = "https://physionet.org/files/ptb-xl/1.0.3/"
SUMS = "SHA256SUMS.txt"
RATES_HZ = (100, 500)
N_CONNECTIONS = 4
# Pauses before new tries after a broken connection or a busy server, in seconds.
PAUSES_S: tuple[float, ...] = (1.0, 4.0, 15.0)
# The largest published file (the list of checksums, about 9 MB) is far smaller.
MAX_FILE_BYTES = 256 * 2**20

_TIMEOUT_S = 30.0
_AGAIN = "run the same command again, it goes on from there"
_SUM_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *]?(?P<name>\S.*)")  # one space or two
_PLAIN_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# Answers that may be better the next time; 416: what was kept is longer than the file.
_PASSING = frozenset({408, 416, 429, 500, 502, 503, 504})
_T = TypeVar("_T")


@dataclass(frozen=True)
class Listed:
    """A line of the list of checksums; ``name`` is relative, with ``/``."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Downloaded:
    """How many files were fetched, and how many were there already."""

    n_fetched: int
    n_kept: int


def download_ptbxl(folder: Path, *, base_url: str = BASE_URL, rate_hz: int = 100) -> Downloaded:
    """Fetch the tables and the records of one sampling rate.

    Parameters
    ----------
    folder : Path
        Made where it is absent. Nothing is written outside of it.
    base_url : str
        An http or https address.
    rate_hz : {100, 500}

    Raises
    ------
    BadRequest
        ``base_url`` is no http(s) address, or there are no records of that rate.
    TrainingError
        The list is absent or names what may not be written; a file is absent, keeps breaking off or has
        another checksum; or the folder cannot be written.
    """
    from tqdm import tqdm

    if rate_hz not in RATES_HZ:
        raise BadRequest(f"no records at {rate_hz} Hz: choose one of {', '.join(map(str, RATES_HZ))}")
    with _client() as client, ThreadPoolExecutor(N_CONNECTIONS) as workers:
        fetch = _Fetch(client, folder, _base(base_url))
        chosen = choose(parse_sums(fetch.text(SUMS)), rate_hz)
        fetched = workers.map(fetch.file, chosen)  # leaving it early cancels what has not begun
        results = list(tqdm(fetched, total=len(chosen), unit="file", desc="PTB-XL", disable=None))
    return Downloaded(n_fetched=sum(results), n_kept=len(results) - sum(results))


def parse_sums(text: str) -> list[Listed]:
    """The lines of a list of checksums as ``sha256sum`` writes it.

    Raises
    ------
    TrainingError
        A line of another form, or a name that is not a plain path below the folder.
    """
    listed = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _SUM_LINE.fullmatch(line)
        if match is None:
            raise TrainingError(f"{SUMS}: line {number} is no checksum with a name: check --base-url")
        if not all(_PLAIN_PART.fullmatch(part) for part in match["name"].split("/")):
            raise TrainingError(
                f"{SUMS}: line {number} names {match['name'][:60]!r}, which is no plain path below the "
                "folder; nothing was written: check --base-url"
            )
        listed.append(Listed(match["name"], match["sha256"]))
    return listed


def choose(listed: Sequence[Listed], rate_hz: int) -> list[Listed]:
    """The files at the top (tables, licence) and the records of one rate.

    Raises
    ------
    TrainingError
        A table or the records are not listed.
    """
    records = f"records{rate_hz}/"
    chosen = [file for file in listed if "/" not in file.name or file.name.startswith(records)]
    names = {file.name for file in chosen}
    for needed in (DATABASE, STATEMENT_TABLE):
        if needed not in names:
            raise TrainingError(f"{SUMS} does not list {needed}: check --base-url")
    if not any(name.startswith(records) for name in names):
        raise TrainingError(f"{SUMS} lists no file in {records}: check --base-url and --rate")
    return chosen


def _base(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise BadRequest(f"--base-url {url!r} is no address ({exc}); give one with https://") from exc
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadRequest(f"--base-url {url!r}: only http:// and https:// addresses are fetched from")
    if parsed.query or parsed.fragment:
        raise BadRequest(f"--base-url {url!r}: give the address of a folder, without '?' and '#'")
    return url.rstrip("/") + "/"


def _client() -> httpx.Client:
    # Compressed transfers would have other bytes than those that the checksum and a range speak of.
    headers = {"Accept-Encoding": "identity"}
    limits = httpx.Limits(max_connections=N_CONNECTIONS)
    return httpx.Client(headers=headers, limits=limits, timeout=_TIMEOUT_S, follow_redirects=True)


class _BrokenOff(Exception):
    """A transfer that may go better the next time."""


class _Fetch:
    """Fetches files from one address into one folder; used by several threads at once."""

    def __init__(self, client: httpx.Client, folder: Path, base: str) -> None:
        self.client = client
        self.folder = folder
        self.base = base

    def text(self, name: str) -> str:
        """A file's text; it is kept nowhere."""

        def attempt() -> bytes:
            with self._response(name) as response:
                return b"".join(_chunks(response))

        return self._patiently(name, attempt).decode("utf-8", errors="replace")

    def file(self, listed: Listed) -> bool:
        """Bring one file into the folder; False when it was there already, whole."""
        target, part = self._place(listed.name), self._place(f"{listed.name}.part")
        try:
            if _has_checksum(target, listed.sha256):
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            self._patiently(listed.name, lambda: self._complete(listed, part))
            part.replace(target)
        except OSError as exc:
            raise TrainingError(
                f"{target}: cannot be written ({exc.strerror}); mend that, then {_AGAIN}"
            ) from exc
        return True

    def _complete(self, listed: Listed, part: Path) -> None:
        """Fetch what is still lacking of a partial file, else all of it."""
        if _has_checksum(part, listed.sha256):
            return
        start = part.stat().st_size if part.exists() else 0
        with self._response(listed.name, start) as response:
            continued = start > 0 and response.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if continued else "wb") as file:
                for chunk in _chunks(response):
                    file.write(chunk)
        if _has_checksum(part, listed.sha256):
            return
        part.unlink()
        if start > 0:  # the beginning may have been of another version
            raise _BrokenOff("its two parts did not belong together")
        raise TrainingError(
            f"{self.base}{listed.name}: its checksum is not the one in {SUMS}; the file was removed: "
            f"{_AGAIN}, or choose another --base-url"
        )

    @contextmanager
    def _response(self, name: str, start: int = 0) -> Iterator[httpx.Response]:
        """An answer that carries content, from byte ``start`` on where the server can do that."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self.client.stream("GET", self.base + quote(name), headers=headers) as response:
            status = response.status_code
            if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._place(f"{name}.part").unlink(missing_ok=True)
            if status in _PASSING:
                raise _BrokenOff(f"the server answers {status} {response.reason_phrase}")
            if status not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise TrainingError(
                    f"{response.url}: the server answers {status} {response.reason_phrase}; check --base-url"
                )
            yield response

    def _patiently(self, name: str, attempt: Callable[[], _T]) -> _T:
        for pause_s in PAUSES_S:
            try:
                return attempt()
            except (_BrokenOff, httpx.RequestError):
                time.sleep(pause_s)
        try:
            return attempt()
        except (_BrokenOff, httpx.RequestError) as exc:
            raise TrainingError(
                f"{self.base}{name}: cannot be fetched ({exc or type(exc).__name__}): check the connection, "
                f"then {_AGAIN}"
            ) from exc

    def _place(self, name: str) -> Path:
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise TrainingError(f"{path}: a link out of {self.folder}; remove it, then {_AGAIN}")
        return path


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    n_bytes = 0
    for chunk in response.iter_raw():
        n_bytes += len(chunk)
        if n_bytes > MAX_FILE_BYTES:
            raise TrainingError(f"{response.url}: larger than {MAX_FILE_BYTES >> 20} MB; check --base-url")
        yield chunk


def _has_checksum(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
