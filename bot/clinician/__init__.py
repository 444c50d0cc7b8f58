"""The care team's side of the chat: commands and presses."""

from bot.clinician.commands import COMMANDS as COMMANDS
from bot.clinician.presses import PRESSES as PRESSES
