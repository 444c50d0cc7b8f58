### Who is on duty to answer a call for help, as patients read it. A clinician signs these.

# What patients read at consent and in /help.
duty-always = Day and night, someone is on call for this. It may still take time until they answer.
duty-always-not-sure = A call for help may wait for hours, by day and by night, until someone sees it.
duty-hours = Nobody is on duty around the clock. Someone is on duty to answer a call for help ({ $city } time):
duty-at-every_day = • Every day, { $from } to { $until }
duty-whole-every_day = • Every day, day and night
duty-at-day = • { $first }, { $from } to { $until }
duty-whole-day = • { $first }, day and night
duty-at-days = • { $first } to { $last }, { $from } to { $until }
duty-whole-days = • { $first } to { $last }, day and night
duty-hours-not-sure = Even then it may take hours until someone sees it.
duty-hours-else = At all other times a message goes out too, but you cannot count on it being seen.
duty-closed-now = Nobody is on duty now. The clinic opens on { $day } at { $hour }.

weekday-monday = Monday
weekday-tuesday = Tuesday
weekday-wednesday = Wednesday
weekday-thursday = Thursday
weekday-friday = Friday
weekday-saturday = Saturday
weekday-sunday = Sunday

# The second reply to somebody in danger, where "Your team has been alerted" would be too much.
after-page-not-sure = I have sent a message to whoever is on call. I cannot promise that they see it at once.
after-page-closed = Nobody at your clinic is on duty now. It opens on { $day } at { $hour }.
after-page-closed-sent = I have sent a message to whoever is on call, but they may not see it before then.
