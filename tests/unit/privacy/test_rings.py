"""Versions of the pseudonym key: an id's pseudonym never changes once it was seen."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError, KeyChangedError
from landed.privacy import (
    DataKey,
    Keys,
    Pseudonymiser,
    Vault,
    add_people,
    add_version,
    check_spool,
    check_store,
    digest_subject,
    load_keys,
    load_training_key,
    open_vault,
    read_ring,
)
from landed.privacy import pseudonyms as module
from landed.privacy.rosters import RosterNote, open_roster, short_digest, write_roster
from landed.privacy.sealed_keys import read_key, write_key

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
VAULT = Vault((DataKey(1, bytes(range(32)), NOW.isoformat()),))
TWO = Vault((*VAULT.keys, DataKey(2, bytes([7] * 32), NOW.isoformat())))


def load(folder: Path, vault: Vault | None = None) -> Keys:
    return load_keys(folder, write_key="lw_1", admin_key="la_1", analyst_key="lr_1", vault=vault)


def stream(keys: set[bytes]) -> Iterator[bytes]:
    """As the store tells who is known."""
    numbers = sorted(map(short_digest, keys))
    yield np.asarray(numbers, "<u8").tobytes()


def rotate(folder: Path, seen: set[bytes], vault: Vault | None = None) -> None:
    add_version(folder, vault, NOW, people=stream(seen), digests=[])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=5), min_size=1, max_size=5))
def test_a_pseudonym_never_changes_once_it_was_seen(rounds: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, first_seen, before = Path(name), dict[str, bytes](), set[bytes]()
        for number, seen in enumerate(rounds):
            pseudonyms = Pseudonymiser.of(load(folder))
            newest = Pseudonymiser(read_ring(folder, None).newest.secret)
            for user_id in seen:
                key = pseudonyms.subject_key(user_id)
                known = first_seen.setdefault(user_id, key)
                assert key == known
            for user_id in "klm":  # nobody has seen them: they have the newest version
                assert pseudonyms.subject_key(user_id) == newest.subject_key(user_id)
            # Every other time those who were known before have no rows any more.
            now_known = set(first_seen.values())
            rotate(folder, now_known - before if number % 2 else now_known)
            before = now_known


def test_only_people_have_versions(tmp_path: Path) -> None:
    first = load(tmp_path)
    rotate(tmp_path, set())
    after = load(tmp_path)
    before, later = Pseudonymiser.of(first), Pseudonymiser.of(after)
    assert later.digest_id("m", domain="message") == before.digest_id("m", domain="message")
    assert later.subject_key("u") != before.subject_key("u")
    assert after.fingerprint() == first.fingerprint()
    assert after.fingerprints()[0] == first.fingerprint()
    assert len(set(after.fingerprints())) == 2
    assert not any(secret.hex() in repr(after) for secret in (after.pseudonym_secret, *after.later))
    assert "secret" not in repr(read_ring(tmp_path, None))


def test_digests_of_the_state_are_people_too(tmp_path: Path) -> None:
    key = Pseudonymiser.of(load(tmp_path)).subject_key("no")
    add_version(tmp_path, None, NOW, people=[], digests=[digest_subject(key)] * 2)
    assert Pseudonymiser.of(load(tmp_path)).subject_key("no") == key
    ring = read_ring(tmp_path, None)
    assert ring.roster is not None
    assert ring.roster.people == 1
    assert ring.due_at(90) == NOW + timedelta(days=90)
    assert ring.due_at(0) is None


def test_people_are_added_without_a_version_and_nobody_else_changes(tmp_path: Path) -> None:
    first = Pseudonymiser.of(load(tmp_path))
    before = {user_id: first.subject_key(user_id) for user_id in ("old", "back")}
    rotate(tmp_path, set())
    running = load(tmp_path)
    pseudonyms = Pseudonymiser.of(running)
    back = pseudonyms.subject_key("back")  # came before the import: as somebody new
    assert back != before["back"]
    assert pseudonyms.subject_key("old") != before["old"]
    told = list(map(digest_subject, before.values()))
    add_people(tmp_path, None, people=stream({back}), digests=[])
    ring = add_people(tmp_path, None, people=[], digests=told)
    running.roster.replace(ring.known(tmp_path))
    pseudonyms.forget_recent()
    for one in (pseudonyms, Pseudonymiser.of(load(tmp_path))):
        assert one.subject_keys("old") == (before["old"],)
        assert one.subject_keys("back") == (back, before["back"])
        assert one.subject_keys("new") == (one.subject_key("new"),)
    assert [path.name for path in tmp_path.glob("people-*")] == ["people-2-2.roster"]
    rotate(tmp_path, set())
    assert Pseudonymiser.of(load(tmp_path)).subject_keys("back") == (back, before["back"])
    assert [path.name for path in tmp_path.glob("people-*")] == ["people-3.roster"]


def test_known_or_not_the_same_work_is_done(tmp_path: Path) -> None:
    known = Pseudonymiser.of(load(tmp_path)).subject_key("known")
    rotate(tmp_path, {known})
    rotate(tmp_path, {known})
    pseudonyms = Pseudonymiser.of(load(tmp_path))
    counts = []
    for user_id in ("known", "stranger"):
        with mock.patch.object(module._Mac, "digest", autospec=True, side_effect=digest) as macs:
            pseudonyms.subject_key(user_id)
        counts.append(macs.call_count)
    assert counts == [3, 3]


digest = module._Mac.digest


def test_a_roster_is_opened_only_as_it_was_written(tmp_path: Path) -> None:
    numbers = [3, 5 << 60, 2**64 - 1]
    known, path = tmp_path / "known", tmp_path / "people-2.roster"
    known.write_bytes(np.asarray([5, *numbers], "<u8").tobytes()[8:])
    note = write_roster(path, [known], [4, 5 << 60])
    assert path.read_bytes() == np.asarray([3, 4, *numbers[1:]], "<u8").tobytes()
    roster = open_roster(path, note)
    assert [one for one in (0, 2, 3, 4, 5, 5 << 60, 2**64 - 1) if one in roster] == [
        3,
        4,
        *numbers[1:],
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InvalidInputError, match="its bytes are others"):
        open_roster(path, note)
    path.unlink()
    with pytest.raises(InvalidInputError, match="No such file"):
        open_roster(path, note)
    known.write_bytes(b"")
    empty = write_roster(path, [known], [])
    assert 3 not in open_roster(path, empty)
    with pytest.raises(InvalidInputError, match="its bytes are others"):
        open_roster(path, RosterNote(1, empty.sha256))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=60, max_size=300), st.integers(0, 2**64 - 1))
def test_a_number_is_found_wherever_it_stands(people: list[int], other: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "people-2.roster")
        roster = open_roster(path, write_roster(path, [], sorted(set(people))))
        assert all(one in roster for one in people)
        assert (other in roster) == (other in people)


@pytest.mark.parametrize("text", ["{", "{}", '{"versions": [], "roster": {}}', '{"versions": 5}'])
def test_a_damaged_ring_is_refused(tmp_path: Path, text: str) -> None:
    load(tmp_path)
    (tmp_path / "pseudonym.key").write_text(text)
    with pytest.raises(InvalidInputError, match=r"pseudonym\.key is damaged"):
        load(tmp_path)


def test_plain_files_are_wrapped_once_there_is_a_vault(tmp_path: Path) -> None:
    plain = load_keys(tmp_path, write_key=None, admin_key=None)
    training = load_training_key(tmp_path)
    then = NOW.timestamp()
    os.utime(tmp_path / "pseudonym.key", (then, then))
    old = (tmp_path / "pseudonym.key").open("rb")  # still reads the old bytes
    secrets = [plain.pseudonym_secret.hex(), training.secret.hex()]
    secrets += [plain.write_key, plain.admin_key, plain.analyst_key]
    assert load_keys(tmp_path, write_key=None, admin_key=None, vault=VAULT) == plain
    assert load_training_key(tmp_path, vault=VAULT) == training
    kept = "".join(path.read_text() for path in tmp_path.iterdir())
    assert not any(secret in kept for secret in secrets)
    with old:
        assert not old.read().strip(b"\0")
    assert read_ring(tmp_path, VAULT).newest.made_at == NOW
    # A further data key wraps them anew; a ring of several versions stays wrapped.
    assert load_keys(tmp_path, write_key=None, admin_key=None, vault=TWO) == plain
    rotate(tmp_path, set(), TWO)
    assert TWO.current.name.hex() in (tmp_path / "pseudonym.key").read_text()
    only_new = Vault(TWO.keys[1:])
    assert len(read_ring(tmp_path, only_new).versions) == 2
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_wrapped_files_open_only_with_their_key_and_name(tmp_path: Path) -> None:
    path = tmp_path / "admin.key"
    write_key(path, "la_secret", VAULT)
    with pytest.raises(InvalidInputError, match="wrapped by a master key, and none is set"):
        read_key(path, None)
    with pytest.raises(InvalidInputError, match="another data key"):
        read_key(path, Vault(TWO.keys[1:]))
    other = path.rename(tmp_path / "write.key")
    with pytest.raises(InvalidInputError, match=r"write\.key is damaged, or was another file"):
        read_key(other, VAULT)
    other.write_text(other.read_text()[:20] + "not hex:AAAA")
    with pytest.raises(InvalidInputError, match="damaged"):
        read_key(other, VAULT)


def test_lost_data_keys_are_not_replaced_where_files_are_wrapped(tmp_path: Path) -> None:
    vault = open_vault(tmp_path, bytes(32), NOW)
    load_keys(tmp_path, write_key=None, admin_key=None, vault=vault)
    (tmp_path / "data.keys").unlink()
    with pytest.raises(InvalidInputError, match=r"admin\.key, .*data\.keys is away"):
        open_vault(tmp_path, bytes(32), NOW)
    assert not (tmp_path / "data.keys").exists()


class Memory:
    """A store that remembers, the first writer first."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def recall(self, name: str) -> str | None:
        return self.told.get(name)

    def remember(self, name: str, value: str) -> None:
        self.told.setdefault(name, value)


def test_a_store_takes_a_longer_ring_and_refuses_a_shorter_one() -> None:
    store, path = Memory(), Path("pseudonym.key")
    one, two, other = (
        Keys(bytes(32), "w", "a", "r", later) for later in ((), (b"2" * 32,), (b"3" * 32,))
    )
    check_store(store, one, path)
    check_store(store, two, path)
    check_store(store, two, path)
    with pytest.raises(KeyChangedError, match="a later version"):
        check_store(store, one, path)
    with pytest.raises(KeyChangedError, match="another pseudonym key"):
        check_store(store, other, path)


def test_rows_that_wait_go_on_under_a_longer_ring_only(tmp_path: Path) -> None:
    path = Path("pseudonym.key")
    one, two = (Keys(bytes(32), "w", "a", "r", later) for later in ((), (b"2" * 32,)))
    check_spool(tmp_path, one, path, rows_wait=True)
    check_spool(tmp_path, two, path, rows_wait=True)
    with pytest.raises(KeyChangedError, match="Events wait in the spool"):
        check_spool(tmp_path, one, path, rows_wait=True)
    check_spool(tmp_path, one, path, rows_wait=False)
