"""Legacy alias migration: rows keyed by an earlier name of a thing are re-keyed to its canonical name.

`plan` decides everything and touches nothing; an adapter reads and changes one kind of store; `apply` carries a plan
out in one transaction; `report` writes down what was planned and done. Each step exists once, for every store.
"""
