"""Keys that tell what stands under them, whatever the value looks like.

A key is normalised first: `firstName`, `first_name`, `$first-name` and `FIRST NAME` are
one. Some words tell at the end of any key (`recruiter_email`), others only as the whole
key (`token`), since `prompt_token_count` is a number that nobody minds.
"""

from __future__ import annotations

import re
from typing import Final

from landed.privacy.types import Kind

__all__ = ["LOCAL_KINDS", "is_reference_key", "is_version_key", "telltale"]

LOCAL_KINDS: Final = frozenset({Kind.NAME, Kind.USERNAME})

_WHOLE: Final[dict[Kind, str]] = {
    Kind.NAME: "name names firstname lastname middlename fullname givenname familyname surname "
    "forename maidenname nickname displayname legalname preferredname birthname realname contact "
    "fname lname mname",
    Kind.USERNAME: "username login loginname handle screenname userhandle skype telegram",
    Kind.EMAIL: "mail emails emailaddresses",
    Kind.PHONE: "tel telephone mobile mobilenumber cell cellphone fax faxnumber phones msisdn",
    Kind.ADDRESS: "addr street streetname housenumber zip zipcode postalcode postcode addressline1 "
    "addressline2 addressline3 address1 address2 address3 addresses",
    Kind.SSN: "socialsecuritynumber socialsecurity nationalid nationalidnumber passport "
    "passportnumber taxid taxnumber nin nino driverslicense driverlicense driverlicensenumber sin",
    Kind.CARD: "creditcard creditcardnumber cardnumber cvv cvc",
    Kind.IBAN: "bankaccount accountnumber",
    Kind.IP: "ips clientip remoteaddr remoteip xforwardedfor macaddress",
    Kind.BIRTHDAY: "birthday birthdate dateofbirth dob born birthyear",
    Kind.LOCATION: "latitude longitude lat lng lon geolocation coordinates",
    Kind.IMAGE: "avatar avatarurl photo photourl picture pictureurl profilepicture profileimage "
    "selfie headshot",
    Kind.URL: "linkedin linkedinurl github githuburl gitlab twitter facebook instagram website "
    "homepage portfolio portfoliourl personalwebsite currenturl initialcurrenturl referrer "
    "initialreferrer pageurl",
    Kind.FILE: "filename resumefilename cvfilename resumefile cvfile filepath originalfilename",
    Kind.SECRET: "password passwd pwd secret token accesstoken refreshtoken idtoken authtoken "
    "sessiontoken csrftoken apikey privatekey clientsecret authorization cookie cookies otp pin",
    Kind.ID: "userid anonymousid anonid distinctid anondistinctid deviceid advertisingid idfa idfv "
    "gaid previousid aliasid uid externaluserid fingerprint",
}
_KINDS: Final = {key: kind for kind, keys in _WHOLE.items() for key in keys.split()}
_LAST_WORD: Final = {
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "address": Kind.ADDRESS,
    "ssn": Kind.SSN,
    "iban": Kind.IBAN,
    "ip": Kind.IP,
    "username": Kind.USERNAME,
    "password": Kind.SECRET,
    "birthday": Kind.BIRTHDAY,
    "surname": Kind.NAME,
    "firstname": Kind.NAME,
    "lastname": Kind.NAME,
    "fullname": Kind.NAME,
}
_LAST_TWO: Final = {
    ("email", "address"): Kind.EMAIL,
    ("ip", "address"): Kind.IP,
    ("mac", "address"): Kind.IP,
    ("phone", "number"): Kind.PHONE,
    ("user", "name"): Kind.USERNAME,
    ("login", "name"): Kind.USERNAME,
}
_PERSONS_WORDS: Final = (
    "person people user users candidate applicant recruiter manager contact customer client "
    "author owner employee referrer referee reference interviewer sender recipient member "
    "student mentor coach supervisor boss colleague guest visitor parent spouse partner "
    "father mother emergency first last middle full given family maiden display legal "
    "preferred real nick birth"
)
_PERSONS: Final = frozenset(_PERSONS_WORDS.split())
_WORDS: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]|\d+")
_VERSIONS: Final = frozenset({"version", "versions", "build", "release", "ver"})
_REFERENCES_WORDS: Final = (
    "id ids uuid guid key hash sha md5 sku code ref reference version build timestamp"
)
_REFERENCES: Final = frozenset(_REFERENCES_WORDS.split())


def telltale(key: str) -> Kind | None:
    """Say of what kind everything under a key is, or None if the key does not tell.

    Args:
        key: A key of a JSON object, in any style.

    Returns:
        The kind whose mark replaces the value.

    Examples:
        >>> telltale("firstName"), telltale("recruiter_email"), telltale("company_name")
        (<Kind.NAME: '⟨NAME⟩'>, <Kind.EMAIL: '⟨EMAIL⟩'>, None)
    """
    words = _words(key)
    joined = "".join(words)
    whole = _KINDS.get(joined) or _LAST_WORD.get(joined)
    if whole or not words:
        return whole
    pair = _LAST_TWO.get((words[-2], words[-1])) if len(words) > 1 else None
    return pair or _LAST_WORD.get(words[-1]) or _persons_name(words)


def is_version_key(key: str) -> bool:
    """Say whether a key holds a version, where `1.2.3.4` is no IP address.

    Examples:
        >>> is_version_key("appVersion"), is_version_key("conversion")
        (True, False)
    """
    return not _VERSIONS.isdisjoint(_words(key))


def is_reference_key(key: str) -> bool:
    """Say whether a key holds an id, where bare digits are no phone number.

    Examples:
        >>> is_reference_key("jobId"), is_reference_key("paid")
        (True, False)
    """
    words = _words(key)
    return bool(words) and words[-1] in _REFERENCES


def _persons_name(words: list[str]) -> Kind | None:
    if len(words) > 1 and words[-1] in {"name", "names"} and words[-2] in _PERSONS:
        return Kind.NAME
    return None


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(key)]
