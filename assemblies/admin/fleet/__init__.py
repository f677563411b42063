"""The pages of devices: the list, one device, requests for enrolment, install codes."""
