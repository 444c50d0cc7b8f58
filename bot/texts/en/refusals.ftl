### What cannot be done, said in one sentence with a way on.

refused-not-known = I do not know that code. Please check it and try again.
refused-viewer = Your role can look, but not change this.
refused-admin-only = Only an admin can invite staff.
refused-invite-patient = Only a clinician or an admin can invite patients. Please ask one of them.
refused-which-code = Please add a patient's code, like this: { $example }
refused-checkin-infusion-day = Today is your infusion day, so there is no check-in. The next one comes tomorrow.
refused-infusion-future = That time lies ahead. Only an infusion that took place can be recorded like this.
refused-report-future = That time lies ahead. Please tell us once it took place, like this: { $example }
refused-infusion-known = Your clinic knows about an infusion on that day already. Thank you.
refused-infusion-too-old = That is too long before { $code } was invited ({ $invited }). Please check the year.
refused-plan-past = A plan must lie ahead. To record an infusion that took place, leave the plan away.
refused-plan-given = { $code } had an infusion on { $day_with_year } at { $hour }. A day has one: if that time is wrong, record it again with the right one.
refused-plan-reported = { $code } reports an infusion on { $day_with_year } at { $hour }. Please say first whether it was given; then plan another one.
refused-plan-too-far = That is more than a year ahead. Please check the year.
refused-dose = { $dose } mg/kg cannot be right. A dose lies between 0.05 and { $most } mg/kg.
refused-minutes = { $minutes } minutes cannot be right. An infusion lasts between one minute and 14 days.
refused-empty-name = Please give the clinic a name.
refused-measures = Please name each measure once: mood, pain, or both.
refused-unknown-zone = { $zone } is not a time zone I know. Like this: Europe/Berlin, America/New_York.
refused-unknown-clinic = There is no clinic with the id { $id }.
refused-prior-changed = Somebody else has kept a prior of this clinic meanwhile. Nothing was changed: please run it again.
refused-unknown-staff = Nobody on the staff has the id { $id }. `./tidemark staff list --clinic ID` shows them.
refused-unknown-letter = There is no letter with the id { $id }. `./tidemark outbox` shows what there is.
refused-unknown-update = No update { $id } was set aside. `./tidemark outbox` shows what there is.
refused-letter-is = This letter is `{ $status }`: only what waits or is dead can be sent again or let go.
refused-letter-of-its-time = This letter belonged to its moment, and would do harm now: a question is not asked again after its day, and what an edit would change may stand otherwise since. Let it go.
refused-letter-without-words = The words of this letter are gone: they are kept for 7 days.
refused-letter-answered = Somebody has taken this case meanwhile: nobody needs to be called again.
refused-letter-of-danger = This letter is for somebody in danger, or calls for help for them. It goes out as soon as it can, and is not let go before.
refused-when = I could not read that time. Like this: { $example }
refused-invite = Like this: /invite patient depression, /invite patient crps, /invite patient chronic_pain, or /invite clinician.

press-not-valid = This button is no longer valid.

# What went wrong is ours: nothing was kept of what was written or pressed.
not-saved = Not saved, please send again. Something went wrong on our side.
not-saved-press = Not saved, please send again: press the button once more. Something went wrong on our side.
