"""Gather documents from many files: a folder, an archive, any tree of names.

What cannot be read is named with its reason and stops nothing. No symbolic link is followed and nothing is unpacked.
"""

from assemblies.actions.gather.archive import ArchiveFiles
from assemblies.actions.gather.documents import Files, Found, Gathering, Skipped, gather, without_twins
from assemblies.actions.gather.folder import FolderFiles

__all__ = ["ArchiveFiles", "Files", "FolderFiles", "Found", "Gathering", "Skipped", "gather", "without_twins"]
