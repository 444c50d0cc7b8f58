### Infusions. Days carry their year here, because a wrong year is easily typed.

infusion-reported = { $code } reports an infusion on { $day_with_year } at { $hour }.
infusion-reported-day = { $code } reports an infusion on { $day_with_year }. The hour was not stated: { $hour } is assumed.
infusion-reported-waits = It counts once you confirm it.
infusion-recorded = Kept: { $code } had an infusion on { $day_with_year } at { $hour }.
infusion-planned = Planned: { $code } has an infusion on { $day_with_year } at { $hour }. That day has no check-in.
infusion-not-given = { $code }: the infusion of { $day_with_year } at { $hour } was not given and does not count.
infusion-report-refused = { $code }: the report does not count. The infusion planned for { $day_with_year } at { $hour } still does.
infusion-taken-back = Taken back: { $code } has no infusion on record for { $day_with_year } at { $hour } any more. The forecast is made anew without it.
infusion-planned-as-before = It is planned for { $day_with_year } at { $hour }, as before.
infusion-given-already = { $code } has an infusion on record for { $day_with_year } at { $hour } already. Nothing was changed.
infusion-planned-already = Planned already: { $code } has an infusion on { $day_with_year } at { $hour }. Nothing was changed.
infusion-given-changed = Changed: { $code } had the infusion on { $day_with_year } at { $hour }, not at { $hour_before }.
infusion-planned-changed = Changed: { $code } has the infusion on { $day_with_year } at { $hour }, not at { $hour_before }.
infusion-one-a-day = A day has one infusion here, with the time that was sent last. To set another time: { $example }
infusion-report-thanks = Thank you. You told us about an infusion on { $day_with_year } at { $hour }. Your clinic will confirm it.
infusion-report-thanks-day = Thank you. You told us about an infusion on { $day_with_year }. You did not say the hour: { $hour } is assumed. Your clinic will confirm it.

infusion-when = When was your infusion?
infusion-when-hour = Tap the day. If you know the hour, write it like this: /infusion today 15:30
infusion-when-another = Please write the day and the hour, like this: { $example }

infusion-day-title = Your infusion day
infusion-day-notice = Please do not drive, use machines or sign legal papers until tomorrow, after a night's sleep.
infusion-day-no-question = There is no check-in today. Rest well.

infusion-day-taken-back = Your clinic has no infusion on record for you today. The check-ins go on.
infusion-day-had-one = If you did have one today, please tell your clinic. Then do not drive, use machines or sign legal papers until tomorrow.

infusion-toast-taken-back = Taken back. It does not count.
infusion-toast-given = Kept as given.
infusion-toast-not-given = Kept as not given.
infusion-toast-now-planned = This infusion is planned now. Nothing was taken back.
infusion-toast-now-reported = The patient has reported this infusion meanwhile: was it given, or not?
infusion-toast-now-given = This infusion is recorded as given now. Nothing was taken back.
infusion-toast-already = Somebody has decided already.

button-today = Today
button-yesterday = Yesterday
button-another-day = Another day
button-given = Given
button-not-given = Not given
button-take-back = Take back
