### The digest, the caseload, a patient's card, the list of flags. Codes, scores and flags only.
### An interval holds the end four times in five. What does not fit is counted.

digest-title = Digest · { $clinic } · { $day }
digest-nothing = Nothing needs a decision today.
digest-nobody = nobody yet

digest-case =
    { $hours ->
        [0] SAFETY { $code }: open for less than an hour, taken by: { $owner }.
        [one] SAFETY { $code }: open for { $hours } hour, taken by: { $owner }.
       *[other] SAFETY { $code }: open for { $hours } hours, taken by: { $owner }.
    }
digest-case-days = SAFETY { $code }: open for { $days } days, taken by: { $owner }.

digest-flag = { $code } { $measure }: half gone between { $low } and { $high } (day { $days } now). { $advice } { $age ->
        [0] New
        [one] Waits { $age } day
       *[other] Waits { $age } days
    }, taken by: { $owner }.
digest-flag-ended = { $code } { $measure }: probably half gone already (between { $low } and { $high }; day { $days } now). { $advice } { $age ->
        [0] New
        [one] Waits { $age } day
       *[other] Waits { $age } days
    }, taken by: { $owner }.
digest-advice-call = Please call (first cycle).
digest-advice-book = Please book.
digest-no-gain =
    { $others ->
        [0] No clear gain after { $infusions } infusions: { $codes }.
       *[other] No clear gain after { $infusions } infusions: { $codes } and { $others } more.
    }
digest-no-gain-of =
    { $others ->
        [0] No clear gain after { $infusions } of { $of } infusions: { $codes }.
       *[other] No clear gain after { $infusions } of { $of } infusions: { $codes } and { $others } more.
    }
digest-silent =
    { $days ->
        [one] { $code } silent for { $days } check-in: { $cause }.
       *[other] { $code } silent for { $days } check-ins: { $cause }.
    }
silent-blocked = has blocked the bot
silent-undelivered = not delivered
silent-unanswered = delivered, not answered
silent-paused = paused by the patient
silent-infusion = infusion days
silent-service_down = this service was down

digest-infusion-today = Infusion today: { $code } at { $hour }.
digest-infusion-unconfirmed = Was it given? { $code } had an infusion planned on { $day } at { $hour }.
digest-infusion-reported = To confirm: { $code } reports an infusion on { $day } at { $hour }.
digest-notes =
    { $others ->
        [0] Unread notes: { $codes }.
       *[other] Unread notes: { $codes } and { $others } more, { $unread } in all.
    }{ $days ->
        [0] {""}
        [one] { " " }The oldest waits { $days } day.
       *[other] { " " }The oldest waits { $days } days.
    }

digest-more-cases =
    { $count ->
        [one] … and { $count } more safety case.
       *[other] … and { $count } more safety cases.
    }
digest-more-flags =
    { $count ->
        [one] … and { $count } more window ends: /flags
       *[other] … and { $count } more windows end: /flags
    }
digest-more-silent =
    { $count ->
        [one] … and { $count } more is silent.
       *[other] … and { $count } more are silent.
    }
digest-more-infusions =
    { $count ->
        [one] … and { $count } more planned infusion.
       *[other] … and { $count } more planned infusions.
    }
digest-more-reports =
    { $count ->
        [one] … and { $count } more to confirm.
       *[other] … and { $count } more to confirm.
    }
digest-more = … and { $count } more.

digest-in-hand =
    { $count ->
        [one] { $count } flag is booked or snoozed.
       *[other] { $count } flags are booked or snoozed.
    }
digest-steady =
    { $count ->
        [0] No patient is under way yet.
        [one] { $count } patient is steady.
       *[other] { $count } patients are steady.
    }
digest-not-known =
    { $others ->
        [0] Too little is known for a flag: { $codes }.
       *[other] Too little is known for a flag: { $codes } and { $others } more.
    }
digest-closed-cases = Closed since yesterday: safety case of { $cases }.
digest-closed-flags = Closed since yesterday: flag of { $flags }.
digest-closed-both = Closed since yesterday: safety case of { $cases }; flag of { $flags }.

condition-depression = depression
condition-crps = CRPS
condition-chronic_pain = chronic pain

standing-invited = invited
standing-active = active
standing-paused = paused
standing-unreachable = cannot be reached
standing-declined = declined
standing-ended = ended

benefit-no_infusion = no infusion yet
benefit-too_early = too early
benefit-not_responding = no clear gain
benefit-responding = responding
benefit-fading = fading
benefit-ended = worn off
benefit-not_known = not known

caseload-title =
    { $count ->
        [one] { $clinic } · { $count } patient
       *[other] { $clinic } · { $count } patients
    }
caseload-empty = Nobody is enrolled yet. /invite makes a link.
caseload-row = { $code } { $condition }{ $infused ->
        [yes] { " " }· day { $days }
       *[no] { "" }
    }{ $mood_asked ->
        [yes] { " " }· mood { $mood }
       *[no] { "" }
    }{ $pain_asked ->
        [yes] { " " }· pain { $pain }
       *[no] { "" }
    }
caseload-row-away = { $code } { $condition } · { $standing }

card-title = { $code } · { $condition } · { $standing }
card-no-infusion = No infusion recorded yet.
card-infusions =
    { $count ->
        [one] { $count } infusion, on { $day } (day { $days } now).
       *[other] { $count } infusions, the last on { $day } (day { $days } now).
    }
card-planned = Planned: { $day }.
card-score-mood = Mood { $score } on { $day } (10 best)
card-score-pain = Pain { $score } on { $day } (10 worst)
card-no-score = No { $measure } score yet
card-benefit = Benefit: { $benefit }. { $why }
card-window = Half gone between { $low } and { $high }, four times in five.
card-answered = Answered { $answered } of { $asked } check-ins in 14 days.
card-case = SAFETY: a case is open.
card-notes =
    { $count ->
        [one] { $count } unread note.
       *[other] { $count } unread notes.
    }

flags-title =
    { $count ->
        [one] { $count } open flag
       *[other] { $count } open flags
    }
flags-none = No open flags.
