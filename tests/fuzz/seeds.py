"""Valid samples that fuzzing starts from: one or more of every format, as small as readers take them.

Real files of other vendors and data sets are added where they are at hand.
"""

import io
import re
import struct
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.resources import resource_dir
from tests.conftest import SHARED_DATA
from tests.reading import vendor_files

BINARY = ("scp_ecg", "edf_plus", "ishne_holter", "mfer", "dicom_waveform")
_FS_HZ = 500
_N_SHORT = 2600  # a little over the five seconds that must be there


@cache
def ecg_mv(n_samples: int = _N_SHORT) -> np.ndarray:
    """(12, n) in mV at 500 Hz: spikes once a second, limb leads that obey Einthoven's law."""
    t = np.arange(n_samples) / _FS_HZ
    beat = np.exp(-0.5 * (((t % 1.0) - 0.5) / 0.012) ** 2) + 0.3 * np.exp(
        -0.5 * (((t % 1.0) - 0.8) / 0.05) ** 2
    )
    one, two = 0.7 * beat, 1.1 * beat
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.array(limb + [gain * beat for gain in (-0.6, 0.4, 0.9, 1.4, 1.2, 0.8)])


def wfdb_signal() -> bytes:
    """Samples in format 16 at 1000 units/mV."""
    return np.round(ecg_mv() * 1000).astype("<i2").T.tobytes()


def wfdb_long_signal() -> bytes:
    """The signal file beside every header: enough for each of them."""
    return wfdb_signal() * 3


