"""A search for cameras that its node has done."""

from __future__ import annotations

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.video import queries, searches
from tests.factories.video import Node
from vision import contract
from vision.contract import FoundCamera, FoundProfile, JobResult

PROFILES = (
    FoundProfile("main", "main", "rtsp://10.0.0.5:554/main", "H264", (1920, 1080), 25.0),
    FoundProfile("sub", "sub", "rtsp://10.0.0.5:554/sub", "H264", (640, 360), 15.0),
)


def start_search(node: Node, enterprise_id: int, *, password: str = "", by=SYSTEM) -> int:
    """The id of a search that waits for its node."""
    with transaction():
        found = queries.get_node(node.id, SYSTEM)
        found.speaks = contract.CONTRACT_VERSION
        wanted = searches.Wanted(found, ("10.0.0.5",), 2.0, "viewer" if password else "", password)
        enterprise = enterprises.get_enterprise(enterprise_id, SYSTEM)
        return searches.start(enterprise, by, wanted).id


def tell(node: Node, search_id: int, *found: FoundCamera):
    """The node takes the search and says what it found."""
    assert node.call("GET", "/jobs").status_code == 200
    uid = searches.get_search(search_id, SYSTEM).uid
    result = JobResult(uid, ok=True, found=found)
    return node.call("POST", f"/jobs/{uid}/result", json=contract.to_json(result))


def a_search(node: Node, enterprise_id: int, mark: str) -> dict[str, int]:
    """As addresses name it."""
    search = start_search(node, enterprise_id)
    tell(node, search, FoundCamera("10.0.0.5:80", f"{mark} gate", profiles=PROFILES))
    return {"camera_search.search_id": search}
