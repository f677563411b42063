"""Verify the library: every promise about bytes, rows and chains compared with what is stored. Reading only.

It may run alongside writers: each comparison is with a fixed point of the journal, which only ever grows.
"""

from assemblies.inspection.verify.finding import Finding
from assemblies.inspection.verify.library import Verification, verify_library
from assemblies.inspection.verify.payloads import find_payload_faults

__all__ = ["Finding", "Verification", "find_payload_faults", "verify_library"]
