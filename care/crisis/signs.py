"""Constructs of what has been done or prepared, of leave-taking, and of danger to or from somebody else.

Reviewed by / on: not yet reviewed by a clinician.
"""

from care.crisis.vocabulary import ADVERBS, END, PERSON, PILLS, WANT, WEAPON

ATTEMPTS = (
    # Something has been done, or is being done now.
    r"(?:took|taken|swallowed|downed|popped|necked|ate|swallowing|taking|drank)(?: \w+){0,2} (?:whole"
    r"|entire|full)"
    r" (?:bottle|packet|pack|box|strip|prescription|lot|stash|blister)(?! of (?:wine|water|beer|juice"
    r"|vitamins|whisky|vodka"
    r"|coke|milk|biscuits|chocolate|cookies|crisps|wine gums))",
    r"(?:took|taken|swallowed|downed|popped|necked)(?: \w+){0,2} (?:handfuls?|fistful|too many|bottle"
    r"|bunch|loads|ton|dozens?"
    r"|load|1[5-9]|[2-9]\d|\d{3}|twenty|thirty|forty|fifty|sixty|eighty|hundred)(?! (?:mg|mcg|ml|min\w*"
    r"|hours?|days?))"
    r"(?: \w+){0,3} " + PILLS,
    r"(?:took|swallowed|downed|taken)(?: (?:all|every|the rest)(?: of)?)(?: \w+){0,3} "
    + PILLS
    + r"(?! (?:this morning|today"
    r"|on time|as |like |with|for|daily|yesterday|at the|i was|now|tonight|already|correctly|properly"
    r"|and feel))",
    r"(?:drank|drunk|swallowed)(?: \w+){0,2} (?:bleach|antifreeze|pesticide|drain cleaner|poison)",
    r"(?:ive|i have|i|just|have)(?: just| already)? (?:overdosed|od|oded|od d)",
    r"(?:did|done|doing|do) (?:this|it|something(?: \w+)?|that|to) (?:to )?myself",
    r"(?:cut|slit|slashed|stabbed|shot|poisoned)(?: \w+)? myself(?: \w+){0,2} (?:deep|deeply|badly"
    r"|bleeding|and it wont)",
    r"cut too deep",
    r"(?:tried|trying|attempted) (?:to )?(?:die|overdose|od|drown|do it|end it|unalive)" + END,
    r"(?:standing|sitting|im|parked|here|up)(?: \w+){0,2} (?:on|at|by) the (?:(?:edge|side) of (?:the"
    r"|a) )?(?:bridge|ledge"
    r"|roof|rooftop|tracks|train tracks|cliff|overpass|parapet|railway|platform edge)(?= (?:[,.?]|rn|now"
    r"|right now|and|again))",
    r"(?:took|swallowed|taken)(?: \w+){0,4}(?: ,)? its too late",
    r"(?:took|swallowed|taken) everything (?:in|from|out of) (?:the|my)",
    r"(?:car|engine)(?: is| was)? running(?: \w+){0,4} (?:garage|windows)|garage(?: \w+){0,3} engine running",
    r"(?:took|taken|swallowed|injected|downed|drank|washed down)(?: \w+){0,2} (?:all of (?:them|it)|everything|the lot"
    r"|every last one|enough this time)(?! (?:this morning|as|with|on|for|i was told|like))",
    r"already (?:took|swallowed|drank|taken) (?:them|it|all)",
    r"(?:i )?did it(?: ,)? i (?:took|swallowed|cut|jumped)|blood everywhere",
    r"(?:on|at|over|climbed) (?:the )?(?:wrong side of the )?(?:bridge railing|railing|wrong side of the rail\w*)",
    r"on the bridge (?:now|rn|right now)|(?:feet|standing|stand|toes) (?:on|at|over)(?: the)? edge of"
    r" (?:the|a) platform",
    r"(?:knife|blade|razor|gun|pistol|barrel)(?: is| was)? (?:at|to|on|in|against) my (?:wrists?|throat|neck|head"
    r"|temple|mouth|chest)|im holding (?:the|a) gun|in the bath with (?:the|a) (?:blade|razor)",
    r"(?:ive |i )?slit my (?:arms?|wrists?|throat)|bleeding from (?:both|my) (?:wrists?|arms?)",
    r"(?:turned|turning) (?:the |on the )?gas on(?! (?:for|to cook))(?= (?:[,.?]|and|now))|bag over my head",
    r"(?:doing|do) it (?:right )?now bye",
)

