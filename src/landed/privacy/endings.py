"""How surnames end in many languages: what the lists do not know still looks like a surname."""

from __future__ import annotations

from typing import Final

__all__ = ["looks_like_surname"]

_SHORTEST: Final = 5
# Only endings that words of other kinds hardly have; lower case, accents folded.
_ENDINGS_LIST: Final = (
    # Polish, Czech, Slovak, Russian, Ukrainian, Belarusian, Bulgarian
    "owski owska ewski ewska inski inska ynski ynska lski lska nski nska wski wska tsky vsky nsky "
    "czyk wicz wicki wicka icki icka acki acka ovich evich ovitch evitch vych enko chuk czuk yuk "
    "ov ev kina hina shina ova eva ovna evna ovsky kova rova nova eyeva oyev ayev "
    "acek icek acik icik ecek anek inek usek asek covic kovic cek "
    # South Slavic, Albanian
    "ovic evic jevic avic ulic ekovic oski eski aj "
    # Baltic
    "auskas auskiene aitis aitiene aite iene ckas nskas kiene vicius cius avicius unas enas "
    "elis ytis ietis kalns berzins "
    # Nordic, Finnish, Estonian, Hungarian
    "sson sdottir dottir ksen nsen rsen lsen dsen gsen tsen ssen kvist qvist strom stroem gaard "
    "nen inen lainen maki saari niemi sepp szky falvi halmi helyi kovacs nagy "
    # German, Dutch
    "mann meier meyer maier mayer huber bauer hauer stein dstra jkstra nstra lstra ijk euw "
    # Italian, Spanish, Portuguese, Romanian
    "etti elli ucci acci occhi azzo uzzo ez guez eira escu eanu oiu iu "
    # Greek, Turkish, Armenian, Georgian
    "opoulos opoulou akis aki idis idou iadis oglou oglu antzis syan nyan tyan ghyan dyan shvili "
    "adze idze "
    # South and East Asia, Africa
    "walla murthy swamy samy nathan appan eswar eshwar moto kawa gawa zawa yama mura shima "
    "chukwu luwa kwe "
    # the same in their own letters
    "\u043e\u0432 \u0435\u0432 \u0438\u043d \u043e\u0432\u0430 \u0435\u0432\u0430 "
    "\u0438\u043d\u0430 \u0435\u043d\u043a\u043e \u0441\u043a\u0438\u0439 "
    "\u0441\u043a\u0430\u044f \u0447\u0443\u043a \u044e\u043a \u043e\u0432\u0438\u0447 "
    "\u0435\u0432\u0438\u0447 "
    "\u03bf\u03c0\u03bf\u03c5\u03bb\u03bf\u03c2 \u03b1\u03ba\u03b7\u03c2 "
    "\u03b9\u03b4\u03b7\u03c2 \u03b9\u03b4\u03bf\u03c5"
)
_ENDINGS: Final = sorted(set(_ENDINGS_LIST.split()))
_BY_TAIL: Final = {
    tail: tuple(ending for ending in _ENDINGS if ending.endswith(tail))
    for tail in {ending[-2:] for ending in _ENDINGS}
}


def looks_like_surname(word: str) -> bool:
    """Say whether a folded word ends as surnames of some language do.

    Examples:
        >>> looks_like_surname("papadimitropoulos"), looks_like_surname("engineer")
        (True, False)
    """
    endings = _BY_TAIL.get(word[-2:])
    return endings is not None and len(word) >= _SHORTEST and word.endswith(endings)
