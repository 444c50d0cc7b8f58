### Who is on call and when that changes, as staff read it: roles and numbers, no names.

on-call-by-role = Nobody has a shift now, so everyone with the role “on call” is paged.
on-call-you-until = You are one of them, until { $day } at { $hour }.
on-call-second = Called as well if nobody answers: { $count } × { $role }
on-call-next = Next change: { $day } at { $hour }.
on-call-no-change = No change is planned.

rota-comes = You are on call from { $day } at { $hour } until { $end_day } at { $end_hour }.
rota-comes-second = You are second on call from { $day } at { $hour } until { $end_day } at { $end_hour }.
rota-begins = You are on call now, until { $end_day } at { $end_hour }.
rota-begins-second = You are second on call now, until { $end_day } at { $end_hour }.
rota-begins-what = When a patient may be in danger, a page comes into this chat: tap Acknowledge when you take it.
rota-ends = Your time on call is over.
rota-ends-second = Your time as second on call is over.
rota-now = Paged first from now on: { $count } × { $role }
rota-left = A colleague has gone off call, so you are on call now.
rota-removed = Your time on call from { $day } at { $hour } was taken off the rota.

button-take-call = I am on call now
button-leave-call = I am off call

call-toast-taken = You are on call now.
call-toast-taken-already = You are on call already.
call-toast-left = Your shift is over. Above stands who is paged now.
call-toast-left-already = You have no shift now.

refused-leave-call = Nobody else would be on call. Please let a colleague take the call first, with /oncall.
refused-shift-ends-first = A shift ends after it begins.
refused-shift-past = That shift is over already. Please check the day.
refused-shift-too-long = A shift lasts { $days } days at most. Please check the month.
refused-shift-known = They have a shift at that time already: { $day_with_year } at { $hour }.
refused-shift-viewer = A viewer is never paged, and so has no shift.
refused-unknown-shift = There is no shift with the id { $id }. `./tidemark oncall list --clinic ID` shows them.
