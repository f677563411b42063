"""Values and inventories of playbooks, and playbooks themselves where this machine has ansible-playbook."""

import json
from typing import Any

import pytest

from assemblies.supervision import Content, Language, Order, Variable, find_interpreters, supervise
from assemblies.supervision.ansible import find_inventory, values_file
from assemblies.supervision.errors import AmbiguousInventory
from tests.supervision.runs import Heard, bash, exited

PLAYBOOK = """
- hosts: {hosts}
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{{{ {{'text': text, 'count': count, 'on': on, 'half': half}} | to_json }}}}"
"""


SECRET = "secret-of-the-playbook"
SECRETIVE = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "it is {{ password }}"}
    - ansible.builtin.command: bash {{ playbook_dir }}/look.sh
      register: seen
    - ansible.builtin.debug: {msg: "seen {{ seen.stdout }}"}
"""


@pytest.fixture
def ansible() -> None:
    if Language.ANSIBLE not in find_interpreters():
        pytest.skip("this machine has no ansible-playbook")


def playbook(hosts: str, *variables: Variable, **fields: Any) -> Order:
    return bash(PLAYBOOK.format(hosts=hosts), language=Language.ANSIBLE, variables=variables, **fields)


def messages(heard: Heard) -> list[dict[str, object]]:
    lines = [line.strip() for line in heard.text().decode().splitlines() if '"msg": ' in line]
    assert lines, heard.text().decode() + heard.text("stderr").decode()
    return [json.loads(json.loads(line.removeprefix('"msg": '))) for line in lines]


def test_values_are_written_so_that_none_is_a_template() -> None:
    text = values_file([Variable("a", "{{ lookup('pipe', 'id') }}"), Variable("b", 3), Variable("c", True)])
    assert text == b'---\n"a": !unsafe "{{ lookup(\'pipe\', \'id\') }}"\n"b": 3\n"c": true\n'
    assert values_file([Variable("a", 'é"\\\n\U0001f600'), Variable("n", 1e22)]) == (
        b'---\n"a": !unsafe "\\U000000e9\\U00000022\\U0000005c\\U0000000a\\U0001f600"\n"n": 1.0e+22\n'
    )
    assert values_file([]) == b"---\n{}\n"


def test_an_attached_inventory_is_known_by_its_name() -> None:
    assert find_inventory(["site.yml", "hosts.ini"]) == "hosts.ini"
    assert find_inventory(["Inventory.yaml"]) == "Inventory.yaml"
    assert find_inventory(["inventory.txt", "myhosts"]) is None


def test_two_inventories_are_rejected_before_anything_starts() -> None:
    files = {"hosts": Content.of(b""), "inventory.yml": Content.of(b"")}
    with pytest.raises(AmbiguousInventory):
        supervise(playbook("all", files=files))


def test_a_playbook_gets_any_value_as_it_is_and_runs_on_this_machine(ansible: None) -> None:
    text = "{{ lookup('pipe', 'touch never') }} ünï \U0001f600 \"q\" 'q' \\ \n\t\x7f: #"
    variables = (Variable("text", text), Variable("count", 3), Variable("on", True), Variable("half", 0.5))
    heard = exited(playbook("all", *variables))
    assert heard.result.exit_code == 0, heard.text()
    assert messages(heard) == [{"text": text, "count": 3, "on": True, "half": 0.5}]


def test_a_playbook_runs_on_its_attached_inventory(ansible: None) -> None:
    inventory = b"[web]\none ansible_connection=local\ntwo ansible_connection=local\n"
    variables = (Variable("text", "x"), Variable("count", 1), Variable("on", False), Variable("half", 0.5))
    heard = exited(playbook("web", *variables, files={"hosts.ini": Content.of(inventory)}))
    assert heard.result.exit_code == 0 and len(messages(heard)) == 2


def test_a_secret_of_a_playbook_is_masked_and_in_no_command(ansible: None) -> None:
    files = {"look.sh": Content.of(b"cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'of-the-[p]laybook'; true")}
    order = bash(
        SECRETIVE, language=Language.ANSIBLE, variables=(Variable("password", SECRET, secret=True),), files=files
    )
    heard = exited(order)
    assert heard.result.exit_code == 0, heard.text()
    assert b'"msg": "it is [secret]"' in heard.text() and SECRET.encode() not in heard.text()
    assert b'"msg": "seen 0"' in heard.text()
