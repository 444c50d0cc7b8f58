### A case that nobody has taken or closed yet. A clinician signs these.

ladder-nobody-yet = Your call for help was sent, but nobody at your clinic has confirmed it yet. Please do not wait for them.
ladder-seen = Somebody from your team has seen your call for help.
ladder-seen-numbers = If you are in danger before you hear from them: call 911 or your local emergency number, or call or text 988 (US).

ladder-unanswered = Nobody has taken { $code } for { $minutes } min. They may be in danger. Please act now.
ladder-held = { $code }: you have had this case for { $held } h.
ladder-held-act = If you have reached the patient, tap Close. If you cannot go on, tap Hand back, and whoever is on call is called.
ladder-held-by-other = { $code }: a colleague ({ $role }) has had this case for { $held } h without closing it.
ladder-held-by-other-act = Please ask them how the patient is.
ladder-outcome = { $code }: how did it end?

outcome-spoken = Spoken with the patient
outcome-somebody_there = Somebody is with them
outcome-emergency = Emergency services called
outcome-hospital = In hospital
outcome-not_reached = Not reached; followed up another way
outcome-mistaken = The message meant something else

button-hand-back = Hand back
case-toast-outcome = How did it end? Your answer closes the case.
case-toast-handed-back = Handed back. Whoever is on call is being called.
case-toast-not-yours = Somebody else has this case, or it is closed.

refused-ladder = The ladder is five whole numbers of minutes from { $shortest } to { $longest }, like 5,10,20,30,30; none of the first four is smaller than the one before.

call-subject = Tidemark: nobody has taken a safety case ({ $code })
call-body =
    { $clinic }: a safety case of patient { $code } has been open since { $since }, and nobody has taken it.

    Open Telegram, tap Acknowledge under the page, and reach the patient now.

    This message holds no name and nothing that the patient wrote. It is sent again until somebody takes the case.

case-toast-new-sign = There is a new sign of danger. Please look, and reach the patient.
