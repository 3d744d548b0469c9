"""Files of electrocardiographs and hospital systems, decoded by the `ecgdatakit` library.

Enters: a path whose content looks like one of these formats. Leaves: the rhythm channels, with what the
file says of patient and device; averaged beats and the machine's own interpretation are left aside.
The library is trusted to decode, not to decide: what it reads only in part is refused or noted, rates
that it rounds are taken exactly, and the calibration pulse that some recorders append is cut off.

Checked: Philips files against Einthoven's law, DICOM against pydicom's own decoding, the other formats
against files built by hand from their specifications.
Limits: experimental or uncalibrated formats of the library (EDAN ARC, XLE) are not accepted.
"""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from cardio_agent.errors import BadRecording, InputError, MissingExtra, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import standard_name
from cardio_agent.reading.assembly import Channel, Recording
from cardio_agent.reading.files import reason, shown
from cardio_agent.reading.padding import with_zeros

FORMATS_READ = frozenset(
    (
        "ge_muse_xml", "sierra_xml", "hl7_aecg", "mortara_el250", "scp_ecg", "dicom_waveform",
        "edf", "edf_plus", "ishne_holter", "mfer", "alivecor_kardia",
    )
)  # fmt: skip
_UNCALIBRATED = "uncalibrated counts"
_DEFLATED_DICOM = b"1.2.840.10008.1.2.1.99"
# What a DICOM file holds stands in its first group; classes that begin with 9 are waveforms.
# Source: DICOM PS3.6 Annex A.
_DICOM_CLASS = re.compile(rb"1\.2\.840\.10008\.5\.1\.4\.1\.1\.(\d+)")
_WAVEFORMS = b"9"

# Remarks of the library after which the signal is not what the file claims to hold.
_REFUSED: tuple[tuple[str, type[InputError], str], ...] = (
    ("file truncated", UnreadableFile, "the file is truncated; copy it again"),
    ("may be truncated", UnreadableFile, "the file is truncated; copy it again"),
    ("with no waveform data", UnreadableFile, "the file is truncated; copy it again"),
    ("gaps between data records", BadRecording, "the recording has gaps; cut out a part without one"),
)
# Remarks that repeat what the file says of a person or a study.
_IDENTIFYING = re.compile(r"birth|Invalid value for VR")
_MAX_NOTE = 160

# A pulse that stands in every lead alike cannot come from a heart: I + III = II allows it only for 0.
_PULSE_MIN_MV = 0.5


def read_vendor(path: Path) -> Recording:
    """Read a vendor file.

    Raises
    ------
    UnsupportedFormat
        The library does not know the format or this variant of it.
    UnreadableFile
        The file is broken or truncated.
    BadRecording
        The recording has gaps, or its leads were not recorded at the same time.
    MissingExtra
        DICOM without the package pydicom.
    """
    record, remarks = _parse(path)
    for phrase, error, advice in _REFUSED:
        if any(phrase in remark for remark in remarks):
            raise error(f"{shown(path)}: {advice}")
    if record.source_format not in FORMATS_READ:
        raise UnsupportedFormat(
            f"{shown(path)}: {record.file_format.name} is not accepted; export another format"
        )
    _check_simultaneous(record.leads, path)
    channels = [_channel(lead, record) for lead in record.leads]
    if record.source_format == "dicom_waveform":
        channels = with_zeros(channels, path)
    channels, cut_note = _without_pulse(channels)
    notes = [remark[:_MAX_NOTE] for remark in remarks]
    notes += [f"converted from {unit} to mV" for unit in _foreign_units(record.leads)]
    device = record.recording.device
    return Recording(
        record.source_format,
        channels,
        age=record.patient.age,
        sex=record.patient.sex,
        recorded_at=record.recording.date,
        device=" ".join(part for part in (device.manufacturer, device.model) if part),
        notes=(*notes, *cut_note),
    )


