from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from landed.errors import InvalidInputError
from landed.privacy import Vault, add_data_key, check_vault, open_vault, rewrap

MASTER, OTHER = bytes(range(32)), bytes(range(1, 33))
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def opened(folder: Path, master: bytes = MASTER) -> Vault:
    vault = open_vault(folder, master, NOW)
    assert vault is not None
    return vault


def test_without_a_master_key_nothing_is_made(tmp_path: Path) -> None:
    assert open_vault(tmp_path / "keys", None, NOW) is None
    assert not (tmp_path / "keys").exists()


def test_a_key_is_made_once_and_lies_there_wrapped(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    assert opened(tmp_path) == vault
    path = tmp_path / "data.keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert vault.current.secret.hex() not in text
    assert vault.current.secret.hex() not in repr(vault)
    assert json.loads(text)["keys"][0]["made_at"] == "2026-05-01T00:00:00+00:00"


def test_each_use_and_each_file_has_a_key_of_its_own(tmp_path: Path) -> None:
    key = opened(tmp_path).current
    derived = {key.derive(b"store"), key.derive(b"spool"), key.derive(b"spool", b"a"), key.secret}
    assert len(derived) == 4
    assert all(len(one) == 32 for one in derived)


def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    opened(tmp_path)
    before = (tmp_path / "data.keys").read_bytes()
    acts: list[Callable[[], object]] = [
        lambda: open_vault(tmp_path, OTHER, NOW),
        lambda: add_data_key(tmp_path, OTHER, NOW),
        lambda: rewrap(tmp_path, OTHER, MASTER),
    ]
    for act in acts:
        with pytest.raises(InvalidInputError, match="another one than"):
            act()
    with pytest.raises(InvalidInputError, match="the master key is missing"):
        open_vault(tmp_path, None, NOW)
    assert (tmp_path / "data.keys").read_bytes() == before


@pytest.mark.parametrize(
    "break_it",
    [
        lambda _: "no JSON",
        lambda whole: json.dumps([whole]),
        lambda whole: json.dumps({**whole, "keys": []}),
        lambda whole: json.dumps({**whole, "keys": [{**whole["keys"][0], "key_id": 2}]}),
        lambda whole: json.dumps({**whole, "keys": [{**whole["keys"][0], "wrapped": "AAAA"}]}),
        lambda whole: json.dumps({**whole, "keys": [{**whole["keys"][0], "wrapped": "?"}]}),
        lambda whole: json.dumps({"keys": whole["keys"]}),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, break_it: object) -> None:
    opened(tmp_path)
    path = tmp_path / "data.keys"
    assert callable(break_it)
    path.write_text(break_it(json.loads(path.read_text())))
    with pytest.raises(InvalidInputError, match=r"data\.keys is damaged.*backup"):
        open_vault(tmp_path, MASTER, NOW)


def test_a_further_key_is_the_current_one_and_the_old_one_stays(tmp_path: Path) -> None:
    first = opened(tmp_path)
    second = add_data_key(tmp_path, MASTER, NOW)
    assert second == opened(tmp_path)
    assert [key.key_id for key in second.keys] == [1, 2]
    assert second.keys[0] == first.current
    assert second.current != first.current
    assert second.named(first.current.name) == first.current
    assert first.named(second.current.name) is None
    assert list(second.store_keys()) == [1, 2]


def test_another_master_key_wraps_the_same_keys(tmp_path: Path) -> None:
    opened(tmp_path)
    vault = add_data_key(tmp_path, MASTER, NOW)
    assert rewrap(tmp_path, MASTER, OTHER) == vault
    assert opened(tmp_path, OTHER) == vault
    with pytest.raises(InvalidInputError, match="another one than"):
        opened(tmp_path, MASTER)


def test_there_must_be_keys_to_add_to(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"data\.keys cannot be read"):
        add_data_key(tmp_path, MASTER, NOW)


def test_a_store_is_opened_with_its_own_keys_only(tmp_path: Path) -> None:
    store = tmp_path / "store"
    vault = opened(tmp_path / "keys")
    check_vault(store, None, sealed=False)
    assert not store.exists()
    check_vault(store, vault, sealed=True)
    further = add_data_key(tmp_path / "keys", MASTER, NOW)
    check_vault(store, further, sealed=True)
    check_vault(store, further, sealed=True)
    for wrong in (None, vault, opened(tmp_path / "others")):
        with pytest.raises(InvalidInputError, match="with other keys than"):
            check_vault(store, wrong, sealed=True)
