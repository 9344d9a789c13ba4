"""The French words that wording.py looks for: typed numbers and what exempts them, directions, causes, negations."""

from __future__ import annotations

import re

_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE
SPACE = "[ \u00a0\u202f]"
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
#: Words that may follow a year; another plural noun makes it a quantity: « de 2000 personnes ».
_AFTER_YEAR = (
    "les|des|ses|ces|nos|vos|dans|sans|mais|puis|plus|sous|vers|très|alors|ils|elles|nous|vous|depuis|après"
)
_YEAR = rf"(?:19|20)\d{{2}}(?:[-–/](?:(?:19|20)\d{{2}}|\d{{2}}))?\b(?!{SPACE}*(?:€|%|ETP|(?!(?:{_AFTER_YEAR})\b)[a-zéèê’']{{3,}}[sx]\b))"

#: What may stand as a typed number: dates, years, durations, times of day, ordinals, articles and forms, addresses.
EXEMPT = re.compile(
    rf"""
    https?://\S+ | \S+@\S+
    | \b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b | \b\d{{4}}-\d{{2}}-\d{{2}}\b | \b\d+(?:\.\d+){{2,}}\b | \b\d{{4}}/\d{{2,4}}\b
    | \b(?:1er|\d{{1,2}}){SPACE}(?:{MONTHS})\b(?:{SPACE}\d{{4}})? | \b(?:{MONTHS}){SPACE}\d{{4}}\b
    | \b(?:du|au|le|les){SPACE}\d{{1,2}}{SPACE}(?:au|et){SPACE}\d{{1,2}}{SPACE}(?:{MONTHS})\b(?:{SPACE}\d{{4}})?
    | \b\d{{1,2}}(?:er|re|ère|e|ème|nd|nde)\b(?:{SPACE}trimestre{SPACE}\d{{4}})?
    | \b[TQS][1-4]{SPACE}?\d{{4}}\b | \b\d{{4}}-[QT][1-4]\b
    | \b(?:en|de|depuis|fin|début|mi|années?|exercices?|courant|et|à|entre|jusqu['’]en|avant|après|dès|pour|l['’]an){SPACE}{_YEAR}
    | \b(?-i:[A-ZÉÈ])[\wéèêç]+\+?{SPACE}{_YEAR}
    | \b(?:sur|pendant|durant|en|de|pour|d['’]ici|dans|sous|après|tous{SPACE}les){SPACE}\d{{1,2}}(?:{SPACE}à{SPACE}\d{{1,2}})?{SPACE}(?:ans?|mois|semaines?|jours?|trimestres?)\b
    | \b(?:dur(?:é|ée|e|ent|ait|aient|er|era|eront|ant)|durées?{SPACE}de){SPACE}(?:(?:environ|presque|plus{SPACE}de|moins{SPACE}de|près{SPACE}de){SPACE})?
      (?:\d{{1,2}}{SPACE}?h(?:{SPACE}?[0-5]\d)?\b|[\w-]+{SPACE}(?:heures?|minutes?|journées?|demi-journées?|jours?|semaines?|mois|ans?|années?)\b)
    | \b(?:à|de|dès|vers|entre|et|jusqu['’]à){SPACE}(?:[01]?\d|2[0-4]){SPACE}?h(?:{SPACE}?[0-5]\d)?\b
    | \b(?:articles?|art\.|lois?|décret|arrêté|n°|no|Cerfa|annexes?|pages?|alinéas?|chapitres?|BP|CS|phase|axe|volet|lot|salle|bâtiment|règlement|ISO|critère|étape)
      {SPACE}*(?:n°{SPACE}*)?[A-Z]?\d[\d\-/*.]*(?:{SPACE}(?:à|et){SPACE}\d[\d\-/*.]*)?
    | \b\d{{1,4}}(?:{SPACE}(?:bis|ter))?,?{SPACE}(?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|route|impasse|quai|cours)\b
    | \b\d{{5}}{SPACE}(?=(?-i:[A-ZÉÈ]['’a-zéèê])) | \b0\d(?:[ .\u00a0\u202f]\d{{2}}){{4}}\b
    | ^\s*\d+[.)]\s | ^\#+\s*\d+[.)]?\s
    """,
    _FLAGS,
)

