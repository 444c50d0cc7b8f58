"""People and groups: what they do with their phones."""

from urllib.parse import parse_qs, urlsplit

from demo.telegram.chats import Chat
from demo.telegram.cloud import Cloud
from demo.telegram.entities import bot_commands
from demo.telegram.messages import Message
from demo.telegram.screen import Screen
from demo.telegram.validation import START_PAYLOAD
from demo.telegram.wire import JsonObject

SMALLEST_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


class Group(Screen):
    """A group chat."""

    def __init__(self, cloud: Cloud, chat: Chat) -> None:
        super().__init__(chat)
        self._cloud = cloud
        self.id = chat.id

    @property
    def bot_is_member(self) -> bool:
        return self.chat.open

    async def adds_bot(self, by: "Person") -> None:
        """Somebody adds the bot: my_chat_member."""
        self._membership(by, "left", "member")

    async def removes_bot(self, by: "Person") -> None:
        """Somebody throws the bot out: my_chat_member, and sends give 403."""
        self._membership(by, "member", "kicked")

    def _membership(self, by: "Person", old: str, new: str) -> None:
        self.chat.met, self.chat.open = True, new == "member"
        self.chat.members[by.id] = by.user
        offer_membership(self._cloud, self.chat, by.user, old, new)
        self._cloud.tell("member", self.chat)


