"""The descriptor is what the models of execution say, and leaves out what is nobody else's."""

from assemblies.targets.descriptor import FILE, describe, tables
from assemblies.targets.outbox import is_replication_work


def test_the_descriptor_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == describe(), "run python -m tests.targets.write_descriptor"


def test_each_table_is_keyed_by_the_instance_first_and_says_run_and_actor() -> None:
    for table in tables():
        assert table.key[0] == "instance_id"
        assert {"instance_id", "run_id", "actor"} <= {column.name for column in table.columns}
        assert not is_replication_work(table.name)


def test_credentials_and_output_are_in_no_table() -> None:
    assert {table.name for table in tables()} == {
        "ba_queue_workitem",
        "ba_queue_workitemattempt",
        "ba_queue_workitemevent",
        "ba_manifest",
    }
