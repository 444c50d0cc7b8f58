"""A patient's side of the chat: commands, presses, and their own words."""

from bot.patient.commands import COMMANDS as COMMANDS
from bot.patient.commands import takes_words as takes_words
from bot.patient.presses import PRESSES as PRESSES
from bot.patient.words import said as said
from bot.patient.words import said_beside as said_beside
