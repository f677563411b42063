"""The wire format: a fixed conversation with the API, compared to the one that is checked in, byte for byte.

Each chapter fills a library of its own and sends its requests; `recorded/<chapter>.txt` holds every request with the
status, the headers and the body of its response. The clock is fixed, generated GUIDs, tokens, row ids and audit hashes
are numbered in the order of their appearance, and what is worded for people is left out.

After an intended change, record again with `python -m tests.wire.record` and read each line that differs: clients and
scripts rely on them.
"""
