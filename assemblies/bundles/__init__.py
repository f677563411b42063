"""Collect documents from many files: a folder, an archive, any tree of names.

What cannot be read is named with its reason and stops nothing. No symbolic link is followed and nothing is unpacked.
"""

from assemblies.bundles.archive import ArchiveFiles
from assemblies.bundles.collect import Collected, Files, Found, Skipped, collect, without_twins
from assemblies.bundles.folder import FolderFiles

__all__ = ["ArchiveFiles", "Collected", "Files", "FolderFiles", "Found", "Skipped", "collect", "without_twins"]
