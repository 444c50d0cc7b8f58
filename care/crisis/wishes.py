"""Constructs of wanting to die, of doing it, and of seeing no other end.

Reviewed by / on: not yet reviewed by a clinician.
"""

from care.crisis.vocabulary import ADVERBS, ALIVE, BEING, END, GONE, PLACE, WANT, WISH

ACTS = (
    # Doing it, or speaking of doing it: "my" and "myself" already say whose life it is.
    r"(?:kill|killing|killed|off|offing|hang|hanging|hung|hanged|shoot|shooting|drown|drowning|end|ending"
    r"|top|topping|poison"
    r"|suffocate|strangle|delete|unalive|unaliving|rope|yeet|electrocute|gas|neck) myself"
    r"(?! (?:laughing|at work|at the gym|trying|over|with|in the foot|up|out|on the|for forgetting))",
    r"(?:take|taking|end|ending) my (?:own )?life(?! (?:insurance|savings|story))",
    r"(?:do|doing) myself in",
    WANT
    + ADVERBS
    + r" end(?:ing)? (?:it|this|everything|things|me)(?: all)?(?= (?:[,.?]|now|tonight|today|forever|for"
    r" good|soon|once|before|because|so|here|and|but|tomorrow))",
    r"(?:end|ending) it (?:all|tonight|today|tomorrow|this weekend|for good|forever)",
    r"put(?:ting)? an end to (?:my (?:life|suffering|misery)|myself|it all|me|everything)",
    r"(?:put|putting)(?: \w+)? (?:a )?bullet",
    r"(?:slit|slitting|slash|slashing|open|cut|cutting) my (?:own )?(?:wrists?|throat|veins?"
    r"|arteries)(?! (?:on|shaving))",
    r"(?:jump|jumping|throw myself|throwing myself|leap|leaping|fling myself)(?: \w+)? (?:off|from"
    r"|in front of|under|out of"
    r"|onto|over)(?: \w+){0,2} " + PLACE,
    WANT + ADVERBS + r" (?:jump|jumping)(?= (?:[,.?]|off|from|in front))",
    WANT
    + ADVERBS
    + r" (?:step|stepping|walk|walking|run|running|drive|driving|crash|crashing|swerve|swerving|steer)"
    r"(?: (?:my|the) car)?(?: straight| right| out)? (?:off|in front of|into|under)(?: \w+){0,2} (?:"
    + PLACE
    + r"|wall)",
    r"blow(?:ing)? my (?:\w+ )?(?:brains?|head)(?: \w+)? (?:out|off)",
    r"(?:gun|pistol|rifle|knife|razor|blade) (?:to|in|against|at|on) my (?:\w+ )?(?:head|mouth|temple"
    r"|throat|wrists?|lap)",
    r"(?:rope|noose|belt|cord)(?: \w+)? (?:around|round) my neck",
)

