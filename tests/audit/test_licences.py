"""No package whose licence would bind those who use this program comes in unseen."""

from tests.audit.licences import licences

# Mozilla Public License: used unchanged; only changes of their own files would have to be published.
KNOWN = {"certifi", "orjson", "tqdm"}


def test_licences_are_permissive_but_for_known_ones() -> None:
    found = licences()
    assert len(found) > 50  # else the dependencies were not followed
    others = {licence.name: licence for licence in found if licence.kind != "permissive"}
    assert others.keys() <= KNOWN
    assert all(licence.kind == "weak copyleft" for licence in others.values())
