"""The plainest crisis phrases of languages that are not covered yet: some are caught, the rest is read by people.

Written as `plain_words.plain` leaves them: lower case, without accents.
Reviewed by / on: not yet reviewed by a clinician or by native speakers.
"""

PHRASES = {
    "pt": r"(?<! nao )quero (?:me matar|morrer)|nao quero (?:mais )?viver|vontade de morrer"
    r"|vou me matar|tirar a minha vida",
    "it": r"(?<! non )voglio (?:morire|uccidermi|ammazzarmi|farla finita)|non voglio (?:piu )?vivere|togliermi la vita"
    r"|voglia di morire",
    "fr": r"je veux (?:mourir|en finir|me tuer|me suicider)"
    r"|(?<! pas )envie (?:de mourir|den finir|de me (?:tuer|suicider))"
    r"|je vais me (?:tuer|suicider)|(?:plus|pas) envie de vivre|je (?:ne )?veux plus (?:vivre|etre la)"
    r"|mettre fin a mes jours|je pense au suicide",
    "de": r"will (?:nur noch |einfach |nur )?(?:sterben|tot sein|nicht mehr (?:leben|da sein|aufwachen))"
    r"|mochte (?:sterben|nicht mehr leben)|mag nicht mehr leben|mich umbringen|bringe? mich um|mir das leben nehmen"
    r"|nehme mir das leben|(?<!keine )(?:suizidgedanken|selbstmordgedanken)",
    "nl": r"ik wil (?:dood|sterven|niet meer (?:leven|wakker worden))|mezelf (?:doden|van kant maken)|zelfmoord plegen"
    r"|een einde? aan mijn leven",
    "sv": r"jag vill (?:do|inte leva)|ta mitt liv|ta livet av mig",
    "da": r"jeg vil (?:gerne |bare )?(?:dø|ikke leve)",
    "no": r"ta mitt eget liv",
    "pl": r"(?<! nie )chce (?:umrzec|sie zabic|zniknac)|nie chce (?:juz )?zyc",
    "cs": r"chci (?:zemrit|umrit|se zabit)|nechci (?:uz )?zit",
    "ro": r"vreau sa mor|nu (?:mai )?vreau sa traiesc",
    "tr": r"olmek istiyorum|kendimi oldurmek|yasamak istemiyorum",
    "fi": r"haluan kuolla",
    "hu": r"meg akarok halni|nem akarok elni",
    "id": r"(?:aku|saya|gue|gw) (?:mau|ingin|pengen|nak) (?:mati|bunuh diri)|bunuh diri",
    "tl": r"gusto ko nang mamatay|ayoko nang mabuhay",
    "vi": r"toi muon chet|khong muon song",
    "sw": r"nataka kufa",
    "ru": r"(?<! не )хочу (?:умереть|сдохнуть|убить себя)|не хочу (?:больше )?жить"
    r"|покончить с собои|покончу с собои|убью себя",
    "uk": r"(?<! не )хочу (?:померти|вбити себе)|не хочу (?:більше )?жити",
    "el": r"θελω να (?:πεθανω|αυτοκτονησω)|δεν θελω να ζω",
    "ar": r"(?:اريد|أريد|بدي|عايز|ابغى) (?:ان |أن )?(?:اموت|أموت|انتحر|أنتحر)|لا اريد ان اعيش",
    "fa": r"می ?خوا(?:هم|م) (?:خودم را بکشم|خودمو بکشم|بمیرم)|نمیخواهم زنده",
    "hi": r"मरना चाहता|मरना चाहती|मर जाना चाहत|जीना नहीं चाहत|आत्महत्या",
    "he": r"רוצה למות|לא רוצה לחיות|להתאבד",
}

UNSPACED = {
    "ja": "死にたい|自殺したい|消えてしまいたい|生きていたくない",
    "zh": "不想活|想死|想自杀|想自殺|活不下去|结束生命",
    "ko": "죽고 ?싶|자살하고|살고 ?싶지",
    "th": "อยากตาย|ไม่อยากมีชีวิต",
}
"""Phrases of scripts that set no spaces, or join endings to the word."""
