### Alarms to whoever runs the service: what is wrong, then what to do. No patient, no name, nothing of a chat.

alarm-blocked-title = A colleague cannot be reached
alarm-blocked = The { $role } who joined on { $day } has blocked this bot or deleted the chat. No page, flag or digest reaches them. Pages go to the others.
alarm-blocked-do = Ask them to open this chat and press Start. If they have left the clinic, revoke their role.

alarm-updates-title = Telegram brings nothing in
alarm-updates =
    { $number ->
        [one] For { $number } minute Telegram has not been heard.
       *[other] For { $number } minutes Telegram has not been heard.
    } What patients write waits at Telegram, calls for help too.
alarm-updates-do = Look whether the server reaches Telegram, and with a webhook Telegram the server; then restart the service. Nothing is lost for 24 hours.

alarm-bell-title = Nobody looks at what is due
alarm-bell =
    { $number ->
        [one] For { $number } minute the bell has not rung.
       *[other] For { $number } minutes the bell has not rung.
    } No question, reminder, flag or digest is made.
alarm-bell-do = Restart the service and keep its log. What is overdue is then done at once.

alarm-writer-title = The database takes nothing
alarm-writer = Nothing can be saved. Patients read that it was not saved. Whoever calls for help still gets the emergency numbers; nobody is paged.
alarm-writer-do = Look at the server now: is the disk full, does the database run? Until it is mended, please reach patients by telephone.

alarm-post-title = Messages do not leave
alarm-post =
    { $number ->
        [one] The oldest has waited for { $number } minute.
       *[other] The oldest has waited for { $number } minutes.
    } Pages may be among them.
alarm-post-do = Restart the service and keep its log. Until then, please look at the caseload by yourself.

alarm-lag-title = Patients are asked too late
alarm-lag =
    { $number ->
        [one] What is due has been waiting for { $number } minute.
       *[other] What is due has been waiting for { $number } minutes.
    }
alarm-lag-do = Is the server busy, or its log full of one error? What is overdue is made up for by itself.

alarm-dead-title = Messages could not be delivered
alarm-dead =
    { $number ->
        [one] { $number } message of the last 24 hours was refused by Telegram or could not be read.
       *[other] { $number } messages of the last 24 hours were refused by Telegram or could not be read.
    } Chats that have blocked the bot do not count.
alarm-dead-do = The log names each (letter_given_up, letter_not_readable) with its reason. A changed data key is one.

alarm-set_aside-title = Updates could not be handled
alarm-set_aside =
    { $number ->
        [one] { $number } update of the last 24 hours was set aside. Whoever sent it was told that it was not saved.
       *[other] { $number } updates of the last 24 hours were set aside. Whoever sent them was told that they were not saved.
    }
alarm-set_aside-do = The log names each (update_set_aside) with its reason. Please send that line to whoever maintains Tidemark.

alarm-disk-title = The disk is nearly full
alarm-disk = { $number } MiB are left. On a full disk nothing can be saved.
alarm-disk-do = Remove old safety copies or logs, or get a larger disk. Never remove the database or what lies beside it.

alarm-backup-title = There is no fresh backup
alarm-backup =
    { $number ->
        [0] The last backup has failed.
        [one] The last backup that went well is { $number } hour old.
       *[other] The last backup that went well is { $number } hours old.
    }
alarm-backup-do = The log says why. Make one by hand with: ./tidemark db backup

alarm-ear-title = Words of danger are found by the rules alone
alarm-ear = The sentence encoder could not be loaded, failed, or was slow. More messages of danger than usual may be missed.
alarm-ear-do = Read the notes more often than usual. The log says why (second_ear_deaf); restart, and look at memory and CPU.

alarm-unread-title = Messages of patients are not read
alarm-unread =
    { $number ->
        [one] One patient's messages have waited for a working day or longer.
       *[other] Messages of { $number } patients have waited for a working day or longer.
    }
alarm-unread-do = The digest names the codes. Whoever reads them taps Notes.

alarm-calls-title = A call by e-mail or webhook was not taken
alarm-calls = A safety case waits, and the other way to call somebody failed five times. Pages in Telegram go on.
alarm-calls-do = The log says why (call_not_taken). Look at TIDEMARK_SMTP_URL, TIDEMARK_ALERT_WEBHOOK_URL and the clinic's address.

alarm-rival-title = Two services use one token
alarm-rival = Another program asks Telegram for this bot's updates. Each update reaches one of the two only.
alarm-rival-do = Stop one of them, or get it a token of its own from @BotFather.

alarm-token-title = Telegram refuses the bot's token
alarm-token = Nothing comes in and nothing leaves.
alarm-token-do = Copy the token anew from @BotFather into the settings, and restart.

alarm-still-minutes =
    { $number ->
        [one] Still so, after { $number } minute.
       *[other] Still so, after { $number } minutes.
    }
alarm-still-hours =
    { $number ->
        [one] Still so, after { $number } hour.
       *[other] Still so, after { $number } hours.
    }
alarm-over = Over: { $what }.
alarm-lasted-minutes =
    { $number ->
        [one] It lasted { $number } minute.
       *[other] It lasted { $number } minutes.
    }
alarm-lasted-hours =
    { $number ->
        [one] It lasted { $number } hour.
       *[other] It lasted { $number } hours.
    }
