### Coming in, resting, and the words that are always said: not watched, not for emergencies, not private.

standing-not-watched = Nobody watches this chat around the clock. Your team reads it when the clinic is open.
standing-not-emergency = This chat is not for emergencies. If you are in danger, call 911 or your local emergency number. In the US you can also call or text 988.
standing-clinic-emergency = From your clinic: { $text }
standing-telegram = Telegram is not a private medical channel. It keeps a copy of what is written here.

consent-title = { $clinic } invites you to Tidemark
consent-what = I am a program. Between your infusions I ask for one or two numbers a day: your mood, your pain, or both. Your team uses them to see how long an infusion helps you.
consent-kept = I keep your answers, what you write here, and when you had your infusions.
consent-who-title = Who reads it
consent-who =
    Your care team reads your numbers and all you write here, when the clinic is open.
    If your words sound like danger, I alert whoever is on call. I can miss such words, and there may be nobody to answer at once.
consent-not-title = What this is not
consent-choice-title = Do you want to take part?
consent-choice = It is your choice. You can stop at any time with /pause.
consent-declined = That is all right. Nothing will be asked. Your care stays the same. What you write here is not kept. If you change your mind, send /start.

button-agree = I agree
button-disagree = I do not agree

welcome-patient-title = Thank you. You are all set.
welcome-patient = I ask once a day at { $hour } ({ $city } time). A tap or two is enough, and a missed day is no problem.
welcome-patient-commands =
    You can write to me at any time. Your team will read it.
    /helpnow if you need help now
    /help for all else

welcome-staff-title = Welcome to { $clinic }. Your role: { $role }.
welcome-staff-clinician = You get flags, pages and the daily digest. /caseload shows your patients, /invite patient adds one.
welcome-staff-on_call = You get pages, flags and the daily digest. A page is a patient who may be in danger: tap Acknowledge when you take it.
welcome-staff-admin = You get flags, pages and the daily digest. /invite adds patients and staff, /caseload shows the patients.
welcome-staff-viewer = You can look at the caseload, the flags and the digest. Your role changes nothing.
welcome-staff-limits = Please keep names and notes about patients out of this chat. Telegram is not a private medical channel. /help shows what you can do.

role-clinician = clinician
role-on_call = on-call clinician
role-admin = admin
role-viewer = viewer

paused = Paused. I will not ask until you send /resume.
paused-still-here = You can still write to your team here. /helpnow works as before.
resumed = Welcome back. Your daily check-in goes on.


# At most 200 characters: it is also the answer to a pressed button.
stranger = This is the private service of a clinic. If your clinic invited you, please open its link. Not for emergencies: in danger, call your local emergency number.
