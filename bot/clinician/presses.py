"""What the care team's buttons do. Every one checks the clinic and the role at the door."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.callbacks import Press
from bot.visit import Visit
from care.ladder import Outcome
from care.message import Action, Toast
from db.access import Caller, NotYours
from flow import alert, flag, infuse, items, on_call, report

Step = Callable[[AsyncSession, Caller, UUID, datetime], Awaitable[Toast]]
Pressed = Callable[[Visit, Caller, Press], Awaitable[Toast | None]]


def on_its_subject(step: Step) -> Pressed:
    """A press that does one step with the row that the button names."""

    async def done(visit: Visit, caller: Caller, press: Press) -> Toast:
        return await step(visit.session, caller, press.subject, visit.now)

    return done


async def take_back_infusion(visit: Visit, caller: Caller, press: Press) -> Toast:
    """What was recorded or planned by mistake is taken back, if it is still what stood above the button."""
    return await infuse.take_back(visit.session, caller, press.subject, press.value, visit.now)


async def close_case(visit: Visit, caller: Caller, press: Press) -> Toast:
    """A named clinician closes a safety case with the outcome on the button."""
    outcomes = tuple(Outcome)
    if press.value >= len(outcomes):
        raise NotYours
    return await alert.close(
        visit.session, caller, press.subject, outcomes[press.value], visit.now, press.round
    )


PRESSES: dict[Action, Pressed] = {
    Action.GIVEN: on_its_subject(infuse.confirm),
    Action.NOT_GIVEN: on_its_subject(infuse.refuse_report),
    Action.TAKE_BACK_INFUSION: take_back_infusion,
    Action.ACKNOWLEDGE_FLAG: on_its_subject(flag.acknowledge),
    Action.BOOK_FLAG: on_its_subject(flag.book),
    Action.SNOOZE_FLAG: on_its_subject(flag.snooze),
    Action.CLOSE_FLAG: on_its_subject(flag.close),
    Action.ACKNOWLEDGE_CASE: on_its_subject(alert.acknowledge),
    Action.CLOSE_CASE: on_its_subject(alert.ask_for_outcome),
    Action.CASE_OUTCOME: close_case,
    Action.HAND_BACK_CASE: on_its_subject(alert.hand_back),
    Action.ACKNOWLEDGE_ITEM: on_its_subject(items.acknowledge),
    Action.SNOOZE_ITEM: on_its_subject(items.snooze),
    Action.CLOSE_ITEM: on_its_subject(items.close),
    Action.SHOW_NOTES: on_its_subject(report.show_notes),
    Action.TAKE_CALL: on_its_subject(on_call.take),
    Action.LEAVE_CALL: on_its_subject(on_call.leave),
}
