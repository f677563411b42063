"""Runs: durable work with an event history, attempts, captured output, and a manifest that pins exactly what ran."""
