"""`outbox`: what lies there, told without its words; sent again, tried again, let go."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Kind, Line, Message
from db import dead_letters, inbox, outbox, outbox_claim, people
from db.dead_letters import WORDS_KEPT
from db.engine import Database
from db.inbox import Arrived
from db.sealing import Sealer
from db.tables import Inbox, Outbox
from tests.bot.command_line import Cli, runner, settings_of
from tests.days import T0

ANA = 1001
BOT = 7000000001

Work = Callable[[AsyncSession], Awaitable[Any]]


class Post:
    """The post of a clinic whose operator types commands; each transaction in a loop of its own, as theirs is."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def does(self, work: Work) -> Any:
        """One transaction."""

        async def once() -> Any:
            database = Database(self._url, Sealer(self._key))
            async with database.writing() as session:
                found = await work(session)
            await database.close()
            return found

        return asyncio.run(once())

    def letter(self, kind: Kind = Kind.REPLY, status: str = "queued", **how: Any) -> str:
        """A letter to Ana, so far on its way; its id."""

        async def post(session: AsyncSession) -> UUID:
            ana = await people.find(session, ANA) or await people.meet(session, ANA, "Ana", "en", T0)
            words = Message(lines=(Line(words="checkin-reminder"),))
            await outbox.post(session, ana.id, kind, words, T0, **how)
            (letter,) = await outbox_claim.claim(session, T0)
            match status:
                case "dead":
                    await outbox.record_dead(session, letter, "Forbidden", T0)
                case "retry":
                    await outbox.record_not_sent(session, letter, "NotSent", T0 + timedelta(minutes=5))
                case "unknown":
                    await outbox.record_unknown(session, letter, "FateUnknown", T0)
                case "sent":
                    await outbox.record_sent(session, letter, 1, T0)
            return letter.id

        return str(self.does(post))

    def update_set_aside(self) -> str:
        """An update that could not be handled; its id."""

        async def arrive(session: AsyncSession) -> None:
            await inbox.keep(session, BOT, [Arrived(12, "chat:1001", {"text": "I sleep badly"})], T0)
            for _ in range(5):
                await inbox.note_failure(session, BOT, 12, "KeyError")
            await inbox.set_aside(session, BOT, 12, "KeyError", T0)

        self.does(arrive)
        return f"{BOT}:12"

    def row(self, letter: str) -> Outbox:
        """How a letter stands."""

        async def look(session: AsyncSession) -> Outbox:
            return (await session.scalars(select(Outbox).where(Outbox.id == UUID(letter)))).one()

        found: Outbox = self.does(look)
        return found


