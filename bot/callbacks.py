"""What is inside a button's `callback_data`: 20 bytes, sealed for the one chat that may press it."""

import struct
from dataclasses import dataclass
from uuid import UUID

from care.message import Action, Button
from db.sealing import Sealer

LAYOUT = struct.Struct(">BBH16s")
"""Action, value, round, subject."""
ACTIONS = tuple(Action)


@dataclass(frozen=True)
class Press:
    """A press of a button: what is to be done (`action`) with which row (`subject`)."""

    action: Action
    subject: UUID
    value: int
    round: int
    message_id: int | None = None
    """The message under which the button stands; Telegram says it, not the button."""


def pack(button: Button) -> bytes:
    """The button in 20 bytes."""
    return LAYOUT.pack(ACTIONS.index(button.action), button.value, button.round, button.subject.bytes)


def unpack(payload: bytes) -> Press | None:
    """The press of a packed button; None for what this version did not pack."""
    if len(payload) != LAYOUT.size:
        return None
    action, value, round, subject = LAYOUT.unpack(payload)
    if action >= len(ACTIONS):
        return None
    return Press(ACTIONS[action], UUID(bytes=subject), value, round)


def sealed(button: Button, sealer: Sealer, chat_id: int) -> str:
    """Opaque `callback_data` (at most 64 bytes) that opens only for the owner of this private chat."""
    return sealer.seal_button(pack(button), owner=str(chat_id))


def opened(data: str, sealer: Sealer, chat_id: int) -> Press | None:
    """The press, or None when the data was forged, garbled, or made for somebody else."""
    payload = sealer.open_button(data, owner=str(chat_id))
    return None if payload is None else unpack(payload)
