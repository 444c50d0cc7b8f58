### Words to a person in danger, and the call to whoever is on call. A clinician signs these.

# At most 600 characters, reading grade 6 or lower. It must work without anything else.
help-now-static =
    I am a program, not a person. If you are in danger or may hurt yourself, please reach a person now:

    • Call 911, or your local emergency number.
    • In the US, call or text 988, day or night. For Spanish press 2, or text AYUDA.
    • Be with someone. Call a friend, or go where people are.
    • Move away from things you could use to hurt yourself.

    You do not have to get through this alone.

after-page-alerted = Your team has been alerted.
after-page-not-reached = I could not reach your clinic.
after-page-clinic = Your clinic says: { $text }
after-page-numbers = Please do not wait for an answer here. Call or text 988 (US), or call 911 or your local emergency number.

page-first = { $code } may be in danger. Please act now.
page-again = Again: { $code } may be in danger. Please act now.
# A page that may have come before: the same sign, not a new one.
page-repeat = (repeat)
page-source = Sign: { $source }
page-source-text = a message
page-source-helpnow = the help command
page-source-low_mood = the help button under a low mood
page-source-item9 = the answer to a question about self-harm
page-act = Tap Acknowledge when you take it, then reach the patient.
page-acknowledged = { $code }: taken ({ $role }).
page-close-when-done = The case stays open until you tap Close.
page-closed = { $code }: the case is closed ({ $role }). How it ended: { $outcome }.

case-toast-acknowledged = You have taken it. Please reach the patient now.
case-toast-taken = Somebody has taken it already.
case-toast-closed = The case is closed.
case-toast-closed-already = The case was closed already.

button-acknowledge = Acknowledge
button-close = Close
