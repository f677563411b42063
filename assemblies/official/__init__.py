"""The official catalogue, kept in step with what a vendor publishes.

A source is read, a pure plan compares it with the rows, guards may refuse the plan, and one action makes it so:
`sync(open_source(), permit=…, store=…)`.
"""
