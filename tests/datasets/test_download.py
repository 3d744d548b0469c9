"""The download of PTB-XL from a loopback server that can break off, lie and lack files."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cardio_agent.cli import main
from cardio_agent.datasets import download
from cardio_agent.datasets.download import Downloaded, download_ptbxl, parse_sums
from cardio_agent.errors import BadRequest, TrainingError

FILES = {
    "LICENSE.txt": b"CC BY 4.0\n",
    "ptbxl_database.csv": b"ecg_id,patient_id\n" * 500,
    "scp_statements.csv": b",description\n",
    "records100/00000/00001_lr.hea": b"00001_lr 12 100 1000\n",
    "records100/00000/00001_lr.dat": bytes(range(256)) * 90,
    "records500/00000/00001_hr.dat": bytes(range(256)) * 9,
}
WANTED = {name: content for name, content in FILES.items() if not name.startswith("records500")}
BIG = "records100/00000/00001_lr.dat"


@dataclass
class Server:
    """What the server holds, what it does wrong, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    sums: str = ""
    break_after: dict[str, int] = field(default_factory=dict)
    """Bytes of a file after which the connection is cut, the first time."""
    busy: list[str] = field(default_factory=list)
    has_ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def list_files(self) -> None:
        lines = [f"{hashlib.sha256(content).hexdigest()} {name}\n" for name, content in self.files.items()]
        self.sums = "".join(lines)

    def asked_for(self, name: str) -> list[str]:
        """The ranges of each request for a file."""
        return [bytes_ for asked, bytes_ in self.asked if asked == name]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/ptb-xl/")
            asked = self.headers.get("Range", "")
            server.asked.append((name, asked))
            if name in server.busy:
                server.busy.remove(name)
                self.send_error(503)
                return
            content = server.sums.encode() if name == "SHA256SUMS.txt" else server.files.get(name)
            if content is None:
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and server.has_ranges else 0
            if start >= len(content) > 0:
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : server.break_after.pop(name, len(content))])

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    monkeypatch.setattr(download, "PAUSES_S", (0.0, 0.0))
    state = Server()
    state.list_files()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{httpd.server_port}/ptb-xl/"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def held(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_tables_and_the_records_of_one_rate_arrive(server: Server, tmp_path: Path) -> None:
    assert download_ptbxl(tmp_path / "new", base_url=server.url) == Downloaded(len(WANTED), 0)
    assert held(tmp_path / "new") == WANTED


def test_the_other_rate_can_be_chosen(server: Server, tmp_path: Path) -> None:
    download_ptbxl(tmp_path, base_url=server.url.rstrip("/"), rate_hz=500)
    assert "records500/00000/00001_hr.dat" in held(tmp_path)
    assert BIG not in held(tmp_path)


def test_what_is_there_is_kept_and_what_was_altered_is_fetched_again(server: Server, tmp_path: Path) -> None:
    download_ptbxl(tmp_path, base_url=server.url)
    (tmp_path / "LICENSE.txt").write_text("altered")
    server.asked.clear()
    assert download_ptbxl(tmp_path, base_url=server.url) == Downloaded(1, len(WANTED) - 1)
    assert {name for name, _ in server.asked} == {"SHA256SUMS.txt", "LICENSE.txt"}
    assert held(tmp_path) == WANTED


def test_a_cut_connection_is_taken_up_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.break_after[BIG] = 10_000
    download_ptbxl(tmp_path, base_url=server.url)
    assert server.asked_for(BIG) == ["", "bytes=10000-"]
    assert held(tmp_path) == WANTED


def test_a_later_run_goes_on_from_a_partial_file(server: Server, tmp_path: Path) -> None:
    part = tmp_path / f"{BIG}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(FILES[BIG][:1234])
    download_ptbxl(tmp_path, base_url=server.url)
    assert server.asked_for(BIG) == ["bytes=1234-"]
    assert held(tmp_path) == WANTED


def test_a_server_without_ranges_sends_the_whole_file(server: Server, tmp_path: Path) -> None:
    server.has_ranges = False
    server.break_after[BIG] = 10_000
    download_ptbxl(tmp_path, base_url=server.url)
    assert held(tmp_path) == WANTED


@pytest.mark.parametrize("beginning", [b"another version" * 9, FILES[BIG] + b"more"], ids=["other", "longer"])
def test_a_beginning_that_does_not_belong_is_dropped(
    server: Server, tmp_path: Path, beginning: bytes
) -> None:
    part = tmp_path / f"{BIG}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(beginning)
    download_ptbxl(tmp_path, base_url=server.url)
    assert server.asked_for(BIG)[-1] == ""
    assert held(tmp_path) == WANTED


def test_a_complete_partial_file_needs_no_request(server: Server, tmp_path: Path) -> None:
    (tmp_path / "LICENSE.txt.part").write_bytes(FILES["LICENSE.txt"])
    download_ptbxl(tmp_path, base_url=server.url)
    assert server.asked_for("LICENSE.txt") == []
    assert held(tmp_path) == WANTED


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.busy = ["SHA256SUMS.txt", "LICENSE.txt", "LICENSE.txt"]
    download_ptbxl(tmp_path, base_url=server.url)
    assert held(tmp_path) == WANTED


