"""People who never lived, from Faker's lists of many countries, for planting into CVs.

The countries are in two halves: one that the recognisers were tuned on, and one whose misses
nobody looked at.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from faker import Faker

TUNED = ["en_US", "de_DE", "fr_FR", "es_ES", "pl_PL", "it_IT", "en_GB", "tr_TR", "en_IN"]
UNSEEN = [
    "nl_NL",
    "pt_BR",
    "sv_SE",
    "cs_CZ",
    "hu_HU",
    "ro_RO",
    "fi_FI",
    "yo_NG",
    "id_ID",
    "lt_LT",
    "hr_HR",
    "tw_GH",
    "no_NO",
    "sk_SK",
    "sl_SI",
    "et_EE",
    "lv_LV",
    "ga_IE",
    "zu_ZA",
    "es_MX",
    "fr_CA",
    "da_DK",
    "pt_PT",
    "nl_BE",
    "de_AT",
    "en_NZ",
    "ha_NG",
    "vi_VN",
    "el_GR",
    "ru_RU",
    "uk_UA",
]
# Faker's phone numbers and streets of these are its American ones in disguise, or too short for a
# number that could be dialled: such identities borrow those of a neighbour.
BORROWED = {
    "yo_NG": "en_GB",
    "lt_LT": "de_AT",
    "tw_GH": "en_GB",
    "et_EE": "fi_FI",
    "lv_LV": "fi_FI",
    "ga_IE": "en_GB",
    "zu_ZA": "en_NZ",
    "ha_NG": "en_GB",
    "tr_TR": "de_DE",
}
PARTICLES = {True: ("van der ", "O'", "von "), False: ("al-", "de la ", "ter ", "D'", "bin ")}


@dataclass(frozen=True, slots=True)
class Identity:
    """One invented person.

    Attributes:
        locale: Where the name is from.
        given: Given name or names.
        surname: Surname with its particle.
        street: Street and number, on one line.
        place: Post code and city.
        email: E-mail address.
        phone: Phone number as written there.
    """

    locale: str
    given: str
    surname: str
    street: str
    place: str
    email: str
    phone: str


def make_identity(rng: random.Random, *, tuned: bool) -> Identity:
    """Invent a person.

    Args:
        rng: Chance.
        tuned: Of the countries that the recognisers were tuned on.
    """
    locale = rng.choice(TUNED if tuned else UNSEEN)
    faker = _faker(locale, rng)
    given, surname = faker.first_name(), faker.last_name()
    twist = rng.random()
    if twist < 0.08:
        given = f"{given}-{faker.first_name()}"
    elif twist < 0.16:
        surname = f"{surname}-{faker.last_name()}"
    elif twist < 0.24 and given.isascii():
        surname = rng.choice(PARTICLES[tuned]) + surname
    near = _faker(BORROWED.get(locale, locale), rng)
    local = rng.choice(
        [f"{_plain(given)}.{_plain(surname)}", f"{_plain(surname)}{rng.randrange(99)}"]
    )
    return Identity(
        locale,
        given,
        surname,
        " ".join(near.street_address().split()),
        f"{near.postcode()} {near.city()}",
        f"{local}@{rng.choice(['mail.example', 'post.example.org', 'inbox.example'])}",
        near.phone_number(),
    )


def _faker(locale: str, rng: random.Random) -> Faker:
    faker = _FAKERS.get(locale) or _FAKERS.setdefault(locale, Faker(locale))
    faker.seed_instance(rng.getrandbits(32))
    return faker


def _plain(name: str) -> str:
    """Letters that a mail address may have; others get one word for all."""
    apart = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in apart if letter.isascii() and letter.isalpha()) or "post"


_FAKERS: dict[str, Faker] = {}