_DIGITS = r"[+\-−]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)?"
NUMBER = re.compile(
    rf"(?<![\w\[\-]){_DIGITS}(?:{SPACE}?(?:à|et|ou|[-–]){SPACE}?{_DIGITS})?(?:{SPACE}?(?:%|‰|€|k€|M€|ETP|pour{SPACE}cent))?"
    r"|[½¼¾⅓⅔⅛]|&\#?\w+;"
)

_UNITS = "zéro deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
_TENS = "vingts? trente quarante cinquante soixante septante huitante nonante cents? mille"
_SMALL = "|".join(sorted(_UNITS.split(), key=len, reverse=True))
_LARGE = "|".join(_TENS.split())
#: What the catalogue counts: a number word before one of these is a figure, whatever article it has.
_MEASURED = (
    "emplois?|postes?|etp|équivalents?|projets?|membres?|créations?|reprises?|entreprises?|structures?|associations?|"
    "coopératives?|adhérents?|résidents?|salariés?|personnes?|porteurs?|bénéficiaires?|participants?|heures?|euros?|"
    "millions?|milliards?|milliers?|pour[ ]cent|points?|réservations?|marchés?|appels?[ ]d['’]offres|achats?|activités?"
)
_LINK = rf"(?:{SPACE}|{SPACE}?[*_]+|{SPACE}d['’]|{SPACE}de{SPACE})+"
#: Known things told again (« les deux partenaires »), durations and set phrases are no figures.
_DEFINITE = "".join(
    rf"(?<!\b{word}[ ])"
    for word in ["les", "ces", "ses", "nos", "vos", "leurs", "des", "aux", "tous", "toutes", "numéro"]
)
_NO_COUNT = "ans?|mois|semaines?|jours?|journées?|années?|trimestres?|exercices?|temps|pas|mots|voix|à|et|ou|de|des|par|en|d|autres?"
NUMBER_WORDS = re.compile(
    rf"""
    \b(?:(?:{_SMALL}|{_LARGE}|quatre-vingts?)[ -](?:et[ -])?)*(?:{_SMALL}|{_LARGE}){_LINK}(?:\w+{_LINK})?(?:{_MEASURED})\b
    | {_DEFINITE}\b(?:{_SMALL}){_LINK}(?!(?:{_NO_COUNT})\b)\w{{3,}}
    | \b(?:(?:{_SMALL}|{_LARGE})[ -](?:et[ -])?)*(?:{_LARGE})(?:[ -](?:et[ -])?(?:{_SMALL}|une?))*{_LINK}(?!(?:{_NO_COUNT})\b)\w{{3,}}
    | \b(?:une?|plusieurs|quelques|des|d['’]une|\w+)[ ](?:dizaines?|douzaines?|vingtaines?|trentaines?|quarantaines?|cinquantaines?|soixantaines?|centaines?|milliers?|millions?)\b
    | \bune[ ]quinzaine[ ]d(?:e[ ](?!l|jours)|['’])
    | \b(?:les[ ])?(?:deux|trois|quatre|cinq|neuf)[ -](?:tiers|quarts|cinquièmes|sixièmes|dixièmes)\b
    | \b(?:la|une|près[ ]de[ ]la)[ ]moitié\b | \b(?:un|le)[ ](?:tiers|quart|cinquième|dixième)[ ](?:d(?:es|u)\b|d['’]|de[ ](?!confiance|lieu))
    | \ble[ ](?:double|triple|quadruple)\b | \b(?:a|ont|avons|avez|avait|avaient|est|sont|été)[ ](?:presque[ ]|plus[ ]que[ ])?(?:doublée?s?|triplée?s?|quadruplée?s?|divisée?s?|multipliée?s?)\b
    | \b(?:double|triple|quadruple)nt\b
    """,
    re.VERBOSE | re.IGNORECASE,
)