PLANS = (
    # How, with what, when.
    r"(?:have|got|bought|ordered|loaded|loading|cleaned|borrowed|getting|buy|get|hid|hidden|find"
    r"|found)(?: (?:a|the|my|his|her"
    r"|our|some|dads|grandpas|husbands)){0,2} (?:gun|pistol|rifle|shotgun|noose|helium"
    r"|exit bag)(?! (?:show|shop|range|club|licen[cs]e|dog))",
    r"(?:access to|know where|where)(?: \w+){0,4} (?:guns?|pistol|rifle|shotgun|firearms?)",
    r"(?:bought|have|got|tied|found) (?:a|the|some|my) (?:rope|blades?|razor blades?)(?! for)",
    r"(?:"
    + WEAPON
    + r"|knife|knives|pills|tablets|meds|bottle|insulin)(?: \w+){0,6} (?:looking|look|looked|staring|stare)"
    r" at (?:it|them)",
    r"(?:looking|staring|look|stare|stared|gazing) at (?:the|my|a|his|all) (?:\w+ )?(?:"
    + WEAPON
    + r"|knife|knives|pills"
    r"|bridge|tracks|medicine cabinet|train tracks)" + END,
    r"(?:pills|tablets|"
    + WEAPON
    + r")(?: \w+){0,3} (?:counted|lined up|in front of me|just in case|calling me|calling to"
    r" me|laid out|loaded)",
    r"(?:know|figured out|worked out|decided|planned|thought about|sorted)(?: exactly)? (?:how|where"
    r"|when)(?: \w+)?"
    r" (?:id|ill|im gonna|i would|i will|i wanna|to)(?: actually)? (?:do it|die|end it|end things|kill"
    r"|end my)",
    r"(?:pick|picked|picking|choose|chose|chosen|choosing|set|setting|decided on) (?:a|the|my) (?:day"
    r"|date|time|method|way"
    r"|spot|place)(?= (?:[,.?]|to die|to do it|to end|already|and))",
    r"(?:sav|stockpil|hoard|stash|squirrel|hid|hiding)\w*(?: \w+){0,4} "
    + PILLS
    + r"(?! (?:for|until|from|by|in case))",
    r"enough(?: \w+){0,4} to (?:kill|end (?:it|me|my)|die|do it|finish me|stop my heart|never wake"
    r"|not wake|be dead|overdose)",
    r"(?:goodbye|suicide|farewell|final) (?:note|letter|message|video)s?",
    r"(?:wrote|written|writing|write)(?: \w+){0,2} (?:letters? (?:to|for) (?:my |the )?(?:kids|children"
    r"|wife|husband|family"
    r"|mum|mom|parents|everyone|daughter|son|loved ones)|(?:my|the|a) note(?= [,.?]))",
    r"(?:googl|research|look|search)\w*(?: up)?(?: \w+){0,3} (?:ways? to (?:die|end|kill)|how to (?:die"
    r"|kill|end|hang|tie"
    r" a)|methods|painless|lethal|fatal)",
    r"ways? to (?:die|end (?:it|my life|things)|go painlessly)",
    r"painless(?:ly)? (?:way|death|die|exit|method)",
    r"(?:lethal|fatal) (?:dose|amount)",
    r"how (?:many|much)(?: \w+){0,6} (?:to (?:die|kill|overdose|be fatal)|(?:would|will|could"
    r"|can) kill me|be (?:fatal|lethal))",
    r"(?:have|got|made|making|have got|ive) (?:a|my|the) plan(?= (?:[.?]|to (?:end|kill|die|do it)"
    r"|and(?: \w+){0,2} (?:means"
    r"|pills|date|gun|rope|method)))",
    r"affairs in order",
    r"(?:giving|gave|given|give) away (?:all )?my (?:things|stuff|belongings|possessions|dog|cat|clothes)",
)

