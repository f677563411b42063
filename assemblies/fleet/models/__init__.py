"""The tables of the fleet, all in the database `execution`. Users are kept as id and name, without a foreign key."""

from assemblies.fleet.models.device import Device, DeviceKey, DeviceLabel, DeviceStatus, LabelKind
from assemblies.fleet.models.enrolment import ApprovalStatus, DeviceApproval, InstallCode
from assemblies.fleet.models.token import RefreshToken, RequestCount, UsedProof

__all__ = [
    "ApprovalStatus",
    "Device",
    "DeviceApproval",
    "DeviceKey",
    "DeviceLabel",
    "DeviceStatus",
    "InstallCode",
    "LabelKind",
    "RefreshToken",
    "RequestCount",
    "UsedProof",
]