RISE = re.compile(
    r"\b(?:(?:en (?:\w+ )?)?hausses?|augment\w+|progress(?:e|ent|é|ion|ions)|croissance|croît|croissent|s['’]accro\w+|accroissement|grimp\w+|essor|"
    r"s['’](?:est |sont |était )?amélior\w+|amélioration|bondit|bond de|remont\w+|plus (?:élevée?s?|nombreu\w+) qu)\b",
    re.IGNORECASE,
)
FALL = re.compile(
    r"\b(?:(?:en (?:\w+ )?)?baiss\w+|diminu\w+|recul(?:e|ent|é|s)?|chut(?:e|ent|é|es)?|régress\w+|perd(?:u|ent|s)?|se contracte\w*|repli\b|s['’](?:est |sont )?effondr\w+|"
    r"effondrement|se (?:sont )?dégrad\w+|s['’]est dégrad\w+|dégradation|se rédui\w+|s['’]est rédui\w+|réduction|fléchi\w+|s['’]érode\w*|moins (?:élevée?s?|nombreu\w+) qu)\b",
    re.IGNORECASE,
)
STABLE = re.compile(
    r"\b(?<!emploi )(?<!emplois )(?<!poste )(?<!postes )(?<!contrats )(?:stables?|stabilité|stagn\w+|inchangée?s?|se maintien\w+|constante?s? sur)\b",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\b(?:grâce (?:à|aux?)|(?:a|ont|avait|aura) (?:permis|généré|entraîné|provoqué|favorisé|suscité|produit|induit|conduit à)|"
    r"permet(?:tent|tant)? (?:de|d['’]|aux?|à)|génèr\w+|entraîn\w+|provoqu\w+|favoris\w+|impacts?\b|impact\w+|en raison d|à cause d|"
    r"l['’]effet (?:du|de la|des|de) |effet de levier|du fait d|dûe?s? (?:à|aux?)|contribu\w+ (?:à|aux?)|sous l['’]effet|sous l['’]impulsion|"
    r"s['’]explique\w* par|expliqu\w+ (?:par|cette|ce|la|le)|résult\w+ d|attribuable|découl\w+ d|fruit d|se tradui\w+ par|"
    r"s['’]est traduite? par|parce qu|car le pôle|à l['’]origine d|sans le pôle|(?:a|ont) fait (?:progresser|augmenter|croître|reculer|baisser)|bénéfici\w+ d|apporté\w* par|le pôle (?:a|aura|avait) (?:créé|apporté|sauvé|gagné|fait)\w*|suite (?:à l['’]action|au soutien))",
    re.IGNORECASE,
)
#: Families of words that only some evidence allows (seeds/claim_ladder.csv), and what they affirm.
CLAIMS = {
    "cause": ("affirme une cause", CAUSE),
    "corroboration": (
        "affirme un recoupement",
        re.compile(
            r"\b(?:recoup\w+|corrobor\w+|confirmée?s? par (?:deux|les deux|plusieurs|d['’]autres))",
            re.IGNORECASE,
        ),
    ),
    "observation": (
        "affirme une mesure",
        re.compile(
            r"\b(?:on (?:observe|constate|mesure)|(?:a|ont) été (?:mesurée?s?|constatée?s?|observée?s?))\b",
            re.IGNORECASE,
        ),
    ),
}
#: Just before a word, what turns it round: the sentence is then left to a person.
NEGATION = re.compile(
    r"(?:\bne|\bn['’]\w*|\bsans|\bni|\baucune?|\bpas de|\bpas d['’]une?)(?:\s[\w'’]+){0,2}\s?$", re.IGNORECASE
)
#: One clause, one movement: « la fréquentation recule, mais le chiffre d'affaires… ».
CLAUSE_END = re.compile(
    r";|,?\s+\b(?:mais|tandis que|alors que|quand|pendant que|toutefois)\b|,?\s+et\s+(?=(?:l[ea]s?|ceux|celles?|celui)\b|l['’])",
    re.IGNORECASE,
)
#: A sentence that speaks of the one before.
ANAPHORA = re.compile(
    r"(?:\W*)(?:c['’]est|cela|ceci|ça|ce|cet|cette|ces|tout cela|ils?|elles?)\b", re.IGNORECASE
)
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
