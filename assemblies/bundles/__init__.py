"""Collect documents from many files: a folder, an archive, any tree of names.

What cannot be read is named with its reason and stops nothing. No symbolic link is followed and nothing is unpacked.
"""

from assemblies.bundles.archive import Allowance, is_archive, opened_archive, read_members
from assemblies.bundles.collect import (
    Collected,
    Files,
    Found,
    Outcome,
    ScriptFiles,
    Skipped,
    collect,
    collected,
    plain_names,
    read_all,
    read_documents,
    read_script,
    reason_of,
    without_twins,
)
from assemblies.bundles.folder import FolderFiles
from assemblies.bundles.single import MAX_SOURCE_LENGTH, read_export, read_one

__all__ = [
    "MAX_SOURCE_LENGTH",
    "Allowance",
    "Collected",
    "Files",
    "FolderFiles",
    "Found",
    "Outcome",
    "ScriptFiles",
    "Skipped",
    "collect",
    "collected",
    "is_archive",
    "opened_archive",
    "plain_names",
    "read_all",
    "read_documents",
    "read_export",
    "read_members",
    "read_one",
    "read_script",
    "reason_of",
    "without_twins",
]
