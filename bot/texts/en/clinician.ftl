### Notes, invitations, and what staff are told about their presses.

notes-title = Notes of { $code }
notes-title-part = Notes of { $code } ({ $number } of { $of })
notes-entry = { $day }: { $text }
notes-entry-goes-on = { $text }
notes-toast-shown = The notes are below. It is recorded that you read them.
notes-none = No notes.

note-kept = Thank you. Your words are kept, and your team will read them.
note-read-on = The clinic is closed now. Your team reads this on { $day }.
note-kept-wordless = Thank you. I cannot read pictures, voice or stickers. Your team sees that you sent one, and a person will look into it. If it matters, please write it in words too.
note-beside-caption = I cannot read what you sent with your words. Your team sees your words, and a person will look into it.

invite-patient = Link for patient { $code }. Give it to this patient only. It works once, for 14 days:
invite-staff = Link for one { $role }. It works once, for 72 hours:
invite-link = { $link }

text-cut = The rest does not fit into one message.
text-missing = Something is wrong with this text. Please tell your clinic.

on-call-title =
    { $count ->
        [one] One person is paged when a patient is in danger.
       *[other] { $count } people are paged when a patient is in danger.
    }
on-call-role = { $count } × { $role }
on-call-you = You are one of them.
on-call-not-you = You are not one of them.
on-call-by-default = Nobody has the role “on call”, so every clinician and admin is paged.
on-call-nobody = Nobody would be paged.
on-call-nobody-means = A patient in danger gets the emergency numbers and reads that the clinic could not be reached. Invite somebody as on_call.

notes-taken-out = { $code }: these notes were taken out of the chat after 24 hours. The patient's card (/patient { $code }) shows them again.
