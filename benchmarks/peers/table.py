"""What is compared with the peers, one row each: the key is the way's name."""

from benchmarks.peers import peers
from benchmarks.peers.peer import way
from benchmarks.ways.table import OURS, Row

ROWS = {
    "message": Row("Voyage, two services", OURS["message"].opened),
    "one": Row("Voyage, one process", OURS["one"].opened),
    "direct": Row("Voyage's workflow, from a Temporal client", OURS["direct"].opened),
    "tutorial": Row("Temporal's tutorial, Flask", OURS["tutorial"].opened),
    "dbos-postgres": Row("DBOS, PostgreSQL", way(peers.dbos_postgres)),
    "dbos-sqlite": Row("DBOS, SQLite", way(peers.dbos_sqlite)),
    "celery": Row("Celery", way(peers.celery)),
    "faststream": Row("FastStream", way(peers.faststream)),
}
