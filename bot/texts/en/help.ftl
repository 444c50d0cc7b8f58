### What can be done here, for patients and for staff; and what is said about unknown commands.

help-patient-title = What you can do here
help-patient-commands =
    /checkin to answer today's check-in
    /infusion today 15:30 to tell us about an infusion
    /wearingoff to say that the benefit fades, /callme to ask for a call
    /pause to stop the questions, /resume to go on
    Long after an infusion I ask only once a week, until the next one is planned.
    Or just write. Your team reads all of it.
help-no-consent-title = You do not take part
help-no-consent = I ask nothing, and nothing that you write is kept. If you want to take part, send /start.
help-no-consent-not-read = Nobody reads what you write here.
help-no-consent-danger = If your words sound like danger, I tell whoever is on call your code and that you may be in danger, not your words. I can miss such words.
help-danger-title = If you need help now
help-danger-command = /helpnow shows who to call and alerts whoever is on call. It may take time until someone answers, so please call first.
help-danger-nobody = /helpnow shows who to call. Nobody at your clinic is on call here now, so please call.
help-limits-title = Good to know

help-staff-title = What you can do here
help-staff-look =
    /caseload: all patients
    /patient K7F3Q: one patient
    /flags: open flags
    /digest: today's digest now
    /oncall: who is paged, and a button to take the call
help-staff-act =
    /infusion K7F3Q: given just now
    /infusion K7F3Q yesterday 15:30: given then
    /infusion K7F3Q 2026-01-09 15:30: given, or planned if it lies ahead
    One by mistake? Tap Take back under it. If it is gone, send /infusion K7F3Q with that day and hour, then tap it.
help-staff-invite = /invite patient depression: a link for a new patient (or crps, chronic_pain)
help-staff-invite-staff = /invite clinician: a link for staff (or on_call, admin, viewer)
help-staff-limits = Times are the patient's own. This chat is not a record system and not watched for you: forecasts are an aid, you decide.

only-commands = I take commands here, not words. /help shows them.
unknown-command = I do not know that command. /help shows what I can do.

# Telegram's menu beside the field where one types.
command-checkin = Answer today's check-in
command-helpnow = I need help now
command-infusion = Tell us about an infusion
command-pause = Stop the questions
command-resume = Go on with the questions
command-help = What you can do here
