"""The report of each ECG as a file of its own, in the formats asked for.

Enters: an item and the bytes of its documents. Leaves: ``reports/3f/NAME-3f….pdf``, each there in whole or
not at all. Does not render.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from cardio_agent.batch.disk import cannot_write, committed
from cardio_agent.batch.item import Item

DOCUMENTS = "reports"
_LONGEST_STEM = 60


def document_name(item: Item) -> str:
    """Where the documents of an item lie below ``reports/``, without their suffix.

    Its id, else the name of its file, with a hash that keeps apart files of one name in different folders;
    folders by the hash's first two digits, since one of a hundred thousand files is slow.

    >>> document_name(Item("a/00001_hr.hea"))
    '2e/00001_hr-2e895141'
    """
    file, request = item.key
    digest = hashlib.sha256(f"{file}\0{request or ''}".encode()).hexdigest()[:8]
    stem = re.sub(r"[^\w-]+", "_", item.id or Path(file).stem, flags=re.ASCII)[:_LONGEST_STEM]
    return f"{digest[:2]}/{stem}-{digest}"


def write_documents(out_dir: Path, item: Item, documents: Mapping[str, bytes]) -> None:
    """Write the documents of an item, by suffix.

    Raises
    ------
    BatchError
        A document cannot be written.
    """
    beginning = out_dir / DOCUMENTS / document_name(item)
    if documents:
        try:
            beginning.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise cannot_write(beginning.parent, exc) from exc
    for suffix, content in documents.items():
        with committed(beginning.with_name(beginning.name + suffix)) as beside:
            beside.write_bytes(content)
