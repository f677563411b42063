"""Devices: what agents send, and what people see of the fleet and decide about it."""