class Person(Screen):
    """Somebody with a phone and a private chat with the bot."""

    def __init__(self, cloud: Cloud, chat: Chat, user: JsonObject) -> None:
        super().__init__(chat)
        self._cloud = cloud
        self.user = user
        self.id = chat.id
        self.chat_id = chat.id
        self.first_name = str(user["first_name"])

    @property
    def blocked(self) -> bool:
        """Whether this person has blocked the bot."""
        return self.chat.blocked

    def opens(self) -> None:
        """Marks the chat as started, without an update: for courses that begin in the middle."""
        self.chat.open = True

    async def says(self, text: str, *, reply_to: int | None = None, in_chat: Group | None = None) -> int:
        """Writes a text; returns its message id."""
        commands = bot_commands(text)
        content: JsonObject = {"text": text, "entities": commands} if commands else {"text": text}
        return self._send(content, reply_to=reply_to, in_chat=in_chat)

    async def opens_link(self, link: str) -> int:
        """Opens a deep link of the bot (https://t.me/BOT?start=PAYLOAD) and presses Start.

        Raises ValueError for another bot's link and for a payload that Telegram would not hand on
        (it takes 1 to 64 Latin letters, digits, _ and -).
        """
        parts = urlsplit(link)
        payload = parse_qs(parts.query).get("start", [""])[0]
        if (
            parts.netloc not in ("t.me", "telegram.me")
            or parts.path.strip("/") != self._cloud.bot["username"]
        ):
            raise ValueError(f"{link!r} is not a link to this bot.")
        if payload and not START_PAYLOAD.fullmatch(payload):
            raise ValueError(f"Telegram does not hand on the payload of {link!r}.")
        return await self.says(f"/start {payload}".strip())

    async def edits(self, message_id: int, text: str) -> None:
        """Changes one of this person's own texts: edited_message."""
        message = self.chat.find(message_id)
        if message is None or message.from_bot:
            raise LookupError(f"{self.first_name} has no message {message_id} of their own.")
        commands = bot_commands(text)
        message.change(self._cloud.now(), {"text": text, **({"entities": commands} if commands else {})}, [])
        self._cloud.offer("edited_message", self.chat.wire(message), self.chat)

    async def presses(
        self, label: str, *, message: int | None = None, times: int = 1, in_chat: Group | None = None
    ) -> str:
        """Presses the button with exactly this label on the newest message that shows it, or on `message`.

        `times=2` is a double tap. Returns the last press's query id; raises LookupError if none shows it.
        """
        screen: Screen = in_chat or self
        held = screen.shown(message) if message is not None else screen.newest_with(label)
        button = held.button(label)
        if button.data is None:
            raise LookupError(f"The button {label!r} opens {button.url}; it sends nothing to the bot.")
        self._reach_bot()
        presses = [self._press(screen.chat, held.message_id, button.data) for _ in range(times)]
        return presses[-1]

    async def presses_data(
        self, data: str, *, message: int | None = None, in_chat: Group | None = None
    ) -> str:
        """A forged press: any data, on `message` or on the newest one from the bot. Returns its query id."""
        screen: Screen = in_chat or self
        return self._press(screen.chat, message if message is not None else screen.last.message_id, data)

    async def sends_photo(
        self, data: bytes = SMALLEST_PNG, *, caption: str | None = None, album: str | None = None
    ) -> int:
        """`album`: the `media_group_id` of the album that it is part of."""
        file = self._cloud.keep_file("photos", "photo.png", data, {"width": 1, "height": 1})
        group = {} if album is None else {"media_group_id": album}
        return self._send({"photo": [file.wire()], **group, **_caption(caption)})

    async def sends_document(
        self, data: bytes = b"a file", *, name: str = "file.pdf", caption: str | None = None
    ) -> int:
        file = self._cloud.keep_file("documents", name, data, {"file_name": name})
        return self._send({"document": file.wire(), **_caption(caption)})

    async def sends_voice(self, seconds: int = 3) -> int:
        file = self._cloud.keep_file(
            "voice", "voice.oga", b"OggS", {"duration": seconds, "mime_type": "audio/ogg"}
        )
        return self._send({"voice": file.wire()})

    async def sends(self, **fields: object) -> int:
        """Sends a message with any wire fields: `location={...}`, `contact={...}`, …"""
        return self._send(dict(fields))

    async def blocks(self) -> None:
        """Blocks the bot: my_chat_member, and sends give 403."""
        self.chat.blocked = True
        offer_membership(self._cloud, self.chat, self.user, "member", "kicked")
        self._cloud.tell("blocked", self.chat)

    async def unblocks(self) -> None:
        """Takes the bot back: my_chat_member."""
        self.chat.blocked = False
        offer_membership(self._cloud, self.chat, self.user, "kicked", "member")
        self._cloud.tell("unblocked", self.chat)

    def _send(self, content: JsonObject, *, reply_to: int | None = None, in_chat: Group | None = None) -> int:
        self._reach_bot()
        chat = in_chat.chat if in_chat is not None else self.chat
        chat.members[self.id] = self.user
        if in_chat is None:
            chat.open = True
        self.chat.met = True
        message = self._cloud.write(chat, self.user, content)
        message.reply_to = reply_to
        if chat.open:
            self._cloud.offer("message", chat.wire(message), chat)
        return message.message_id

    def _reach_bot(self) -> None:
        if self.chat.blocked:
            raise RuntimeError(f"{self.first_name} has blocked the bot and must unblock it first.")

    def _press(self, chat: Chat, message_id: int, data: str) -> str:
        press = self._cloud.press(chat)
        query: JsonObject = {
            "id": press.query_id,
            "from": self.user,
            "chat_instance": str(chat.id),
            "data": data,
        }
        message: Message | None = chat.messages.get(message_id)
        if message is not None:
            query["message"] = chat.wire(message)
        self._cloud.offer("callback_query", query, chat)
        return press.query_id


def offer_membership(cloud: Cloud, chat: Chat, by: JsonObject, old: str, new: str) -> None:
    """Queues the my_chat_member update that tells the bot of its own standing in a chat."""

    def standing(status: str) -> JsonObject:
        return {"user": cloud.bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    change: JsonObject = {
        "chat": chat.identity,
        "from": by,
        "date": int(cloud.now().timestamp()),
        "old_chat_member": standing(old),
        "new_chat_member": standing(new),
    }
    cloud.offer("my_chat_member", change, chat)


def _caption(caption: str | None) -> JsonObject:
    return {} if caption is None else {"caption": caption}
