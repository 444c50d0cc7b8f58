"""The small words that the constructs share.

A pattern is written on plain words (`dont`, `wanna`, `ill`, `anymore`; see `plain_words`) and stands between single
spaces. `\\w+` is any word and never crosses a clause break; `\\S+` may. Every gap has a limit, which keeps matching
linear.
"""

END = r"(?= [,.?])"
"""The clause ends here."""

_WISHES = (
    r"wanna|ready to|need to|have to|deserve to|let me|should|rather|hop(?:e|ing) to|trying to|try to"
    r"|begging to|long to"
    r"|longing to|aching to|pray to|praying to|wish i could|wish i would|prefer to|planning to|plan to"
    r"|happy to"
    r"|decided to|tempted to|feel like|urges? to|thinking (?:about|of)|thoughts? (?:of|about)|time to"
    r"|cant wait to"
    r"|want 2|easy to"
)

WISH = f"(?:{_WISHES})"
"""What turns dying into a wish; "gonna die" and "could die" are what people say of pain, panic and boredom."""

WANT = f"(?:{_WISHES}|gonna|about to|might|id|ill|could)"
"""A wish, or an announcement."""

ADVERBS = (
    r"(?: (?:just|really|actually|fucking|so|badly|literally|honestly|sometimes|kinda|please|be able to"
    r"|go and|go|lie down"
    r" and|curl up and|all|it|seriously|only|simply|much|very|to|maybe|probably|finally|already|now)){0,3}"
)

PERSON = (
    r"(?:husband|wife|partner|spouse|fiancee?|mum|mom|mother|dad|father|parents|son|daughter|kids?|child"
    r"|children|baby"
    r"|brother|sister|boyfriend|girlfriend|family|boss|coworkers?|colleagues?|neighbou?rs?|friends?|ex"
    r"|doctor|nurse|him|her"
    r"|them|someone|somebody|anyone|everyone|people|others|everybody|landlord|roommate|flatmate|carer"
    r"|caregiver)"
)

PILLS = (
    r"(?:pills?|tablets?|meds|medications?|medicine|tabs|capsules|painkillers|opioids|oxy\w*|tylenol"
    r"|paracetamol"
    r"|acetaminophen|xanax|benzos|ambien|morphine|tramadol|insulin|antidepressants|amitriptyline"
    r"|gabapentin|lyrica"
    r"|valium|codeine|hydrocodone|percocet|vicodin|aspirin|ibuprofen|zopiclone|sleeping)"
)

WEAPON = r"(?:gun|pistol|rifle|shotgun|rope|noose|razors?|razor blades?|blades?)"

PLACE = (
    r"(?:bridge|roof|rooftop|building|balcony|cliff|trains?|bus|truck|lorry|traffic|tree|window|car park"
    r"|tracks|railway"
    r"|overpass|pier|river|sea|ocean|lake|ledge|cars?|pole|semi|platform|subway|tube|motorway|highway"
    r"|parking garage)"
)

ALIVE = (
    r"(?:live(?! (?:here|in (?:this|that|a|the) (?:house|flat|apartment|town|city|country|place)|together"
    r"|there|at|near"
    r"|with (?:my|him|her|them)))|be alive|stay alive|exist|survive|keep living|continue living"
    r"|go on living"
    r"|(?:go on|carry on|keep going|continue|be here|be around|wake|stay here)(?= (?:[,.?]|anymore"
    r"|like this|with this"
    r"|in this|at all|tomorrow|alive|much longer|to see))|be (?:on|in) this (?:earth|planet|world)"
    r"|see tomorrow"
    r"|wake up(?! (?:early|earlier|late|later|at|before|for|my|the|him|her|them|anyone|everyone|so|with"
    r"|in|next|during|to"
    r" (?:an|my|the|go))))"
)

BEING = (
    r"(?:living|live|being alive|be alive|being here|be here|existing|exist|going on|go on|carrying on"
    r"|carry on|staying"
    r"|stay|waking up|wake up|keeping going|keep going|continuing|continue|life|breathing|trying to live"
    r"|fighting to live)"
)

GONE = (
    r"(?:died|dropped dead|didnt wake up|never woke up|dont wake up|never wake up|wasnt (?:here|alive"
    r"|around|born)"
    r"|werent (?:here|alive|around)|stopped breathing|ceased to exist|didnt exist|disappeared|got hit"
    r"|was hit|were dead"
    r"|was dead|were gone|was gone|vanished|wasnt in the picture|never existed|was no longer)"
)
