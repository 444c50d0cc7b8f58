"""A stand-in for Telegram's Bot API: spoken to over HTTP by an unchanged client, driven by made-up people."""

from demo.telegram.asked import Upload
from demo.telegram.chats import Alert
from demo.telegram.cloud import Change
from demo.telegram.faults import Fault, Faults
from demo.telegram.limits import Limits
from demo.telegram.log import Request, RequestLog
from demo.telegram.messages import Button, SeenMessage
from demo.telegram.options import DEFAULT_TOKEN, Options
from demo.telegram.people import Group, Person
from demo.telegram.pulse import NotSeen
from demo.telegram.standin import StandIn
from demo.telegram.wire import Dropped, Reply

__all__ = [
    "DEFAULT_TOKEN",
    "Alert",
    "Button",
    "Change",
    "Dropped",
    "Fault",
    "Faults",
    "Group",
    "Limits",
    "NotSeen",
    "Options",
    "Person",
    "Reply",
    "Request",
    "RequestLog",
    "SeenMessage",
    "StandIn",
    "Upload",
]
