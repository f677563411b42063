"""Badges."""

from assemblies.admin.links_and_badges import source_badge


def test_an_unknown_source_is_shown_as_it_stands_and_escaped() -> None:
    assert source_badge("<b>") == '<span class="badge badge-&lt;b&gt;">&lt;b&gt;</span>'
