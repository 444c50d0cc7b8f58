### What is for the team and no emergency: items, and the questions that lead to them. A clinician signs these.

item-opened = { $code }: { $sign }
item-urgent = { $code }: { $sign }. Please look soon.
item-acknowledged = { $code }: { $sign } · acknowledged
item-snoozed = { $code }: { $sign } · snoozed
item-closed = { $code }: { $sign } · closed
item-within =
    { $hours ->
        [one] To be seen within { $hours } hour.
       *[other] To be seen within { $hours } hours.
    }
item-toast-acknowledged = Acknowledged. It is yours now.
item-toast-snoozed = Snoozed for two days.
item-toast-closed = Closed.

sign-call_me = asks to be called
sign-wearing_off = says the benefit is wearing off
sign-silence = is silent, and did not reply when asked
sign-unreachable = can no longer be reached here
sign-pain = pain far above their usual
sign-mood_high = mood far above their usual for two days
sign-item_nine = thoughts of being better off dead, without plan or intent
sign-breathing = writes of chest pain or trouble breathing
sign-weakness = writes of new weakness, loss of control, or swelling with fever
sign-hallucination = writes of hearing or seeing what is not there
sign-bladder = writes of bladder pain or blood in the urine
sign-pregnancy = writes of a pregnancy
sign-doses = writes of extra, doubled or bought doses

item-passed-on-call = I have told your team that you would like a call.
item-passed-on-wearing = Thank you for telling us. I have told your team that it is wearing off.
item-read-today = Your team reads this today, while the clinic is open.
item-not-emergency = If it cannot wait, call the clinic. If you are in danger, send /helpnow.

inquiry-low_mood = That sounds like a hard day. Would you like help now?
inquiry-silence = I have not heard from you for a while. No need to explain. How should we go on?
inquiry-high_mood-sleep = Your mood is much higher than usual. Are you sleeping much less than usual, without being tired?
inquiry-high_mood-energy = Do you have far more energy than usual, or do your thoughts race?
inquiry-high_mood-spending = Have you spent money, or taken risks, in a way that is not like you?
inquiry-item9-plan = Do you have a plan to hurt yourself or end your life?
inquiry-item9-intent = Do you intend to act on these thoughts?
inquiry-item9-tonight = Might you act on them tonight?
inquiry-place = { $place } of { $of }
inquiry-over-nothing = Thank you for telling me.
inquiry-over-item = Thank you. Your team will see this.
inquiry-over-case = Thank you for telling me. Please read the message below.
inquiry-over-pause = All right. I ask nothing until you send /resume.
inquiry-lapsed = This question is over. You can write to your team at any time.
inquiry-toast-already = I have your answer already.

button-need-help = I need help now
button-not-now = Not now, thanks
button-fine = I'm fine
button-call-me = Call me
button-pause = Pause
button-yes = Yes
button-no = No
button-wearing-off = It's wearing off

digest-item = { $code }: { $sign }. { $days ->
        [0] New
        [one] Waits { $days } day
       *[other] Waits { $days } days
    }, taken by: { $owner }.
digest-more-items =
    { $count ->
        [one] … and { $count } more item.
       *[other] … and { $count } more items.
    }

command-callme = Ask for a call
command-wearingoff = It's wearing off

items-title =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
