"""Persistence targets: which database of the operator gets a durable copy of the queue and of the manifests."""