@pytest.fixture
def post(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Post:
    """The post, on each database in turn."""
    return Post(database_url, settings_of(database_url, monkeypatch))


@pytest.fixture
def cli(post: Post, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The operator's hands. It is noon, as when the letters were posted."""
    return runner(capsys)


def test_an_empty_outbox_says_so(cli: Cli) -> None:
    done = cli("outbox")
    assert (done.code, done.out) == (0, "")
    assert "Nothing waits, and nothing was given up or set aside." in done.err


def test_each_letter_that_did_not_arrive_is_told_with_its_reason_and_without_its_words(
    cli: Cli, post: Post
) -> None:
    letters = {status: post.letter(status=status) for status in ("dead", "unknown", "sent", "retry")}
    said = cli("outbox", "--json").json
    assert said["counts"] == {"dead": 1, "retry": 1, "sent": 1, "unknown": 1}
    assert {one["id"]: (one["status"], one["why"]) for one in said["letters"]} == {
        letters["dead"]: ("dead", "Forbidden"),
        letters["unknown"]: ("unknown", "FateUnknown"),
        letters["retry"]: ("retry", "NotSent"),
    }
    lines = cli("outbox", "--status", "retry", "--kind", "reply")
    assert lines.out.split() == [letters["retry"], "retry", "reply", "0", "min", "NotSent"]
    assert "reminder" not in cli("outbox").out


def test_what_has_not_lain_for_long_can_be_left_out(cli: Cli, post: Post) -> None:
    letter = post.letter(status="retry")
    hour_ago = update(Outbox).values(queued_at=T0 - timedelta(hours=1))
    assert cli("outbox", "--older-than", "30").out == ""
    post.does(lambda session: session.execute(hour_ago))
    assert letter in cli("outbox", "--older-than", "30").out


def test_a_dead_letter_is_sent_again_with_its_words(cli: Cli, post: Post) -> None:
    letter = post.letter(status="dead")
    assert cli("outbox", "retry", letter).out == f"Tried again: {letter}\n"
    (again,) = post.does(lambda session: outbox_claim.claim(session, T0 + timedelta(seconds=1)))
    assert (str(again.id), again.message.lines[0].words) == (letter, "checkin-reminder")
    assert again.attempts == 1


def test_a_letter_that_rests_goes_at_once(cli: Cli, post: Post) -> None:
    letter = post.letter(status="retry")
    assert post.does(lambda session: outbox_claim.claim(session, T0 + timedelta(minutes=1))) == []
    assert cli("outbox", "retry", letter).code == 0
    (again,) = post.does(lambda session: outbox_claim.claim(session, T0 + timedelta(minutes=1)))
    assert str(again.id) == letter


@pytest.mark.parametrize(
    ("kind", "status", "how", "said"),
    [
        (Kind.REPLY, "sent", {}, "This letter is `sent`"),
        (Kind.REPLY, "unknown", {}, "This letter is `unknown`"),
        (Kind.PROMPT, "dead", {}, "a question is not asked again after its day"),
        (Kind.REPLY, "dead", {"slot": "checkin:1", "edit": True}, "what an edit would change may stand"),
    ],
)
def test_what_would_do_harm_is_not_sent_again(
    cli: Cli, post: Post, kind: Kind, status: str, how: dict[str, Any], said: str
) -> None:
    letter = post.letter(kind, status, **how)
    done = cli("outbox", "retry", letter, "--json")
    assert done.code == 1
    assert said in done.json["error"]
    assert post.row(letter).status == status


def test_the_words_of_a_dead_letter_stay_for_a_week(cli: Cli, post: Post) -> None:
    letter = post.letter(status="dead")
    almost, over = T0 + WORDS_KEPT - timedelta(seconds=1), T0 + WORDS_KEPT
    assert not post.does(lambda session: dead_letters.let_old_words_go(session, almost))
    assert post.row(letter).message_sealed is not None
    assert post.does(lambda session: dead_letters.let_old_words_go(session, over))
    assert not post.does(lambda session: dead_letters.let_old_words_go(session, over))
    assert post.row(letter).message_sealed is None
    assert "The words of this letter are gone" in cli("outbox", "retry", letter).err


def test_a_letter_that_is_let_go_loses_its_words(cli: Cli, post: Post) -> None:
    dead, waiting = post.letter(status="dead"), post.letter(status="retry")
    for letter in (dead, waiting):
        assert cli("outbox", "let-go", letter, "--json").json == {"let_go": letter}
        assert post.row(letter).message_sealed is None
    assert [post.row(letter).status for letter in (dead, waiting)] == ["dead", "expired"]
    assert "this letter is `expired`" in cli("outbox", "let-go", waiting).err.lower()


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.HELP])
def test_a_call_about_somebody_in_danger_is_not_let_go_while_it_waits(
    cli: Cli, post: Post, kind: Kind
) -> None:
    letter = post.letter(kind, "retry")
    done = cli("outbox", "let-go", letter)
    assert done.code == 1
    assert "somebody in danger" in done.err
    assert post.row(letter).message_sealed is not None


def test_an_update_that_was_set_aside_is_told_and_tried_again(cli: Cli, post: Post) -> None:
    update_id = post.update_set_aside()
    (told,) = cli("outbox", "--json").json["set_aside"]
    assert told == {"id": update_id, "age_seconds": 0, "attempts": 5, "why": "KeyError"}
    assert "sleep badly" not in cli("outbox").out
    assert cli("outbox", "retry", update_id).code == 0
    (waiting,) = post.does(lambda session: inbox.next_in_each_lane(session, BOT))
    assert (waiting.update_id, waiting.attempts, waiting.body) == (12, 0, {"text": "I sleep badly"})
    assert cli("outbox", "retry", update_id).code == 1


def test_an_update_that_is_let_go_is_deleted(cli: Cli, post: Post) -> None:
    update_id = post.update_set_aside()
    assert cli("outbox", "let-go", update_id).code == 0
    left = select(Inbox.update_id).where(Inbox.body_sealed.is_not(None) | (Inbox.status != "done"))
    assert post.does(lambda session: session.scalar(left)) is None
    assert cli("outbox", "--json").json["set_aside"] == []


@pytest.mark.parametrize("which", ["nothing", "1:x", f"{UUID(int=0)}", "1:2"])
@pytest.mark.parametrize("deed", ["retry", "let-go"])
def test_an_id_that_is_not_there_is_said(cli: Cli, deed: str, which: str) -> None:
    done = cli("outbox", deed, which)
    assert done.code == 1
    assert which in done.err
