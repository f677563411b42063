"""The realtime server: what waits for something to happen, apart from what answers at once.

A request that waits would hold one of the few threads of pages and REST. Here it holds a task of one event loop:
devices that wait for work, people and programs that follow runs. It owns nothing: what it says is a hint, a hint that
is lost costs one poll, and any number of these servers may run.
"""
