"""Spanish words of danger by construct: first person, with what denies them and what makes an idiom of them.

Written for what `plain_words.plain` leaves: lower case, without accents and punctuation, `ñ` as `n`. Spain, Mexico, the
Caribbean and the Río de la Plata alike. Reviewed by / on: not yet reviewed by a clinician or by native speakers.
"""

import re
from functools import cache

_SPELLINGS = (
    (r"\bk(?:iero|iro)\b|\bqiero\b|\bkero\b", "quiero"),
    (r"\bquero morri?r\b", "quiero morir"),
    (r"\bbo[iy]\b|\bvoi\b", "voy"),
    (r"\bbibir\b|\bvibir\b", "vivir"),
    (r"\bbida\b", "vida"),
    (r"\bkita?r", "quitar"),
    (r"\bsu[iy]s[iy]d", "suicid"),
    (r"\bestoi\b", "estoy"),
    (r"\bnesesito\b", "necesito"),
    (r"\bpastiyas\b", "pastillas"),
    (r"\bbenas\b", "venas"),
    (r"\bke\b|\bq\b", "que"),
    (r"\bxq\b|\bpq\b", "porque"),
    (r"\bm quiero\b", "me quiero"),
    (r"\bmori\b", "morir"),
)
_DE = (
    r"(?! (?:de|del) (?:la |el )?(?:risa|sueno|hambre|calor|frio|verguenza|pena|ganas|miedo|sed"
    r"|cansancio|aburrimiento"
    r"|rico|ternura|amor|susto|pie|nervios|celos|envidia|dolor de))"
)
_DYING = rf"(?:morir|morirme|morirse ya){_DE}"
_KILLING = (
    r"(?:matarme|suicidarme|ahorcarme|colgarme|envenenarme|desvivirme|dispararme|pegarme un tiro"
    r"|quitarme la vida|acabar con mi vida|terminar con mi vida|acabar con todo|tirarme (?:del|al|por"
    r"|a las?|de un)"
    r"|cortarme las venas|quitarme de en medio|terminar con mi existencia)"
)
_MYSELF = (
    r"(?:hacerme dano|lastimarme|cortarme(?! (?:el|la|los|las|un|una) (?!venas)\w+)"
    r"|autolesionarme|quemarme a proposito)"
)
_PILLS = (
    r"(?:pastillas?|pastis|tabletas?|comprimidos|capsulas|medicinas?|medicamentos?|clonazepam|rivotril"
    r"|frasco|bote|blister|caja)"
)
CONSTRUCTS = (
    # Wanting to die, or not to live.
    rf"(?:me |yo )?(?:quiero|quisiera|necesito|deseo|prefiero|preferiria) (?:{_DYING}|{_KILLING}"
    rf"|desvivirme|dejar de vivir"
    r"|dejar de existir|estar muert[oa]|no existir|no despertar|desaparecer para siempre|irme de este mundo"
    r"|dormir(?:me)? (?:para siempre|y no despertar))",
    rf"me quiero (?:{_DYING}|matar(?! (?:de|a) \w+)|suicidar|colgar|ahorcar|desvivir|ir de (?:este mundo"
    rf"|aqui para siempre)|petatear)",
    rf"ganas de (?:{_DYING}|{_KILLING}|{_MYSELF}|no (?:despertar|existir|vivir)|desaparecer para siempre)",
    r"(?:ya )?no (?:quiero|deseo|tengo ganas de|me dan ganas de|puedo) (?:seguir )?(?:vivir|viviendo"
    r"|viv[oa]|existir|existiendo)",
    r"(?:ya )?no (?:quiero|deseo) (?:despertar(?:me)?(?: (?:nunca|manana|mas|ya))?|estar (?:aqui"
    r"|viv[oa])|seguir (?:aqui|adelante)"
    r"|otro dia mas|llegar a manana)(?! (?:en|temprano|tan|todo) )",
    r"(?:perdi|perdimos|se me (?:fueron|quitaron|acabaron)|sin) (?:las )?(?:ganas de vivir"
    r"|razones para (?:vivir|seguir|quedarme))",
    r"ojala (?:no (?:despierte|amanezca|hubiera nacido|existiera)|me (?:muera|muriera|hubiera muerto"
    r"|atropelle|atropellen|mate|maten)"
    r"|(?:el cancer|un camion|un carro|un coche) me (?:lleve|mate|atropelle)|estuviera muert[oa])",
    r"(?:estaria|estarian|esta(?:ria)n? todos?) (?:mejor|mas tranquil\w+|mas felic\w+) (?:sin mi\b|muert[oa])"
    r"|(?:estarian|serian|vivirian) (?:mejor|mas felices) (?:sin mi\b|si (?:yo )?(?:me muero"
    r"|no (?:viviera|existiera|estuviera)))",
    r"mejor muert[oa]|valgo mas muert[oa]|merezco (?:morir|la muerte)|no merezco vivir",
    r"(?:cansad[oa]|hart[oa]) de (?:vivir|estar viv[oa]|la vida)(?! (?:entre|en|aqui|con|lejos|asi de"
    r"|sol[oa]))",
    r"para que (?:seguir |sigo )?(?:vivir|vivo|viviendo|viv[oa])",
    r"(?:no (?:vale|merece) la pena|no le (?:veo|encuentro) (?:caso|sentido) a"
    r"|sin sentido) (?:seguir )?(?:vivir|viviendo|viv[oa]|la vida|estar viv[oa])",
    r"(?:me da igual|no me importa(?:ria)?) (?:vivir o morir|morir(?:me)?|si me muero|estar muert[oa])",
    r"(?:dios|diosito|senor) (?:me )?(?:llevame|recogeme|recoja|lleve)(?: ya| pronto)?(?! (?:de la mano"
    r"|por|al? \w+ (?:bien|salv)))",
    r"(?:pienso|pensando|pensamientos|ideas?|piensa uno) (?:en |de )(?:la muerte todo|el suicidio"
    r"|suicidio|suicid\w+|morirme|matarme|" + _KILLING + r")",
    r"(?:estoy|me siento|ando) (?:muy )?suicida|(?:ideas|pensamientos|ideacion) suicidas?",
    # Having decided, having prepared.
    rf"(?:voy|vamos|estoy por|pienso|planeo|decidi|he decidido|ya decidi|estoy a punto de|intente"
    rf"|he intentado|trate de) (?:a |en )?(?:{_KILLING}|{_DYING})",
    r"(?:decidi|decidido) que me voy a (?:morir|matar)|(?:dejenme|dejame) morir|me intente (?:ahorcar"
    r"|matar|suicidar|colgar)",
    r"me (?:acabo de )?(?:tomar|tragar) (?:toda?s?|la caja|el frasco|el bote|un monton)"
    r"|me inyecte (?:todo|toda)",
    r"me (?:tome|trague) (?:veinte|treinta|cuarenta|cincuenta|sesenta|\d\d)(?! (?:mg|ml|gotas|minutos))",
    r"me corte(?: \w+){0,4} (?:sangre|sangra|sangrando|desangro)"
    r"|(?:tome|trague)(?: \w+){0,2} de mas(?: \w+){0,2} a proposito",
    r"me (?:clave|enterre) (?:el|un) cuchillo|(?:motor|carro|coche) prendido(?: \w+){0,3} (?:garaje"
    r"|cochera) cerrad[oa]",
    r"(?:me voy a|me va a tocar) (?:matar|suicidar|ahorcar|colgar de|tirar (?:del|al|por|a las)"
    r"|quitar la vida|cortar las venas|tomar todas?)",
    r"(?:hoy|esta noche|manana|el \w+|entonces|si \w+(?: \w+){0,6}) (?:si )?me (?:mato|suicido|ahorco"
    r"|quito la vida|pego un tiro|tiro del?)(?! (?:de risa|a trabajar|trabajando|estudiando))",
    r"(?:ya )?se (?:como|cuando) (?:lo voy a hacer|hacerlo|me voy a matar)",
    rf"(?:tengo|guardo|junto|guardando|juntando|conte|cuento"
    rf"|contadas?) (?:\w+ ){{0,3}}{_PILLS}(?: \w+){{0,2}} (?:contadas|listas|suficientes|para (?:juntar"
    rf"|hacerlo|matarme)|juntas)",
    rf"(?:guardo|junto|guardando|juntando) (?:las )?{_PILLS}",
    r"(?:tengo|compre|saque|consegui|cargue) (?:un[ao]? |el |la )?(?:pistola|arma|escopeta|revolver|soga"
    r"|veneno)(?! (?:de juguete|de agua))",
    r"(?:carta|cartas|nota) (?:de despedida|de adios|suicida)",
    # Having done it.
    rf"(?:me )?(?:tome|trague|tomado|tragado|beb[ie]|zampe) (?:\w+ )?(?:tod[oa]s?|el|la|un|una|muchas"
    rf"|demasiadas|cuarenta|treinta|veinte|cincuenta)(?: \w+){{0,2}} (?:{_PILLS}|enter[oa]|veneno|cloro|lejia)",
    r"(?:me )?(?:tome|bebi|trague) (?:cloro|lejia|veneno|raticida|insecticida)",
    r"(?:me )?(?:corte|he cortado|estoy cortando) (?:las venas|los brazos|las munecas|muy hondo"
    r"|a proposito)|me (?:desangro|estoy desangrando)",
    r"(?:me )?(?:pase de|sobredosis de) (?:pastillas|pastas|medicinas) a proposito|sobredosis a proposito",
    r"(?:estoy|sigo|parad[oa]|sentad[oa]) (?:\w+ ){0,2}(?:en|sobre|al borde de) (?:el|la|las"
    r"|un) (?:puente|azotea|cornisa|via|vias|barandilla|barandal)(?! (?:viendo|comiendo|con (?:los|mis)"
    r"|del metro esperando a))",
    r"(?:tengo|puse|me puse) (?:la|una) (?:soga|cuerda)|(?:pistola|cuchillo|navaja) en (?:la|mi) (?:mano"
    r"|boca|cuello|muneca)",
    r"abri (?:la llave d?el |el )gas",
    r"ya (?:me )?(?:las |lo )(?:tome|hice) (?:perdon|y no|adios)",
    # Harming oneself, or somebody else.
    rf"(?:quiero|necesito|volvi a|volvi|empece a|sigo|tengo que) (?:{_MYSELF}|cortandome|lastimandome)",
    r"me (?:corto|lastimo|hago dano|quemo|golpeo|autolesiono|autolesione|lastime) (?:a proposito"
    r"|para (?:sentir|castigarme)|otra vez|cuando)"
    r"|me (?:volvi a cortar|autolesion[eo]|estoy haciendo dano)|recai en las autolesiones",
    r"(?:voy a|quiero|podria|tengo miedo de) (?:matar|lastimar|hacerle dano|acuchillar"
    r"|estrangular) (?:a |al )?(?:mi|mis|el|la|los|ese|esa)"
    r"|(?:lo|la|los|las) voy a (?:matar|acuchillar|balear)",
    r"(?:voz|voces) (?:que )?(?:me (?:dicen?|ordenan?|mandan?|piden?)|quieren?) (?:que )?(?:me "
    r"|lo )?(?:mate|mato|salte|haga|corte|muera|lastime|tire|tome)",
    # Taking leave; not being safe.
    r"(?:mi|este es mi) ultimo (?:mensaje|dia)(?! (?:de (?:la )?(?:serie|hoy|trabajo|tratamiento|vacaciones)))",
    r"cuando (?:lean|leas|lea|vean) esto",
    r"(?:perdon|perdonenme|perdoname|perdonen) (?:por lo que voy a hacer|todos|a todos)",
    r"(?:cuiden|cuidas?|cuida) (?:a |de )?mis? (?:\w+ ){1,3}cuando (?:yo )?(?:no este|me muera|ya no este)",
    r"(?:ya )?no (?:voy a estar|estare) (?:aqui|viv[oa])(?: (?:manana|para))?|no (?:pasare|paso"
    r"|creo pasar) de (?:esta (?:noche|semana)|hoy)",
    r"(?:no voy a|no creo) (?:llegar|aguantar|sobrevivir) (?:viv[oa]|esta noche|hasta manana|a manana"
    r"|a navidad|a la proxima)",
    r"(?:hacer|hago|haga) una (?:locura|tonteria) (?:hoy|esta noche)|voy a hacer una (?:locura|tonteria)"
    r"|hago una (?:locura|tonteria)",
    r"(?:soy un peligro para mi|no me fio de mi mism[oa]|no respondo de mi|estoy en peligro"
    r"|no estoy segur[oa] sol[oa]|no me dejen sol[oa])",
    r"(?:miedo|tengo miedo) de (?:lo que (?:pueda|puedo|vaya a) hacer(?:me)?|hacerme (?:dano|algo))",
)
_DENIED = re.compile(
    r" (?:no|nunca|jamas|ni|sin|tampoco|ningun\w*|nada de|dejado de|deje de)"
    r"(?: (?:es que|he|tengo|siento|soy|estoy|me|pienso|quiero|hay|mas|de|en|que|idea|ideas|ganas"
    r"|pensado|pensamientos)){0,5}$"
)
_NO_DENIAL = re.compile(
    r" (?:por que|como|para|si|podido|trato de|intento|lucho por|luchando por|aguanto para) no$"
)
_OF_ANOTHER = re.compile(r" (?:dice|dijo|dicen|cuenta|amenaza con|piensa|pensaba|escribio) (?:que )?$")
_LONG_AGO = re.compile(
    r" (?:hace (?:\w+ )?(?:anos|meses)|antes (?:de|del)|de joven|de nin[oa]|de adolescente|en (?:19|20)\d\d) "
)
_AND_NOW = re.compile(r" (?:otra vez|de nuevo|ahora|hoy|esta noche|volvi\w*|vuelvo|regres\w+|todavia|sigo) ")


def found_in(plain: str) -> bool:
    """Whether plain words (`plain_words.plain`) hold a Spanish construct of danger that nothing takes back."""
    words = plain
    for pattern, spelling in _spellings():
        words = pattern.sub(spelling, words)
    return any(not _excused(words, found) for found in _constructs().finditer(words))


def _excused(words: str, found: re.Match[str]) -> bool:
    before = words[max(0, found.start() - 80) : found.start()]
    begins = found[0].lstrip().split(" ", 1)[0]
    if (
        begins not in ("no", "ya", "sin", "ojala")
        and _DENIED.search(before)
        and not _NO_DENIAL.search(before)
    ):
        return True
    if _OF_ANOTHER.search(f"{before} "):
        return True
    return bool(_LONG_AGO.search(words)) and not _AND_NOW.search(words)


@cache
def _constructs() -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(CONSTRUCTS)})(?= )")


@cache
def _spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), spelling) for pattern, spelling in _SPELLINGS)
