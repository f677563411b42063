"""Collect documents from many files: a folder, an archive, any tree of names.

What cannot be read is named with its reason and stops nothing. No symbolic link is followed and nothing is unpacked.
"""

from assemblies.bundles.archive import Allowance, opened_archive
from assemblies.bundles.collect import Collected, Files, Found, Skipped, collect, reason_of, without_twins
from assemblies.bundles.folder import FolderFiles

__all__ = [
    "Allowance",
    "Collected",
    "Files",
    "FolderFiles",
    "Found",
    "Skipped",
    "collect",
    "opened_archive",
    "reason_of",
    "without_twins",
]