def _parse(path: Path) -> tuple[Any, list[str]]:
    """The library's record in mV, and its warnings as single lines."""
    from ecgdatakit import FileParser
    from ecgdatakit.exceptions import ECGDataKitError, UnsupportedFormatError

    _refuse_unread_dicom(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            record = FileParser.parse(path, units="mV")
        except UnsupportedFormatError as exc:
            raise UnsupportedFormat(
                f"{shown(path)}: this variant is not read ({_without_path(exc, path)}); export another format"
            ) from exc
        except ImportError as exc:
            raise MissingExtra("DICOM files need the package pydicom: pip install pydicom") from exc
        # The library wraps what its decoders raise; its sniffing and scaling stand outside of that.
        # A size that the file only claims may ask for more memory than there is.
        except (
            ECGDataKitError,
            OSError,
            ValueError,
            TypeError,
            LookupError,
            ArithmeticError,
            MemoryError,
        ) as exc:
            raise UnreadableFile(
                f"{shown(path)}: cannot be decoded ({_without_path(exc, path)}); export it again"
            ) from exc
    remarks = [_without_path(w.message, path) for w in caught if issubclass(w.category, UserWarning)]
    return record, [remark for remark in remarks if not _IDENTIFYING.search(remark)]


def _refuse_unread_dicom(path: Path) -> None:
    """Turn away DICOM that is deflated or holds no waveform: scans, PDF and reports of ECGs."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head.startswith(b"DICM", 128):
        return
    if _DEFLATED_DICOM in head:
        raise UnsupportedFormat(f"{shown(path)}: deflated DICOM is not read; export it uncompressed")
    held = _DICOM_CLASS.search(head)
    if held is not None and held[1] != _WAVEFORMS:
        raise UnsupportedFormat(
            f"{shown(path)}: a DICOM file without a waveform; a picture, PDF or report of an ECG cannot be "
            "read, give the waveform that the recorder saved"
        )


def _without_path(message: BaseException | Warning | str, path: Path) -> str:
    text = reason(message) if isinstance(message, BaseException) else str(message)
    return text.replace(str(path), path.name)


def _channel(lead: Any, record: Any) -> Channel:
    unit = lead.units if not lead.is_raw and lead.units else _UNCALIBRATED
    return Channel(lead.label, lead.samples, unit, _exact_rate(lead, record))


def _exact_rate(lead: Any, record: Any) -> float:
    """The rate as the file states it; the library rounds it to whole hertz."""
    raw = record.raw_metadata
    if record.source_format == "hl7_aecg":
        rate = raw["rhythm_time"]["sampling_rate_exact"]
    elif record.source_format == "scp_ecg":
        rate = 1e6 / raw["rhythm_sample_interval_us"]
    elif record.source_format in ("edf", "edf_plus"):
        rate = raw.get("exact_sampling_rates", {}).get(lead.label, lead.sampling_rate)
    elif record.source_format == "dicom_waveform":
        rates = [group["sampling_frequency"] for group in raw["multiplex_groups"]]
        rate = next((r for r in rates if round(r) == lead.sampling_rate), lead.sampling_rate)
    else:
        rate = lead.sampling_rate
    return round(float(rate), 3)


def _foreign_units(leads: list[Any]) -> list[str]:
    units = {lead.resolution_unit for lead in leads if standard_name(lead.label) and not lead.is_raw}
    return sorted(unit.replace("uV", "µV") for unit in units if unit not in ("", "mV"))


def _check_simultaneous(leads: list[Any], path: Path) -> None:
    """Leads recorded one group after the other (3 × 4 format) cannot be read as one recording."""
    starts = {
        (lead.annotations.get("start_sample", "1"), lead.annotations.get("LeadTimeOffset", "0"))
        for lead in leads
        if standard_name(lead.label)
    }
    if len(starts) > 1:
        raise BadRecording(
            f"{shown(path)}: the leads were recorded one after another, not together; "
            "export all 12 simultaneously"
        )


def _without_pulse(channels: list[Channel]) -> tuple[list[Channel], tuple[str, ...]]:
    """Cut a calibration pulse off the end: a stretch in which all leads are the same and not zero."""
    leads = [channel for channel in channels if standard_name(channel.label)]
    if len(leads) < 2 or len({len(channel.samples) for channel in channels}) > 1:
        return channels, ()
    stacked = np.stack([channel.samples for channel in leads])
    differs = np.flatnonzero(np.any(stacked != stacked[0], axis=0))
    end = int(differs[-1]) + 1 if differs.size else 0
    tail = stacked[0, end:]
    if end == 0 or tail.size == 0 or np.max(np.abs(tail)) < _PULSE_MIN_MV:
        return channels, ()
    seconds = tail.size / (leads[0].fs_hz or 1.0)
    kept = [Channel(c.label, c.samples[:end], c.unit, c.fs_hz) for c in channels]
    return kept, (f"calibration pulse cut off the end: {seconds:.2f} s in which all leads are the same",)
