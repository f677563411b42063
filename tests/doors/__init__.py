"""Every door keeps the same rules: each rule is asked at each door that it concerns.

The doors come from the API's description, the resolver and the list of commands; which rules concern a door follows
from what it declares. `table.csv` is the reviewed list: a new door, or one that a rule no longer concerns, fails until
`python -m tests.doors.write_table` has been run and its lines were read.
"""
