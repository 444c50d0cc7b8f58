"""answerCallbackQuery: the short answer to a press."""

from demo.telegram.asked import Asked
from demo.telegram.chats import Alert
from demo.telegram.cloud import Cloud
from demo.telegram.entities import utf16_length
from demo.telegram.validation import MAX_CALLBACK_ANSWER
from demo.telegram.wire import bad_request

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(cloud: Cloud, asked: Asked) -> object:
    """Each press is answered once, and in time where a lifetime is set."""
    text = asked.text("text")
    if utf16_length(text) > MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press = cloud.presses.pop(asked.text("callback_query_id"), None)
    if press is None:
        raise bad_request(TOO_OLD)
    if cloud.query_lifetime is not None and cloud.now() - press.at > cloud.query_lifetime:
        raise bad_request(TOO_OLD)
    press.chat.alerts.append(Alert(press.query_id, text, asked.flag("show_alert")))
    cloud.tell("alert", press.chat)
    return True
