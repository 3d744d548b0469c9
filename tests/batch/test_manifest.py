"""Manifests and the table of PTB-XL: what they say, and where they are wrong."""

from pathlib import Path

import pytest

from cardio_agent.batch import Item
from cardio_agent.batch.manifest import is_manifest, read_manifest
from cardio_agent.errors import BadRequest, UnreadableFile

PTBXL_HEADING = "ecg_id,age,sex,report,filename_lr,filename_hr\n"


def written(folder: Path, text: str | bytes, name: str = "manifest.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_manifest_says_what_its_cells_say(tmp_path: Path) -> None:
    text = (
        "\ufeffPath, id ,age,sex,prior\r\n"
        "a.hea,first,62,F,old/a.hea\r\n"
        "\r\n"
        f'"{tmp_path}/b, c.xml",,,male,\r\n'
        "d.dcm,é,0.5,,"
    )
    assert read_manifest(written(tmp_path, text)) == [
        Item(str(tmp_path / "a.hea"), "first", 62.0, "female", str(tmp_path / "old" / "a.hea")),
        Item(str(tmp_path / "b, c.xml"), sex="male"),
        Item(str(tmp_path / "d.dcm"), "é", 0.5),
    ]


def test_the_path_alone_is_enough(tmp_path: Path) -> None:
    assert read_manifest(written(tmp_path, "path\na.hea\n")) == [Item(str(tmp_path / "a.hea"))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,age\na.hea,62\nb.hea,sixty\n", r"line 3, column 'age': 'sixty' is no number"),
        ("path,age\na.hea,131\n", r"line 2, column 'age': '131' is not from 0 to 130"),
        ("path,age\na.hea,nan\n", r"line 2, column 'age': 'nan' is not from 0"),
        ("path,age\na.hea,-1\n", r"line 2, column 'age': '-1' is not from 0"),
        ("path,sex\na.hea,1\n", r"line 2, column 'sex': '1' is none of female, f, male, m"),
        ("path,id\n,x\n", r"line 2, column 'path': is empty"),
        ("path\na\0.hea\n", r"line 2, column 'path': a path has no NUL|is no CSV"),
        ("path,id\na.hea\n", r"line 2: has 1 cells, the heading 2"),
        ("path,id\na, b.hea,1\n", r"line 2: has 3 cells, .*between quotes"),
        ("path,gender\na.hea,f\n", r"line 1: column 'gender' is none of path, id, age, sex, prior"),
        ("path,path\na.hea,b.hea\n", r"line 1: column 'path' is there twice"),
        ("path;age\na.hea;62\n", r"line 1: no column 'path'; separate the columns by commas"),
        ("id,age\n1,62\n", r"line 1: no column 'path'"),
        ("path\n\n", r"lists no ECG"),
        ('path\n"a.hea\n', r"line \d: is no CSV"),
        ("", r"line 1: no column 'path'"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message) as raised:
        read_manifest(written(tmp_path, text))
    assert "manifest.csv" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no text in UTF-8"):
        read_manifest(written(tmp_path, "path,id\na.hea,Müller\n".encode("latin-1")))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("list.csv", "path,age\n", True),
        ("LIST.CSV", "id,age\n", True),
        ("ptbxl_database.csv", "", True),
        ("ecg.csv", "time,I,II,III\n0,0.1,0.1,0\n", False),
        ("ecg.csv", "", False),
        ("ecg.xml", "path,age\n", False),
    ],
)
def test_a_manifest_is_told_from_an_ecg_in_csv(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    assert is_manifest(written(tmp_path, text, name)) is expected


class TestPtbxl:
    def test_codes_and_rates(self, tmp_path: Path) -> None:
        """Source of the codes: Wagner et al. 2020: sex 0 male, 1 female; age 300 for 90 and more."""
        (tmp_path / "r100").mkdir()
        (tmp_path / "r100" / "3_lr.hea").touch()
        table = written(
            tmp_path,
            PTBXL_HEADING
            + "1,56.0,1,a report,r100/1_lr,r500/1_hr\n"
            + '2,300.0,0,"two, three",r100/2_lr,r500/2_hr\n'
            + "3,,,,r100/3_lr,r500/3_hr\n",
            "ptbxl_database.csv",
        )
        assert read_manifest(table) == [
            Item(str(tmp_path / "r500" / "1_hr.hea"), "1", 56.0, "female"),
            Item(str(tmp_path / "r500" / "2_hr.hea"), "2", 90.0, "male"),
            Item(str(tmp_path / "r100" / "3_lr.hea"), "3"),
        ]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (PTBXL_HEADING + "1,56.0,2,,a,b\n", r"line 2, column 'sex': '2' is none of 0, 1"),
            (PTBXL_HEADING + "1,56.0,1,,,\n", r"line 2, column 'filename_hr': is empty"),
            ("ecg_id,age,sex\n", r"line 1: no column 'filename_lr'"),
        ],
    )
    def test_a_fault_is_named(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(BadRequest, match=message):
            read_manifest(written(tmp_path, text, "ptbxl_database.csv"))

    def test_the_published_layout(self, shared_data: Path) -> None:
        items = read_manifest(shared_data / "ptbxl" / "wfdb" / "ptbxl_database.csv")
        assert len(items) == 144
        first = items[0]  # as the table's first line has it
        assert (first.id, first.age_years, first.sex) == ("1", 56.0, "female")
        assert first.file.endswith("records500/00000/00001_hr.hea")
        assert all(Path(item.file).is_file() for item in items)