DYING = (
    # Wanting to be dead, in the first person.
    r"gonna (?:die|be dead) (?:tonight|today|tomorrow|this week|this weekend|by my)",
    WISH
    + ADVERBS
    + r" (?:die|dying|be dead|being dead|be gone forever|cease to exist|stop existing|not exist"
    r"|not be alive"
    r"|not be here|disappear|vanish|(?:not|never) wake(?: up)?|sleep forever|be with (?:god|jesus) now)"
    r"(?! (?:of|from) (?:embarrassment|shame|laughter|laughing|boredom|cringe)| laughing| for | down"
    r"| on (?:that|this)"
    r" hill| on my feet| into (?:my|the|a) (?:bed|book))",
    r"(?:sleep|asleep|bed)(?: (?:and|but|then|just)){0,2} (?:not|never|dont|dont have to"
    r"|dont ever) wak(?:e|ing)(?: up)?",
    r"(?:hope|hoping|pray|praying|prayed|wish|wishing|prefer)(?: (?:that|to god|every night|each night"
    r"|tonight|god)){0,2}"
    r"(?: (?:i|ill|im|to))?(?: (?:just|can|could|will))?"
    r" (?:die|dont wake|never wake|not wake|wont wake|dont make it|wont make it|dont survive|wake up dead"
    r"|takes? me)",
    r"wish(?: that)? i (?:was|were|was just|were just) (?:dead|gone|never born|not (?:here|alive)"
    r"|no longer here)",
    r"wish(?: that)? i(?:d| had)? (?:wasnt|werent|hadnt been|never been|was never|were never)(?: even)?"
    r" (?:here|alive|around|born|living|existing|woken|breathing)",
    r"wish(?: that)? i (?:didnt|never|wouldnt|dont) (?:exist|wake|woke|have to (?:live|be here|exist"
    r"|wake)|existed|survived)",
    r"wish(?: that)? i?d?(?: (?:could|would|wouldnt|didnt))?(?: just| ever)?(?: go to sleep and"
    r"| fall asleep and)?"
    r" (?:die|disappear|vanish|not wake|never wake|stop existing|cease|sleep forever|be dead|not exist"
    r"|stop breathing)(?! (?:into|for (?:a|the)))",
    r"(?:happy|glad|relieved|rather|prefer|easier|nice|best|better|hope|relief)(?: \w+)? (?:not to|to not"
    r"|to never|never to) " + ALIVE,
    r"(?:dont|not|never) (?:plan|planning|intend|intending|expect|see myself)(?: (?:on|to))? (?:being"
    r"|be) (?:here|around|alive)",
    r"(?:himself|herself|died|passed|death|lost)(?: \w+){0,4} (?:wanna|gonna|ready to"
    r"|wish i could) (?:join|be with|follow) (?:him|her|them)",
    r"(?:not|wont|dont think ill|cant)(?: \w+){0,2} (?:make it (?:through|past)|survive) (?:the"
    r"|this) (?:night|week|weekend)",
    r"(?:not|wont|cant)(?: \w+){0,2} make it (?:through|past) (?:the (?:night|week|weekend|day)|tonight"
    r"|tomorrow)",
    r"wish(?: that)? (?:i had died|id died|i hadnt survived|(?:my|the) attempt had|it had worked"
    r"|i had succeeded)",
    r"wish (?:it|this|everything|life|my life) (?:was|were|would be) over",
    r"(?:hope|hoping|wish|wouldnt mind|pray|wouldnt care|be nice|dont care)(?: \w+){0,5}"
    r" (?:hit|hits|kill|kills|killed|crush|crushes|takes?|ran|runs|struck|strikes?) me",
    r"(?:wouldnt|dont|would) (?:mind|care|matter|be (?:sad|upset|bothered|so bad|ok|fine|relieved|glad"
    r"|happy))(?: \w+){0,5}"
    r" (?:died|dead|dying|killed|ran me over|run over|wake up|woke up|crashed|live or die|lived or died)",
    r"(?:better|happier|easier|relieved|fine)(?: \w+){0,3} (?:without me|if i(?: \w+)? " + GONE + r")",
    r"if i(?: (?:just|simply|suddenly))? " + GONE + r"(?! on holiday)",
    r"better off (?:dead|not here|gone|not alive)",
    r"(?:nobody|not a soul) would(?: even)? (?:miss me|(?:notice|care|mind|cry)(?: \w+)? (?:if|when) im?)",
    r"(?:dont|didnt|never|no longer|cant|not|stopped|hardly|barely)(?: \w+){0,2} (?:wanna|wanting to|want"
    r"|wish to|care to)" + ADVERBS + " " + ALIVE,
    r"(?:no|lost(?: \w+){0,2}|havent(?: \w+){0,2}|dont have(?: \w+){0,2}|not have(?: \w+){0,2})"
    r" (?:desire|will|wish|reason|strength|energy|motivation) (?:left )?to " + ALIVE,
    r"(?:shouldnt|dont deserve to|didnt deserve to) (?:be alive|live|exist|be here(?= [,.?])"
    r"|have been born|breathe)",
    r"should (?:be|have been) dead(?! (?:on my|tired))",
    r"(?:leave|leaving|done with|tired of|finished with|out of) this (?:world|life|earth|planet)",
    r"(?:disappear|vanish|gone) (?:forever|for good|permanently)",
    r"(?:please|just|someone|somebody|god) (?:let me die|end me|kill me|take me)" + END,
    r"(?<=[,.] )(?:kill|end) me" + END,
    r"(?:join|joining|be with|see)(?: \w+){0,3} (?:in heaven|on the other side|in the afterlife)",
)

