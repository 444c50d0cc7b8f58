### The daily check-in. The first of the words "mood" and "pain" in a question names what is asked.

checkin-ask-mood =
    Mood today, since you woke?
    0 = worst, 10 = best
checkin-ask-pain =
    Pain today, since you woke?
    0 = none, 10 = worst
checkin-day = { $day }
checkin-day-and-place = { $day } · { $place } of { $of }

checkin-kept = Kept for { $day }
checkin-kept-mood = Mood: { $value } (0 worst, 10 best)
checkin-kept-pain = Pain: { $value } (0 none, 10 worst)
checkin-thanks = Thank you. If a number is not right, tap Change.
checkin-kept-late = Thank you. It came a little late and still counts for that day.

checkin-reminder = Your check-in above is still open. It takes a tap or two. If today is not the day for it, that is all right.
checkin-closed = The check-in for { $day } is closed. No answer is fine too. The next one comes by itself.
checkin-closed-infusion = The check-in for { $day } is closed, for that is an infusion day. The next one comes by itself.
checkin-closed-kept = This check-in is closed. What you answered counts. The next one comes by itself.

checkin-toast-kept = Kept: { $measure } { $value }
checkin-toast-change = You can answer again.
checkin-toast-already = Already kept.
checkin-toast-closed = This check-in is closed. The next one comes by itself.
checkin-toast-over = This check-in is over. A newer one is below.

button-change = Change

measure-mood = mood
measure-pain = pain