SELF_HARM = (
    WANT
    + ADVERBS
    + r" (?:hurt|hurting|harm|harming|cut|cutting|burn|burning|injure|punish|punishing|stab|hit|hitting)"
    r" myself(?! (?:by|falling|lifting|at|doing|if i (?:lift|fall|walk|push)|exercising|running|working"
    r"|again (?:if|lifting)))",
    r"(?:im|afraid|scared|worried|keep|kept|been|started|stop|back to|afraid of|scared of"
    r"|resist) (?:of )?(?:im gonna |ill |i"
    r" might )?(?:hurt|hurting|harm|harming|cut|cutting|burning|burn|punishing|hitting) myself"
    r"(?! (?:by|falling|lifting|at|doing|exercising|running|working|shaving|cooking|on the|if))",
    r"(?:hurt|harmed|cut|burned|burnt|injured|punished|hit|scratched|bruised"
    r"|bit)(?: \w+)? myself(?: \w+){0,3} (?:on purpose"
    r"|deliberately|intentionally|to feel|to cope|because i (?:deserve|hate)|to punish|with (?:a"
    r"|my) (?:razor|blade|cigarette"
    r"|lighter))",
    r"(?:hurt|harmed|cut|burned|burnt) myself (?:again|last night|tonight)" + END,
    r"(?:burn|cut|scratch|slic|carv|punch|bruis|bit)\w*(?: \w+)? my (?:\w+ )?(?:arms?|legs?|thighs?|skin"
    r"|wrists?|stomach|hands?"
    r"|body|forearms?|hips?)(?: \w+){0,2} (?:to feel|on purpose|deliberately|to cope|with (?:a"
    r"|my) (?:razor|blade|lighter"
    r"|cigarette)|to punish|to make)",
    r"(?:been|started|back to|relapsed(?: and| into| with)?|urges? to|wanna|resist) (?:cut"
    r"|cutting)(?: again| last night){0,2}(?= (?:[,.?]|is|are))",
    r"(?:i|ive) (?:have )?cut again(?= (?:[,.?]|last|today|tonight|this))",
    r"(?:punch|hit|bit|bang|scratch|burn|pick)\w*(?: \w+){0,3} (?:until|till) (?:i|it"
    r"|they)(?: \w+)? (?:bruise|bled|bleed|broke)\w*",
    r"(?:made myself|till i|until i) (?:bleed|bled)",
)

UNSAFE = (
    r"(?:cant|couldnt|(?:dont|not)(?: \w+){1,2} i can|unable to|struggling to|hard to) (?:keep"
    r"|hold) myself (?:safe|alive)",
    r"(?:dont feel|cant feel|im not|dont think im|not feeling|not) safe(?= (?:[,.?]|tonight|alone"
    r"|with myself|right now|on my own"
    r"|around myself|from myself|by myself|being alone|to be (?:alone|left|on my own)))",
    r"danger to (?:myself|others)",
    r"(?:cant|dont|wouldnt) trust myself(?= (?:[,.?]|alone|tonight|not|with|around|anymore|right now"
    r"|to be alone|to stay))",
    r"(?:gonna|wanna|might|about to|ill|could|afraid ill|scared ill"
    r"|id) (?:just )?do (?:something (?:stupid|bad|drastic|terrible"
    r"|permanent|awful|to myself|i cant take back)|it (?:tonight|now|this time|soon|for real))",
    r"cant (?:promise|guarantee)(?: \w+){0,4} (?:tomorrow|tonight|safe|alive|be here|hurt|wont|not|long"
    r"|anything|do it)",
    r"(?:cant|dont know how much|not sure how much|how much) (?:hold on|hang on|longer i can (?:hold|hang"
    r"|last|keep this up|go"
    r" on))(?: \w+)?" + END,
)

FAREWELLS = (
    r"my (?:last|final) (?:check ?in|check in|message|text|day|night|entry|post|words|one|answer"
    r"|score)(?! (?:before|until|of the"
    r"|for|was|at|on|week|this|with|in))",
    r"(?:goodbye|farewell)(?: (?:to))? (?:everyone|all|forever|world|everybody|cruel|my)",
    r"(?:goodbye|bye)(?: [,.])?(?: \w+)? (?:thanks?|thank you|sorry) for everything",
    r"(?:say|said|saying|time for|my) (?:my )?(?:last |final )?goodbyes?",
    r"tell (?:my|them|him|her|the)(?: \w+){0,2} (?:that )?(?:i loved?|im sorry|i always loved"
    r"|it wasnt (?:his|her|their) fault)(?! (?:i (?:missed|forgot|was|cant|didnt)|for|about|but))",
    r"(?:take|taking|look|looking) (?:care of|after) my (?:\w+ )?(?:dog|cat|kids|children|family|pets?"
    r"|son|daughter|wife|mum"
    r"|mom|husband)(?: \w+){0,2} (?:when im gone|after im|once im|for me|if im not|if anything)",
    r"(?:when|after|once) (?:im|i am) (?:gone|dead|no longer here)(?! (?:to|on|from|for|away|out))",
    r"(?:wont|never|not gonna) (?:hear from|see) me (?:again|anymore|alive)",
    r"by the time you (?:read|see|get) this",
    r"(?:wont|not gonna|not|dont think ill) be (?:here|around|alive|with you)(?: \w+)? (?:anymore"
    r"|much longer|to see|for long"
    r"|for (?:christmas|my birthday|the next)|by (?:then|tomorrow|morning|the)"
    r"|in the morning)(?! (?:on holiday|away))",
    r"(?:its|this is|that is|thats) (?:goodbye|my goodbye|the end for me|it for me)",
    r"(?:forgive me|im sorry)(?: \w+)? (?:for what im (?:about|gonna)|everyone(?= [,.?])|to everyone"
    r"|for leaving)",
    r"(?:see you|meet you|meet again) (?:on the other side|in heaven|in the next life)",
)

