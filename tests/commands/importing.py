"""`import_assemblies` called on files, and what it answers."""

import zipfile
from pathlib import Path

from tests.commands.calling import Called, call


def run(*arguments: str | Path) -> Called:
    return call("import_assemblies", *map(str, arguments))


def guids(rows: list[dict[str, str]]) -> list[str]:
    return [row["assembly_guid"] for row in rows]


def refused(called: Called) -> dict[str, str]:
    return {one["path"]: one["reason"] for one in called.answer["refused"]}


def zip_of(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return archive
