"""A batch on a Ray cluster of two nodes of this machine, one of which is lost half-way.

    python -m tests.batch.run_on_ray SOURCE OUT [N]

With N, the second node is killed when N parts are committed; without, there is one node.
A process of its own: Ray leaves threads and warnings behind.
"""

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.batch import BatchOptions, run_batch
from tests.batch.fake_examination import FakeExaminer

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

PIECE = 3
STORE_BYTES = 100 * 2**20


# Else workers starve beside anything else that runs.
os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112


def main(source: Path, out: Path, n_parts: int | None) -> None:
    from ray.cluster_utils import Cluster  # an extra: doctests import this module without it

    node = {"num_cpus": 1, "object_store_memory": STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
    n_actors = 1
    if n_parts is not None:
        n_actors, second = 2, cluster.add_node(**node)
        cluster.wait_for_nodes()
        threading.Thread(target=lose, args=(cluster, second, out, n_parts), daemon=True).start()
    options = BatchOptions(
        engine="ray", ray_address=cluster.address, workers=n_actors, piece_size=PIECE, timeout_s=5, quiet=True
    )
    print(run_batch([source], out, options=options, examiner=FakeExaminer()))
    print("nodes left:", len(cluster.list_all_nodes()))
    cluster.shutdown()


def lose(cluster: "Cluster", node: object, out: Path, n_parts: int) -> None:
    while len(list((out / "parts").glob("part-*.parquet"))) < n_parts:
        time.sleep(0.02)
    cluster.remove_node(node, allow_graceful=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