CONDITIONALS = (
    # "If this does not work, then": the threat may stand in the next clause.
    r"(?:if|when|unless|once)(?: \w+){0,12}(?: ,)?(?: then)? (?:im|i am) (?:(?:done|out)(?= [.?])"
    r"|done (?:for|with (?:life|living))"
    r"|checking out|gone|not (?:sticking|staying) around|ending)",
    r"(?:if|unless|when|once)(?: \w+){0,12}(?: ,)?(?: then)?(?: \w+)? (?:i wont|i will not|i dont plan to"
    r"|im not gonna|ill not|i might not|i may not) be"
    r" (?:here|around|alive)",
    r"if(?: \w+){0,12}(?: ,)?(?: then)? (?:ill|id|im gonna|i might|i will|i know ill"
    r"|i think ill) (?:just )?(?:end (?:it|things)|do it"
    r"|kill|die|jump|be dead|be gone|take all|take everything|check out)",
    r"(?:last chance|last hope|last try|last shot)(?: \w+)?(?: [,.])?(?: \w+){0,6} (?:kill|end it"
    r"|not be here|die|wont be here|done"
    r" with life)",
)

CODED = (
    r"kms|ctb|sewerslid\w*|sewer slid\w*|suey slide|unaliv\w*|self delet\w*|sudoku myself",
    r"commit(?:ting|ted)? (?:sudoku|unalive|die|not alive|toaster bath|sewerslide|self delete)",
    r"(?:ready|wanna|gonna|time|thinking (?:about|of)|planning|gotta) (?:to )?catch(?:ing)? the bus" + END,
    r"(?:long|forever|eternal|final|permanent|dirt) (?:sleep|nap|rest|exit)(?= (?:[,.?]|sounds|would))",
    r"(?:check|checking|checked|clock|clocking|opt|opting|tap|tapping) out (?:early|permanently|for good"
    r"|forever|of life|of this"
    r" (?:world|life))",
    r"permanent solution|exit plan|exit bag|meet my maker|game over for me|pushing (?:up )?daisies"
    r"|six feet under",
    r"(?:uninstall|log off|quit|alt f4|exit|leave) (?:life|this life|the game of life|the world)",
    r"game end myself",
)

VOICES = (
    r"(?:voices?|something|demons?|they|it)(?: \w+){0,4} (?:tell|tells|telling|told|command|commands"
    r"|commanding|order|orders|ordering"
    r"|urge|urges|urging) me (?:to )?(?:jump|die|kill|hurt|cut|do it|end|stab|burn|harm|hang|i should die"
    r"|drown|shoot|attack)",
    r"voices?(?: \w+){0,3} (?:tell|tells|telling|told|say|says|saying|said|want|wants|command|order"
    r"|urge)(?: \w+){0,4} (?:jump|die|kill"
    r"|hurt|cut|do it|end it|end my|stab|burn|harm|dead|worthless|hang|drown|shoot|attack)",
)

OTHERS = (
    r"(?:gonna|wanna|might|ill|i will|afraid ill|scared ill|thinking (?:of|about)|thoughts? (?:of|about)"
    r"|urges? to|need to|planning to"
    r"|about to|feel like|keep imagining|afraid of|scared of) (?:just )?(?:hurt|hurting|kill|killing|harm"
    r"|harming|stab|stabbing|shoot"
    r"|shooting|strangle|strangling|smother|smothering|attack|attacking|poison|choke|choking"
    r"|drown) (?:\w+ ){0,2}" + PERSON + r"(?! (?:lol|haha|feelings|if (?:he|she|they) (?:leaves?|forgets?)))",
)