HOPELESS = (
    # Life as not worth it, death as the answer.
    r"nothing (?:left )?(?:worth |here )?(?:to )?(?:live|living|be alive) for",
    r"(?:no|(?:isnt|not|dont|cant|couldnt|hardly)(?: \w+){0,2} (?:a|any|the|much)) (?:reason|point"
    r"|purpose|use|sense)"
    r"(?: left)?(?: (?:for me|me|in me))?(?: (?:to|in|of))?(?: \w+)? " + BEING,
    r"(?:whats|what is) the (?:point|use|purpose) (?:of|in)(?: \w+)? " + BEING,
    r"why (?:am i(?: \w+)? (?:alive|living|here)|(?:should i|bother|do i(?: \w+)?|even) (?:be alive"
    r"|being alive|live|living"
    r"|exist|go on|keep living|stay alive|carry on))",
    r"life(?: \w+){0,2} (?:isnt|not|aint|no longer|doesnt (?:feel|seem)|doesnt)(?: \w+){0,2} (?:worth"
    r"|point)",
    r"(?:not|isnt) worth (?:living|being alive|staying alive)",
    r"(?:tired|sick|done|finished|fed up|had enough|weary|exhausted)(?: (?:of|with|from|by))?(?: \w+)?"
    r" (?:living|being alive|existing|this life|breathing|life)(?! (?:with my|at my|in (?:this|a|the)"
    r"|here|insurance))",
    r"cant (?:go on|carry on|keep going)(?= (?:[.?]|anymore|like this|living))",
    r"cant (?:live|keep living|carry on living|go on living)(?: like this| anymore| this way)",
    r"(?:want|need|ready for|waiting for|wish for) (?:it|everything|this|life|my life|it all"
    r"|all of it)(?: all)?(?: to)?"
    r" (?:be over|over|stop|end|finish)(?: ,)? (?:for good|forever|permanently|once and for all)",
    r"(?:want|need|ready for|waiting for) (?:it all|everything|my life|life) to (?:be over|stop|end)",
    r"(?:only|easiest|best|one) (?:way out|way to (?:stop|end|escape)(?: \w+){0,4}|escape|solution|option"
    r"|answer|relief)"
    r"(?: \w+){0,2} (?:is|would be|seems|left is)(?: \w+){0,2} (?:death|die|dying|dead|kill|end|gone"
    r"|not be|not being)",
    r"(?:no (?:other )?way out|(?:see|find) (?:a|any|no|another) way out)(?= (?:[,.?]|but|anymore|except"
    r"|other))",
    r"(?:death|dying|being dead|not existing|not being (?:here|alive)|not waking up|never waking up)"
    r" (?:would be|sounds|seems|feels|is|looks|might be)(?: \w+){0,2}"
    r" (?:relief|better|easier|nice|nicer|welcome|peaceful|good|kinder|appealing|preferable|answer"
    r"|comforting|option|tempting)",
    r"(?:look|looking) forward to (?:death|dying|being dead|not waking)",
    r"(?:want|crave|craving|long for|longing for|praying for|pray for|wish for|waiting for"
    r"|welcome) (?:death|to die)",
    r"(?:thinking|think|thought|thoughts?|ideas?|fantasi\w+|daydream\w*|obsess\w*|visions|images|imagin\w+"
    r"|picturing|urges?)(?: \w+){0,3} (?:of|about|to|on)(?: just)? (?:dying|(?:my )?(?:own )?death"
    r"|ending (?:it|things"
    r"|everything|my)|not (?:being here|being alive|waking)|never waking|being dead|jumping|hanging"
    r"|my (?:own )?funeral"
    r"|crashing (?:my|the)|driving (?:into|off)|how to die|how id die|ways to die|harming|hurting myself)",
    r"(?:imagin|pictur|plann)\w+ my (?:own )?(?:death|funeral)",
    r"(?:no future (?:for me|left|here)|(?:cant|dont) see (?:a|any|my) future)",
    r"only one way out" + END,
)

NAMED = (
    # The word itself: whose, when and whether it is a question decides (see `care/safety.py`).
    r"suicid\w*",
    r"overdos\w*",
    r"self ?harm\w*|self ?injur\w*|self ?mutilat\w*",
    r"noose",
    r"(?:having|have|active|passive|with|some|more|strong|my|the|had) si(?= (?:[,.]|again|is|are|today"
    r"|back|tonight|thoughts))|si is back",
)

DENIED_BUT = (
    # A denial that the next words take back.
    r"(?:not|wont|wouldnt|never|dont|no|isnt)(?: \w+){0,6} (?:do anything|act on (?:it|them|that)|do it"
    r"|(?:kill|hurt|harm) myself"
    r"|suicidal|suicide|plans?|intent\w*|end it|go through with it|planning anything|si|suicidal thoughts"
    r"|ideation)(?: \w+){0,3}"
    r"(?: [,.])?(?: \w+)? (?:but|just|although|though|except|yet|only)(?: [^ .?]+){0,8} (?:thoughts"
    r"|(?:think|thinking|thought) (?:about|of) (?:it|dying|death|suicide|ending)|wish i (?:was|were|wasnt|could)"
    r"|cant stop|urges?|tempt\w+|appealing|about tomorrow|promise|wonder|wouldnt mind|peaceful|death|dead|crosses"
    r"|crossed|never woke)",
    r"(?:kill|hurt|harm) myself (?:tonight|yet|for now|until|unless|as long as)",
)
