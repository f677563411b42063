"""`export_manifest`: what a run pinned and what it came to, as evidence."""

import hashlib
import json
from argparse import ArgumentParser
from typing import Any

from assemblies.errors import Failure
from assemblies.execution.models import Manifest
from assemblies.execution.reading import get_run, manifest_facts
from assemblies.management.command import LibraryCommand, json_text


class ManifestDamaged(Failure):
    """The manifest is not the text that its hash names."""

    default_message = __doc__


class Command(LibraryCommand):
    help = (
        "Print a run's manifest as JSON: what was pinned when it was submitted, what it came to, and the texts that "
        "their hashes are the SHA-256 of. Refused when they are not."
    )
    examples = """
        manage.py export_manifest 0d6c… > manifest.json
    """
    offers_json = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run_id", help="The run's GUID; list_runs shows them.")

    def work(self, *, run_id: str, **_options: Any) -> None:
        manifest = Manifest.objects.get(run_id=get_run(run_id).run_id)
        for text, named in ((manifest.frozen_json, manifest.hash), (manifest.sealed_json, manifest.sealed_hash)):
            if text and hashlib.sha256(text.encode()).hexdigest() != named:
                raise ManifestDamaged
        self.stdout.write(
            json.dumps(manifest_facts(manifest, told=True), ensure_ascii=False, indent=2, default=json_text)
        )
