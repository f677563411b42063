"""In which order requests are answered that wait for a thread: not as they came, or hundreds of one client's would be
answered before the one of another.
"""

from collections import deque

from assemblies.management.server.connection import Connection

# So many clients that had nothing waiting go first, then one of those that had.
NEW_IN_A_ROW = 3


class Turns:
    """Connections with a request each; used under the dispatcher's lock.

    A client that has nothing waiting comes before those that have, who take turns; what one client asks is answered in
    its order. As fair queueing does for packets (RFC 8290, section 4.2), and nobody starves: see NEW_IN_A_ROW.
    """

    def __init__(self) -> None:
        self._new: dict[str, deque[Connection]] = {}
        self._old: dict[str, deque[Connection]] = {}
        self._new_in_a_row = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, connection: Connection) -> None:
        network = connection.network
        own = self._new.get(network) or self._old.get(network) or self._new.setdefault(network, deque())
        own.append(connection)
        self._count += 1

    def popleft(self) -> Connection:
        """Return who is next. Raises StopIteration where nobody waits."""
        is_new = bool(self._new) and not (self._old and self._new_in_a_row >= NEW_IN_A_ROW)
        self._new_in_a_row = self._new_in_a_row + 1 if is_new else 0
        clients = self._new if is_new else self._old
        network = next(iter(clients))
        own = clients.pop(network)
        connection = own.popleft()
        if own:
            # Behind all others that have more.
            self._old[network] = own
        self._count -= 1
        return connection
