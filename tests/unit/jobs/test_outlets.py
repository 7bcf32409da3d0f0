"""Messages go to every place, in order, until they arrive; a dead place holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from landed.config import Settings
from landed.errors import InvalidInputError, StateError
from landed.jobs import Outlets, open_outlets


class Place:
    """A place that fails as often as it is told, then takes what comes."""

    def __init__(self, failures: int = 0, *, by_raising: bool = False) -> None:
        self.failures = failures
        self.by_raising = by_raising
        self.got: list[tuple[str, str]] = []

    def __call__(self, title: str, text: str, /) -> bool:
        if self.failures:
            self.failures -= 1
            if self.by_raising:
                raise RuntimeError("the plugin is broken")
            return False
        self.got.append((title, text))
        return True


async def send(outlets: Outlets, until: Callable[[], bool]) -> None:
    task = asyncio.ensure_future(outlets.send_forever())
    async with asyncio.timeout(10):
        while not until():  # noqa: ASYNC110 - threads do the work
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("by_raising", [True, False])
async def test_what_fails_is_sent_again_and_in_order(by_raising: bool) -> None:  # noqa: FBT001 - a case
    good, bad = Place(), Place(3, by_raising=by_raising)
    outlets = Outlets([bad, good], first_wait=0.001)
    messages = [("one", "1"), ("two", "2")]
    for message in messages:
        outlets.put(*message)
    await send(outlets, lambda: len(bad.got) == len(good.got) == 2)
    assert bad.got == good.got == messages


async def test_who_sends_is_told_when_it_has_arrived() -> None:
    place, arrived = Place(2), []

    def away() -> None:
        raise StateError("the state database does not answer")

    outlets = Outlets([place], first_wait=0.001)
    assert outlets.put("one", "1", lambda: arrived.append(list(place.got)))
    assert outlets.put("two", "2", away)
    assert outlets.put("three", "3", lambda: arrived.append(list(place.got)))
    await send(outlets, lambda: len(arrived) == 2)
    assert arrived == [[("one", "1")], [("one", "1"), ("two", "2"), ("three", "3")]]
    assert not Outlets([]).put("one", "1", away)


async def test_a_message_is_held_until_every_place_has_it_or_it_is_dropped() -> None:
    good, bad = Place(), Place(3)
    outlets = Outlets([good, bad], first_wait=0.01)
    outlets.put("one", "1", name="a")
    assert outlets.holds("a")
    await send(outlets, lambda: len(good.got) == 1)
    assert outlets.holds("a")
    outlets = Outlets([Place()])
    outlets.put("first", "", name="first")
    for number in range(100):
        outlets.put(str(number), "", name=number)
    assert not outlets.holds("first")
    await send(outlets, lambda: not any(outlets.holds(number) for number in range(100)))


async def test_a_dead_place_holds_up_no_other() -> None:
    dead, good = Place(10**9), Place()
    outlets = Outlets([dead, good])
    outlets.put("one", "1")
    await send(outlets, lambda: good.got == [("one", "1")])


async def test_of_too_many_that_wait_the_oldest_goes() -> None:
    place = Place()
    outlets = Outlets([place])
    for number in range(105):
        outlets.put(str(number), "")
    await send(outlets, lambda: len(place.got) == 100)
    assert place.got[0] == ("5", "")


def test_a_bad_address_is_told_without_what_it_says() -> None:
    settings = Settings.model_validate({"alert_urls": "json://127.0.0.1/x nonsense://:secret@x"})
    with pytest.raises(InvalidInputError, match="address 2") as caught:
        open_outlets(settings)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("urls", "count"),
    [
        ("", 0),
        ("json://127.0.0.1/a", 1),
        ("json://127.0.0.1/a json://127.0.0.1/b", 2),
        ("json://127.0.0.1/a, json://127.0.0.1/b,c\n", 2),
        ("mailto://user:pass@example.com?to=a@example.com,b@example.com", 1),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", 1),
    ],
)
def test_several_addresses_stand_in_one_setting(
    urls: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERT_URLS", urls)
    outlets = open_outlets(Settings())
    assert len(outlets._places) == count
