"""What an alarm is: something that whoever runs the service must mend; and when it is one."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

LAG_SECONDS = 300.0
"""How long a question, a reminder or a day's end may be overdue: five minutes, by this house's own promise."""
SILENT_SECONDS = {"updates": 180.0, "bell": 180.0, "writer": 30.0}
"""How long a part may give no sign of life. With a look each twenty seconds the alarm is out within four minutes, and
within one where nothing can be written. A poll is held for forty seconds, and one that is lost for fifty."""
FULL_SECONDS = {"updates": 100.0, "bell": 60.0}
"""How fresh both must be for a full round: a poll that has nothing to give takes forty seconds, and may fail once."""
REFUSED_SECONDS = 60.0
"""For how long a token may be refused, or another service be met, before it is no passing trouble: a rolling change of
two processes is over in ten seconds."""
POST_SECONDS = 180.0
"""How long a page, a reply or an alarm may wait to leave."""
BULK_SECONDS = 3600.0
"""How long anything else may: at 28 messages a second that is a hundred thousand in front of it."""
COUNTED = timedelta(days=1)
"""Over which time letters that died and updates that were set aside are counted."""
STALE = timedelta(minutes=1)
"""What no look has found for so long is over."""
LEAST_BYTES = 512 * 2**20
ENOUGH_BYTES = 5 * 2**30
LEAST_SHARE = 0.05
"""A disk is nearly full under 512 MiB, and under 5 % of it; 5 GiB are enough on any."""


class AlarmKind(StrEnum):
    """What is wrong; docs/alarms.md says what to do about each."""

    BLOCKED = "blocked"
    """A member of staff has blocked the bot."""
    UPDATES = "updates"
    """No answer to a poll."""
    BELL = "bell"
    """Nobody looks at what is due."""
    WRITER = "writer"
    """The database takes nothing."""
    POST = "post"
    """Letters do not leave."""
    LAG = "lag"
    """Patients are asked too late."""
    DEAD = "dead"
    """Letters were refused or could not be read; not those to somebody who has blocked the bot."""
    SET_ASIDE = "set_aside"
    """Updates could not be handled."""
    DISK = "disk"
    BACKUP = "backup"
    """A backup has failed, or is overdue."""
    EAR = "ear"
    """Words of danger are found by the rules alone."""
    UNREAD = "unread"
    """Messages of patients that nobody has read for a working day."""
    CALLS = "calls"
    """E-mails or webhooks that a case waits are not taken."""
    RIVAL = "rival"
    """Another service uses the token."""
    TOKEN = "token"  # noqa: S105  # a word, not a token
    """Telegram refuses the token."""


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong now.

    `number`: how many, or how many minutes or mebibytes; the words of its kind say which. `subject`: whom it is about,
    where there may be several of a kind.
    """

    kind: AlarmKind
    number: int = 0
    subject: str = ""
    clinic_id: UUID | None = None
    """Whose admins are told; None: those of every clinic."""

    @property
    def key(self) -> str:
        """Under which it is one and the same alarm."""
        return f"{self.kind}:{self.subject}" if self.subject else self.kind.value


WATCHED = frozenset(AlarmKind) - {AlarmKind.BLOCKED, AlarmKind.BACKUP, AlarmKind.CALLS}
"""What each look finds anew, or does not: then it is over. The others are ended by whoever sees that they are."""
PAST_THE_OUTBOX = frozenset({AlarmKind.WRITER, AlarmKind.POST})
"""What would lie in the outbox with everything else: said past it, to the admins whom the last good look has seen."""
UNSAYABLE = frozenset({AlarmKind.TOKEN})
"""What Telegram would carry to nobody: the log, `/readyz` and the metrics say it."""
STEPS_THAT_LAG = ("ask", "remind", "close")
"""Steps whose delay patients feel. Forecasts may take a night, and digests wait for them."""

_SOON, _DAILY = timedelta(hours=1), timedelta(days=1)
TOLD_AGAIN_AFTER = {
    AlarmKind.BLOCKED: _DAILY,
    AlarmKind.UPDATES: _SOON,
    AlarmKind.BELL: _SOON,
    AlarmKind.WRITER: _SOON,
    AlarmKind.POST: _SOON,
    AlarmKind.LAG: _SOON,
    AlarmKind.DEAD: _DAILY,
    AlarmKind.SET_ASIDE: _DAILY,
    AlarmKind.DISK: _DAILY,
    AlarmKind.BACKUP: _DAILY,
    AlarmKind.EAR: _DAILY,
    AlarmKind.UNREAD: _DAILY,
    AlarmKind.CALLS: _SOON,
    AlarmKind.RIVAL: _SOON,
    AlarmKind.TOKEN: _SOON,
}
"""When what still stands is told again: soon where patients are not served meanwhile, else once a day."""


def is_nearly_full(free: int, size: int) -> bool:
    """Whether a disk of `size` bytes with `free` ones left needs somebody."""
    return free < min(max(LEAST_BYTES, LEAST_SHARE * size), ENOUGH_BYTES)
