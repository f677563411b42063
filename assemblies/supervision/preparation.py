"""From an order to a directory and a command: everything that can fail before a script's first instruction."""

import hashlib
import os
import shutil
from dataclasses import dataclass

from .accounts import find_account
from .ansible import find_inventory, playbook_environment, values_file
from .directory import RunDirectory, verified
from .environment import clean_environment
from .errors import StartFailed
from .interpreters import SCRIPT_NAMES, command_for, runnable
from .marker import MARKER_NAME
from .order import Language, Order
from .tree import Command
from .variables import environment_of


@dataclass(frozen=True)
class Prepared:
    command: Command
    executed_sha256: str


def prepare(order: Order, directory: RunDirectory) -> Prepared:
    """Raises NotStarted."""
    try:
        return _prepared(order, directory)
    except OSError as error:
        raise StartFailed(error.strerror or "") from error


def _prepared(order: Order, directory: RunDirectory) -> Prepared:
    account = find_account(order.account) if order.account else None
    script = runnable(order.language, verified(order.script, "script"))
    directory.place_files(order.files)
    path = directory.place(directory.free_name(SCRIPT_NAMES[order.language]), script, mode=0o700)
    values = directory.own / "values.yml"
    environment = clean_environment(dict(os.environ), account, directory.temporary)
    environment[MARKER_NAME] = os.environ.get(MARKER_NAME, "")
    if order.language is Language.ANSIBLE:
        directory.place(values, values_file(order.variables))
        python = shutil.which("python3", path=environment["PATH"])
        environment |= playbook_environment(str(directory.temporary), python, find_inventory(order.files))
    else:
        environment |= environment_of(order.variables)
    search = environment["PATH"]
    argv = command_for(
        order.language, path, script, list(order.files), values, search, arguments=order.interpreter_arguments
    )
    if account:
        directory.hand_over(account)
    return Prepared(Command(argv, environment, directory.path, account), hashlib.sha256(script).hexdigest())
