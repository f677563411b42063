"""The front door: every change of the library is one call of one action.

An action validates, makes payloads durable, then calls `commit`, whose one transaction changes the working copy and
appends the journal and audit entries. Nothing else in the project writes an `Assembly`.
"""