def test_a_connection_that_keeps_breaking_says_to_run_again(server: Server, tmp_path: Path) -> None:
    server.busy = [BIG] * 3
    with pytest.raises(TrainingError, match=rf"{BIG}.*run the same command again"):
        download_ptbxl(tmp_path, base_url=server.url)
    download_ptbxl(tmp_path, base_url=server.url)
    assert held(tmp_path) == WANTED


@pytest.mark.usefixtures("server")
def test_nobody_at_the_address(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="check the connection"):
        download_ptbxl(tmp_path, base_url="http://127.0.0.1:9/ptb-xl/")
    assert held(tmp_path) == {}


def test_a_wrong_checksum_names_the_file_and_leaves_none(server: Server, tmp_path: Path) -> None:
    server.files[BIG] = FILES[BIG][:-1] + b"?"
    with pytest.raises(TrainingError, match=rf"{BIG}: its checksum is not.*removed"):
        download_ptbxl(tmp_path, base_url=server.url)
    assert not any(name.startswith(BIG) for name in held(tmp_path))


def test_a_missing_file_is_named(server: Server, tmp_path: Path) -> None:
    del server.files["scp_statements.csv"]
    with pytest.raises(TrainingError, match=r"scp_statements\.csv: the server answers 404"):
        download_ptbxl(tmp_path, base_url=server.url)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/outside",
        "a/../../outside",
        "a//outside",
        "./outside",
        ".hidden",
        "a\\outside",
        "-o",
    ],
)
def test_a_name_that_leads_out_is_refused_before_anything_is_written(
    server: Server, tmp_path: Path, name: str
) -> None:
    server.sums += f"{'0' * 64} {name}\n"
    with pytest.raises(TrainingError, match="no plain path"):
        download_ptbxl(tmp_path / "here", base_url=server.url)
    assert held(tmp_path) == {}


def test_a_link_out_of_the_folder_is_not_written_through(server: Server, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "records100").symlink_to(tmp_path / "outside")
    with pytest.raises(TrainingError, match="a link out of"):
        download_ptbxl(tmp_path / "here", base_url=server.url)
    assert held(tmp_path / "outside") == {}


def test_a_full_disk_keeps_what_is_whole(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    class FullDisk:
        def __init__(self, path: Path, mode: str) -> None:
            self.file = opened(path, mode)

        def __enter__(self) -> "FullDisk":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> None:
            self.file.write(data[:100])
            raise OSError(28, "No space left on device")

    def open_on_full_disk(path: Path, mode: str = "r", **options: object) -> object:
        is_big = path.name == Path(BIG).name + ".part" and mode != "rb"
        return FullDisk(path, mode) if is_big else opened(path, mode, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", open_on_full_disk)
        with pytest.raises(TrainingError, match=rf"{BIG}: cannot be written \(No space left on device\)"):
            download_ptbxl(tmp_path, base_url=server.url)
    assert BIG not in held(tmp_path)
    server.asked.clear()
    download_ptbxl(tmp_path, base_url=server.url)
    assert server.asked_for(BIG) == ["bytes=100-"]
    assert held(tmp_path) == WANTED


def test_an_endless_file_is_cut_off(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 20_000)
    with pytest.raises(TrainingError, match=rf"{BIG}: larger than"):
        download_ptbxl(tmp_path, base_url=server.url)


def test_a_list_without_the_tables_or_the_records_is_refused(server: Server, tmp_path: Path) -> None:
    server.sums = "".join(line for line in server.sums.splitlines(True) if "records100" not in line)
    with pytest.raises(TrainingError, match="no file in records100/"):
        download_ptbxl(tmp_path, base_url=server.url)
    server.sums = f"{'0' * 64}  LICENSE.txt\n"
    with pytest.raises(TrainingError, match=r"does not list ptbxl_database\.csv"):
        download_ptbxl(tmp_path, base_url=server.url)


def test_a_page_instead_of_a_list_is_refused() -> None:
    with pytest.raises(TrainingError, match="line 1 is no checksum"):
        parse_sums("<html><body>Log in</body></html>\n")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "ftp://127.0.0.1/",
        "physionet.org/files",
        "http://",
        "http://host:port/",
        "http://host/?page=1",
    ],
)
def test_only_web_addresses_are_fetched_from(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="--base-url"):
        download_ptbxl(tmp_path, base_url=url)


def test_from_the_command_line(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "ptbxl", str(tmp_path), "--base-url", server.url]) == 0
    assert capsys.readouterr().out == f"5 files fetched, 0 already there: {tmp_path}\n"
    server.sums = ""
    assert main(["data", "ptbxl", str(tmp_path), "--base-url", server.url]) == 1
    assert capsys.readouterr().err.count("\n") == 1
