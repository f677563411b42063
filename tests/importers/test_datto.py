"""Datto RMM: components."""

from tests.importers.trees import documents, outcomes

FACTS = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<component info="CentraStage Component">
    <general>
        <name>Deploy agent [WIN]</name><category>applications</category>
        <description>Installs the agent.</description>
        <uid>2e0eb338-4f1f-4e77-80c0-db5638a42339</uid><hash/><version>4</version>
        <timeout>1800</timeout><securityLevel>1</securityLevel><installType>powershell</installType>
    </general>
    <variable idx="0"><name>repair</name><type>boolean</type><direction>false</direction>
        <description>Repairs.</description><defaultVal>false</defaultVal></variable>
    <variable idx="1"><name>KEY</name><type>string</type><direction>false</direction>
        <description>The key.</description><defaultVal/></variable>
</component>
"""
COMMAND = b"# Deploys\r\nWrite-Host $env:KEY\r\n"
FILES = {
    "agent/command.bat": COMMAND,
    "agent/resource.xml": FACTS,
    "agent/icon.png": b"\x89PNG",
    "agent/setup.msi": b"\x00\x01",
}


def test_a_component_is_its_command_its_facts_and_its_files() -> None:
    one = documents(FILES)["agent"]
    assert (one.display_name, one.category, one.summary) == (
        "Deploy agent [WIN]",
        "applications",
        "Installs the agent.",
    )
    # The file is called command.bat whatever it is written in.
    assert (one.type_name, one.payload, one.timeout_seconds) == ("powershell", COMMAND, 1800)
    assert (one.operating_systems, one.run_as, one.exit_codes["3010"]) == (["windows"], "system", "reboot")
    assert [(file.file_name, file.data) for file in one.files] == [("setup.msi", b"\x00\x01")]
    assert one.variables == [
        {"name": "repair", "type": "boolean", "default": False, "description": "Repairs."},
        {"name": "KEY", "type": "string", "description": "The key."},
    ]
    assert "datto:2e0eb338-4f1f-4e77-80c0-db5638a42339" in one.aliases


def test_entities_are_refused_before_anything_expands_them() -> None:
    bomb = FACTS.replace(b"<component info", b'<!DOCTYPE c [<!ENTITY a "aaaa">]><component info')
    refusal = outcomes({"resource.xml": bomb, "command.bat": COMMAND})["resource.xml"].refusal
    assert refusal is not None
    assert "no entities" in refusal.message


def test_what_the_library_does_not_run_is_refused_by_name() -> None:
    other = FACTS.replace(b">powershell<", b">vbscript<")
    refusal = outcomes(FILES | {"agent/resource.xml": other})["agent"].refusal
    assert refusal is not None
    assert refusal.message == "The library runs no vbscript."
