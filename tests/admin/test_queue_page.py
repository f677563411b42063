"""The queue as a page: who sees what, who may write or discard, and what is said afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone
from filelock import FileLock

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.admin import queue as queue_module
from assemblies.catalogue import library_catalogue
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, CommunityAssembly, DomainState, JournalEntry, Watermark
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

QUEUE, FLUSH = "/admin/queue/", "/admin/queue/flush/"
FETCHED = {"X-Requested-With": "fetch"}
Budget = Callable[[int], Any]


@pytest.fixture
def as_operator(library: PayloadStore) -> Client:
    user = User.objects.create_user("oskar")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


@pytest.fixture
def in_dev_mode(superuser: Client, ada: User) -> Client:
    key = superuser.session.session_key
    assert key
    with transaction.atomic():
        grants.issue(ada, grants.session_digest(key), reason="tests", remote_address="", now=timezone.now())
    return superuser


@pytest.fixture
def community_guid(library: PayloadStore, command: Actor) -> str:
    return create(script("Shared"), domain=Domain.COMMUNITY, permit=may_create(command), store=library).guid


def discard_of(guid: str) -> str:
    return f"/admin/queue/{guid}/discard/"


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def text_of(client: Client, path: str = QUEUE, **options: Any) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_anonymous_visitor_is_sent_to_the_log_in(anonymous: Client, guid: str) -> None:
    for path in (QUEUE, discard_of(guid)):
        assert anonymous.get(path)["Location"].startswith("/admin/login/")
    for path in (FLUSH, discard_of(guid)):
        assert anonymous.post(path)["Location"].startswith("/admin/login/")
    assert Assembly.objects.get(guid=guid).category == "greetings"


def test_a_viewer_reads_the_queue_and_is_offered_nothing_else(signed_in_viewer: Client, guid: str) -> None:
    page = text_of(signed_in_viewer)
    for words in ("Say hello", "Updated", "olga", "1 pending write", "1 waits", f"/admin/assemblies/assembly/{guid}/"):
        assert words in page
    for control in ("Discard", "Flush now", "Flush all now", "Enter Dev Mode to"):
        assert control not in page
    assert 'href="/admin/queue/"' in text_of(signed_in_viewer, "/admin/")


def test_an_empty_queue_says_that_all_is_written(signed_in_viewer: Client, guid: str) -> None:
    flush()
    page = text_of(signed_in_viewer)
    assert "Everything is written" in page
    assert page.count("All written") == 3
    assert 'class="wide-table"' not in page


def test_an_operator_may_discard_what_is_user_created_alone(
    as_operator: Client, guid: str, community_guid: str
) -> None:
    page = text_of(as_operator)
    assert discard_of(guid) in page
    assert discard_of(community_guid) not in page


def test_an_administrator_is_told_how_to_write_now(superuser: Client, in_dev_mode: Client, guid: str) -> None:
    assert "Flush all now" in text_of(in_dev_mode)
    plain = signed_in(User.objects.create_superuser("adele"))
    page = text_of(plain)
    assert "Enter Dev Mode" in page
    assert "Flush all now" not in page


def test_a_failing_domain_shows_its_error_and_what_becomes_of_it(signed_in_viewer: Client, guid: str) -> None:
    DomainState.objects.filter(domain="user").update(attempts=3, last_error="It is <b>locked</b>.", version=9)
    page = text_of(signed_in_viewer)
    assert "Cannot be written" in page
    assert "It is &lt;b&gt;locked&lt;/b&gt;." in page
    assert "Nothing is lost" in page


def test_what_nobody_writes_is_called_overdue(signed_in_viewer: Client, guid: str) -> None:
    assert "overdue" not in text_of(signed_in_viewer)
    with_old = timezone.now() - timedelta(hours=1)
    JournalEntry.objects.update(recorded_at=with_old)
    library_catalogue.cache_clear()
    assert "Pending writes are overdue" in text_of(signed_in_viewer)


def test_the_queue_is_paged_oldest_first(
    signed_in_viewer: Client, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "WRITES_PER_PAGE", 2)
    for name in "ABC":
        create(script(f"Item {name}"), domain=Domain.USER, permit=may_create(operator), store=library)
    first, second = text_of(signed_in_viewer), text_of(signed_in_viewer, f"{QUEUE}?page=2")
    assert [f"Item {name}" in first for name in "ABC"] == [True, True, False]
    assert [f"Item {name}" in second for name in "ABC"] == [False, False, True]
    assert "Page 1 of 2" in first
    assert "Item A" in text_of(signed_in_viewer, f"{QUEUE}?page=nonsense")


def test_the_part_that_changes_is_sent_only_when_it_changed(signed_in_viewer: Client, guid: str) -> None:
    answer = signed_in_viewer.get(QUEUE, headers=FETCHED)
    assert b"<html" not in answer.content
    assert b'id="queue-live"' in answer.content
    tagged = FETCHED | {"If-None-Match": answer["ETag"]}
    again = signed_in_viewer.get(QUEUE, headers=tagged)
    assert (again.status_code, again.content) == (304, b"")
    flush()
    assert signed_in_viewer.get(QUEUE, headers=tagged).status_code == 200


def test_a_page_costs_a_fixed_number_of_queries(
    superuser: Client, library: PayloadStore, operator: Actor, django_assert_max_num_queries: Budget
) -> None:
    for number in range(60):
        create(script(f"Item {number}"), domain=Domain.USER, permit=may_create(operator), store=library)
    tag = superuser.get(QUEUE, headers=FETCHED)["ETag"]
    with django_assert_max_num_queries(6):
        superuser.get(QUEUE)
    with django_assert_max_num_queries(4):
        superuser.get(QUEUE, headers=FETCHED | {"If-None-Match": tag})


def test_reading_changes_nothing(superuser: Client, guid: str) -> None:
    before = (JournalEntry.objects.count(), AuditEntry.objects.count())
    for path in (QUEUE, discard_of(guid)):
        superuser.get(path)
        superuser.head(path)
    assert superuser.get(FLUSH).status_code == 405
    assert (JournalEntry.objects.count(), AuditEntry.objects.count()) == before


def test_in_dev_mode_one_domain_is_written_or_all(in_dev_mode: Client, guid: str, community_guid: str) -> None:
    answer = in_dev_mode.post(FLUSH, {"domain": "community"})
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert said(answer) == ["1 change was written to Community. 1 assembly still waits."]
    assert CommunityAssembly.objects.filter(guid=community_guid).exists()
    assert said(in_dev_mode.post(FLUSH))[-1] == "1 change was written to User-Created. Nothing waits any more."
    assert said(in_dev_mode.post(FLUSH))[-1] == "There was nothing to write. Nothing waits any more."
    assert in_dev_mode.post(FLUSH, {"domain": "nowhere"}).status_code == 404


def test_a_domain_that_cannot_be_written_is_said_so_and_the_others_are_written(
    in_dev_mode: Client, guid: str, community_guid: str
) -> None:
    Watermark.objects.using(Domain.USER.alias).update(journal_id="another")
    words = said(in_dev_mode.post(FLUSH))
    assert words[0].startswith("User-Created: The user database belongs to another journal.")
    assert words[1:] == ["1 change was written to Community."]
    assert "Retry now" in text_of(in_dev_mode)


@pytest.mark.sqlite("this is about the write lock next to a file")
def test_a_flush_that_could_not_begin_says_why(in_dev_mode: Client, guid: str, settings: Any) -> None:
    settings.WRITE_TIMEOUT_SECONDS = 0.1
    with FileLock(f"{connections['default'].settings_dict['NAME']}.queue"):
        answer = in_dev_mode.post(FLUSH)
    assert said(answer) == ["Other writers kept the library busy for too long; try again."]


def test_nobody_else_writes_and_it_is_audited(
    signed_in_viewer: Client, as_operator: Client, superuser: Client, guid: str
) -> None:
    for client in (signed_in_viewer, as_operator, superuser):
        answer = client.post(FLUSH)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.content.decode()
    assert list(AuditEntry.objects.filter(event="devmode.write").values_list("outcome", flat=True)) == ["denied"] * 3
    assert not CommunityAssembly.objects.exists()


def test_the_discard_page_says_what_will_be(
    as_operator: Client, library: PayloadStore, operator: Actor, guid: str, deleted_guid: str
) -> None:
    page = text_of(as_operator, discard_of(guid))
    assert "takes the assembly back to what its database holds" in page
    assert "<dd>Category" in page
    assert f"/admin/assemblies/assembly/{guid}/diff/?from=1&amp;to=2" in page
    fresh = create(script("Fresh"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    assert "does not hold this assembly" in text_of(as_operator, discard_of(fresh))
    flush()
    update(guid, {"summary": "x"}, payload=b"echo other\n", permit=may_update(operator), store=library)
    assert "<dd>Script, Summary" in text_of(as_operator, discard_of(guid))
    delete(guid, permit=may_delete(operator))
    assert "Its deletion was not written yet" in text_of(as_operator, discard_of(guid))


def discarded(client: Client, guid: str, revision: object = None) -> Any:
    seen = Assembly.objects.get(guid=guid).sequence if revision is None else revision
    return client.post(discard_of(guid), {"revision": seen})


def test_an_operator_discards_their_change(as_operator: Client, guid: str) -> None:
    answer = discarded(as_operator, guid)
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert said(answer) == ["Discarded: “Say hello” is again as its database holds it."]
    assert Assembly.objects.get(guid=guid).category != "greetings"
    page = text_of(as_operator)
    assert "Settled with the next flush" in page
    assert discard_of(guid) not in page


def test_what_was_never_written_is_deleted(as_operator: Client, library: PayloadStore, operator: Actor) -> None:
    fresh = create(script("Fresh"), domain=Domain.USER, permit=may_create(operator), store=library).guid
    assert "never written" in said(discarded(as_operator, fresh))[0]
    assert Assembly.objects.get(guid=fresh).deleted_at is not None


def test_what_was_changed_since_the_page_was_read_is_not_discarded(
    as_operator: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    seen = Assembly.objects.get(guid=guid).sequence
    update(guid, {"summary": "newer"}, payload=None, permit=may_update(operator), store=library)
    for revision in (seen, "", "x", "9" * 40):
        answer = discarded(as_operator, guid, revision)
        assert answer["Location"] == discard_of(guid)
        assert "nothing was discarded" in said(answer)[0]
    assert Assembly.objects.get(guid=guid).summary == "newer"


def test_who_may_not_write_the_domain_discards_nothing_and_it_is_audited(
    signed_in_viewer: Client, as_operator: Client, superuser: Client, guid: str, community_guid: str
) -> None:
    refused = [(signed_in_viewer, guid), (as_operator, community_guid), (superuser, community_guid)]
    for client, of in refused:
        assert client.get(discard_of(of)).status_code == 403
        assert discarded(client, of).status_code == 403
    denied = AuditEntry.objects.filter(event="assembly.discard", outcome="denied")
    assert sorted(denied.values_list("subject_id", flat=True)) == sorted(of for _client, of in refused)
    assert Assembly.objects.live().filter(guid__in=[guid, community_guid]).count() == 2


def test_without_a_pending_write_there_is_nothing_to_discard(as_operator: Client, guid: str) -> None:
    flush()
    for answer in (as_operator.get(discard_of(guid)), discarded(as_operator, guid)):
        assert answer["Location"] == QUEUE
        assert "nothing to discard" in said(answer)[0]
    assert as_operator.get(discard_of("0" * 32)).status_code == 404


def test_a_payload_that_cannot_come_back_is_said_so(
    as_operator: Client, library: PayloadStore, operator: Actor, guid: str
) -> None:
    flush()
    persisted = Assembly.objects.get(guid=guid).payload_guid
    update(guid, {}, payload=b"echo other\n", permit=may_update(operator), store=library)
    library.delete(persisted)
    answer = discarded(as_operator, guid)
    assert answer["Location"] == discard_of(guid)
    assert "missing" in said(answer)[0]
