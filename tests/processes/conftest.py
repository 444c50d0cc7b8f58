"""What tests of whole processes may ask for."""

from tests.service import telegram as telegram
