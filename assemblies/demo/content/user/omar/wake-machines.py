"""Sends a wake-on-LAN packet to each address of the attached list."""

import socket
from pathlib import Path


def packet(address: str) -> bytes:
    digits = bytes.fromhex(address.replace(":", "").replace("-", ""))
    if len(digits) != 6:
        raise ValueError(f"{address} is no hardware address")
    return b"\xff" * 6 + digits * 16


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    for line in Path("machines.txt").read_text().splitlines():
        if address := line.partition("#")[0].strip():
            sender.sendto(packet(address), ("255.255.255.255", 9))
            print(f"woken: {address}")
