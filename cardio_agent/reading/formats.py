"""The formats that are read, as they are shown to people. Content decides, not the suffix."""

from typing import NamedTuple


class Format(NamedTuple):
    """One format: its name, what writes it, and the suffixes that its files usually have."""

    name: str
    description: str
    suffixes: tuple[str, ...]


FORMATS = (
    Format("WFDB", "PhysioNet records: a header with its signal file beside it", (".hea", ".dat", ".mat")),
    Format(
        "CSV", "tables with a column for each lead; comma, semicolon, tab or spaces", (".csv", ".tsv", ".txt")
    ),
    Format("NPY", "one NumPy array, (12, n) or (n, 12); rate and unit must be declared", (".npy",)),
    Format("NPZ", "named NumPy arrays: signal_mv, fs_hz, leads, age_years, sex", (".npz",)),
    Format("GE MUSE XML", "exports of GE MUSE and MAC carts", (".xml",)),
    Format("Philips Sierra XML", "PageWriter, TraceMaster and IntelliSpace ECG", (".xml",)),
    Format("HL7 aECG", "annotated ECG as submitted in drug trials", (".xml",)),
    Format("Mortara ELI XML", "ELI 250, ELI 280 and ELI Link", (".xml",)),
    Format("SCP-ECG", "EN 1064 / ISO 11073-91064, many carts", (".scp",)),
    Format("DICOM ECG", "DICOM waveforms of PACS and carts", (".dcm",)),
    Format("EDF", "European Data Format, EDF and EDF+", (".edf",)),
    Format("ISHNE", "ISHNE Holter standard format", (".ecg",)),
    Format("MFER", "ISO 22077, Japanese recorders", (".mwf", ".mfer")),
    Format("Kardia JSON", "AliveCor KardiaMobile 6L, six limb leads", (".json",)),
)
