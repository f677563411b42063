"""The library as release 1.0.0 left it: four databases as SQL and the payloads they name.

That release wrote every row, by REST calls, pages and commands: each operation of the journal at least once, and
denials in the audit. Tokens, sessions and passwords were removed. Nothing here is ever written again.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

FOLDER = Path(__file__).with_name("1.0.0")
ASSEMBLIES = "Assemblies"


def unpack(root: Path) -> None:
    """Put the library under a runtime root."""
    for dump in FOLDER.glob("*.sql"):
        database = root / (f"{dump.stem}.db" if dump.stem == "engine" else f"{ASSEMBLIES}/{dump.stem}.db")
        database.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(dump.read_text(encoding="utf-8"))
    for guid, text in json.loads((FOLDER / "payloads.json").read_text(encoding="utf-8")).items():
        payload = root / ASSEMBLIES / "Payloads" / guid / "payload"
        payload.parent.mkdir(parents=True)
        payload.write_bytes(text.encode())


def rows_of(database: str, query: str) -> list[sqlite3.Row]:
    """Return what a query finds in one of the four databases."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript((FOLDER / f"{database}.sql").read_text(encoding="utf-8"))
        return connection.execute(query).fetchall()