def wfdb_headers() -> list[bytes]:
    def header(layout: str, gain: str, n: int = _N_SHORT, tail: str = "") -> bytes:
        lines = [f"a 12 500 {n} 08:15:30 14/03/2019"]
        lines += [f"a.dat {layout} {gain} 16 0 0 0 0 {lead}" for lead in LEADS]
        return ("\n".join(lines) + "\n#Age: 61\n#Sex: Female\n" + tail).encode()

    made = [
        header(fmt, "1000(0)/mV") for fmt in ("16", "16:3+24", "24", "61", "80", "160", "212", "310", "311")
    ]
    return [*made, header("8", "200/uV", tail="#Dx: 1\n# x: y\n"), header("16x2", "1000", _N_SHORT // 2)]


def tables() -> list[bytes]:
    """Separated by commas, semicolons (with decimal commas too) and, with a column of times, by tabs."""
    plain = "# fs_hz: 500\n# units: mV\n# age: 61\n" + _table(",", LEADS, ecg_mv())
    semicolons = "# fs_hz: 500\n" + _table(";", [f"{lead} (mV)" for lead in LEADS], ecg_mv())
    timed = np.vstack([2.0 * np.arange(_N_SHORT), ecg_mv()])
    tabs = _table("\t", ["time (ms)", *(f"{lead} [mV]" for lead in LEADS)], timed)
    return [table.encode() for table in (plain, semicolons, semicolons.replace(".", ","), tabs)]


def _table(separator: str, headings: Sequence[str], columns: np.ndarray) -> str:
    rows = (separator.join(f"{value:.3f}" for value in row) for row in columns.T)
    return "\n".join([separator.join(headings), *rows]) + "\n"


def arrays() -> list[bytes]:
    return [saved(ecg_mv().astype("<f4")), saved(np.asfortranarray(ecg_mv().T.astype(">i2")))]


def archives() -> list[bytes]:
    made = []
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(
            stream,
            signal_mv=ecg_mv().astype("<f4"),
            fs_hz=500,
            leads=np.array(LEADS),
            age_years=61,
            sex=np.array("F"),
        )
        made.append(stream.getvalue())
    return made


def saved(array: object) -> bytes:
    """The bytes of an NPY file."""
    stream = io.BytesIO()
    np.save(stream, np.asarray(array))
    return stream.getvalue()


def vendor(name: str) -> list[bytes]:
    """A file of one of the builders; those of EDF and Mortara have ten seconds."""
    n_samples = 5000 if name in ("edf_plus", "mortara_el250") else _N_SHORT
    return [vendor_files.BUILDERS[name](ecg_mv(n_samples))]


def sierra() -> list[bytes]:
    """The built file in UTF-8, whose numbers can be found, and the real ones."""
    utf16 = vendor_files.sierra_xml(ecg_mv())
    utf8 = utf16.decode("utf-16").replace("utf-16", "utf-8").encode()
    return [utf8, utf16, *_contents((SHARED_DATA / "vendor").glob("*"))]


def other_wfdb() -> list[bytes]:
    """Headers of published records, of the same signal file."""
    folders = (SHARED_DATA / "other_sources", SHARED_DATA / "ptbxl" / "wfdb", SHARED_DATA / "ludb")
    headers = _contents(path for folder in folders for path in sorted(folder.rglob("*.hea"))[:2])
    return [re.sub(rb"(?m)^\S+\.(?:dat|mat)", b"a.dat", header) for header in headers]


def edf_headers_only() -> list[bytes]:
    """A recording of no length, and one whose header announces more than there is."""
    whole = vendor("edf_plus")[0]
    return [whole[: 256 * 13], whole[: 256 * 13 + struct.calcsize("<500h")]]


def manifests() -> list[bytes]:
    return [
        b"path,id,age,sex,prior\na.dat,1,61,female,b.dat\nb.dat,2,,M,\n",
        'path,sex\n"a, b.xml",male\n\n"Müller ""x"".scp",f\n'.encode(),
        b"\xef\xbb\xbfpath\r\na.hea\r\n",
    ]


def ptbxl_tables() -> list[bytes]:
    head = "ecg_id,patient_id,age,sex,report,scp_codes,strat_fold,filename_lr,filename_hr\n"
    row = "1,15709.0,56.0,1,sinusrhythmus,\"{'NORM': 100.0, 'SR': 0.0}\",3,records100/1_lr,records500/1_hr\n"
    return [(head + row + row.replace("1,15709", "2,15709").replace("56.0", "300.0")).encode()]


def guideline_texts() -> list[bytes]:
    """Topics whose statements name no other topic's."""
    topics = ("athletes", "brady_conduction", "electrolytes", "long_qt", "pericarditis", "technique_artefact")
    return _contents(resource_dir("guidelines") / f"{topic}.md" for topic in topics)


def pages() -> list[bytes]:
    return [
        b"<!DOCTYPE html><html><head><meta charset='utf-8'><style>.a{display:none} #b,.c{opacity:0}</style>"
        b"<title>t</title></head><body><h1>Atrial fibrillation</h1><p>Rate control is recommended in atrial "
        b"fibrillation (class I, level A).</p><p class='a'>unseen</p><ul><li>one more item here</li></ul>"
        b"<table><tr><th>Recommendation<th>Class<th>Level</tr><tr><td>Give it to all</td><td>IIa</td>"
        b"<td>B</td></tr></table><script>x()</script><!-- y --><p hidden>z</p>"
        b"<p>&eacute;&#233;&amp;&#x110000;</p></body></html>"
    ]


def pdfs() -> list[bytes]:
    """Two pages with headings, a table and running titles, compressed and not."""
    from reportlab.pdfgen.canvas import Canvas

    made = []
    for compressed in (0, 1):
        stream = io.BytesIO()
        canvas = Canvas(stream, pageCompression=compressed, invariant=1)
        for page in range(2):
            canvas.setFont("Helvetica-Bold", 18)
            canvas.drawString(72, 760, f"Chapter {page}: conduction")
            canvas.setFont("Helvetica", 11)
            for k in range(12):
                canvas.drawString(
                    72, 730 - 14 * k, f"The QRS of complete block lasts {120 + k} ms or more in adults."
                )
            canvas.drawString(72, 500, "Recommendation")
            canvas.drawString(300, 500, "IIa")
            canvas.drawString(400, 500, "B-NR")
            canvas.showPage()
        canvas.save()
        made.append(stream.getvalue())
    return made


def calibrations() -> list[bytes]:
    return _contents([resource_dir("models") / "classifier" / "calibration.json"])


def sentences() -> list[bytes]:
    """True sentences with their ids, of all the facts that the verifier is tested on."""
    from cardio_agent.writing.plain import PlainWriter
    from tests.verification.analyses import all_facts

    drafts = (s for facts in all_facts().values() for s in PlainWriter().write(facts))
    return [f"{draft.text} [{', '.join(draft.cites)}]".encode() for draft in drafts]


def questions() -> list[bytes]:
    return [
        b"What is the QTc, and is it prolonged?",
        b"Why do you say left bundle branch block? Which leads show it?",
        b"Is there ST elevation of more than 1 mm in V1-V3? What does the guideline say?",
        "Qual é o intervalo QT?".encode(),
    ]


def drafts() -> list[bytes]:
    return [
        b"## Rhythm\n- Sinus rhythm at 78 bpm [m-heart_rate_bpm, s-SR].\n2) The QRS is 152 ms. [m-qrs_ms]\n",
        b"<think>hm [f-x]</think>\n**LBBB** is present [f-clbbb]. Nothing else.\n#### Conclusion:\n"
        b"Normal ECG.\n",
    ]


def _contents(paths: Iterable[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths if path.is_file()]
