### The flag: a benefit that is about to end. Estimates, with their interval; the clinician decides.

flag-raised = { $code }: { $measure } benefit may end soon
flag-acknowledged = { $code }: { $measure } flag acknowledged
flag-booked = { $code }: { $measure } flag booked
flag-snoozed = { $code }: { $measure } flag snoozed
flag-closed = { $code }: { $measure } flag closed
flag-window = Half of the benefit is gone around { $end } (likely { $low } to { $high }).
flag-days-since =
    { $days ->
        [0] Infusion today.
        [one] { $days } day since the last infusion.
       *[other] { $days } days since the last infusion.
    }
flag-advice-call = Call the patient: in a first cycle this leans on other patients' courses.
flag-advice-book = Book a booster: this leans on the patient's own earlier cycles.
flag-snoozed-until = It comes back on { $day }.

flag-toast-acknowledged = Acknowledged. It is yours now.
flag-toast-booked = Booked.
flag-toast-snoozed = Snoozed for two days.
flag-toast-closed = Closed.
flag-toast-already = Somebody has done that already.

button-booked = Booked
button-snooze = Snooze
