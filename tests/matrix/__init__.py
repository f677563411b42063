"""The permission matrix: every route, method, target and identity with its outcome, as `table.csv` has it.

A cell is a status, for refusals of the API with their code. A route or method that is missing from the table fails. Add
what is new with `python -m tests.matrix.write_table`, then read the lines that changed against the contract.
"""
