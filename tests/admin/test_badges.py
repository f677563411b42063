"""Badges for what the catalogue does not know, or not yet."""

from assemblies.admin.badges import persisted_words, source_badge, state_pills


def test_an_assembly_the_catalogue_does_not_know_has_no_state() -> None:
    assert state_pills(None) == persisted_words(None) == ""


def test_an_unknown_source_is_shown_as_it_stands_and_escaped() -> None:
    assert source_badge("<b>") == '<span class="badge badge-&lt;b&gt;">&lt;b&gt;</span>'
