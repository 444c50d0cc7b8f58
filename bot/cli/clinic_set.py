"""`clinic set`: a clinic's settings, changed and shown, with what its patients read of them."""

from dataclasses import asdict
from datetime import time
from typing import Annotated

import typer

from bot.cli.answers import Answer
from bot.cli.clinic import refuse_emergency_text, refuse_language, refuse_name
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, Clinic, clinic_id, email, hour, usage, weekdays, zone
from bot.say import FALLBACK, say_line
from care.duty import EVERY_DAY, Duty
from care.ladder import Delays
from care.messages.duty import standing
from db import clinics, glance
from db.glance import ClinicSettings
from flow import clinic as settings
from flow import duty
from flow.clinic import Changes

NOBODY = "Nobody who could answer a page has joined: `./tidemark invite clinician --help`."
ALWAYS = ",".join(map(str, sorted(EVERY_DAY)))

Name = Annotated[str | None, typer.Option("--name", help="What patients know the clinic by.")]
Zone = Annotated[str | None, typer.Option("--timezone", metavar="TZ", help="IANA zone, like Europe/Berlin.")]
DigestAt = Annotated[
    str | None, typer.Option("--digest-at", metavar="HH:MM", help="The daily digest, local.")
]
CheckinAt = Annotated[
    str | None,
    typer.Option("--checkin-at", metavar="HH:MM", help="When patients invited from now on are asked."),
]
Language = Annotated[str | None, typer.Option(help="Language of its people: so far only en.")]
EmergencyText = Annotated[
    str | None, typer.Option(help='The clinic\'s own words for emergencies; "" for none.')
]
PagedFrom = Annotated[
    str | None, typer.Option("--paged-from", metavar="HH:MM", help="From when somebody is on duty, local.")
]
PagedUntil = Annotated[
    str | None, typer.Option("--paged-until", metavar="HH:MM", help="Until when; the next day if earlier.")
]
PagedWeekdays = Annotated[
    str | None, typer.Option("--paged-weekdays", metavar="DAYS", help="On which days: 1-5 (Monday is 1).")
]
PagedAlways = Annotated[bool, typer.Option("--paged-always", help="Somebody is on duty around the clock.")]
Ladder = Annotated[
    str | None,
    typer.Option(
        "--ladder", metavar="MINUTES", help="Page again, the second, everybody, tell the patient; repeat."
    ),
]
AlertEmail = Annotated[
    str | None, typer.Option("--alert-email", metavar="A", help='Where a case calls by e-mail; "" for none.')
]


def set_clinic(
    clinic: Clinic,
    name: Name = None,
    timezone: Zone = None,
    digest_at: DigestAt = None,
    checkin_at: CheckinAt = None,
    language: Language = None,
    emergency_text: EmergencyText = None,
    paged_from: PagedFrom = None,
    paged_until: PagedUntil = None,
    paged_weekdays: PagedWeekdays = None,
    paged_always: PagedAlways = False,
    ladder: Ladder = None,
    alert_email: AlertEmail = None,
    as_json: AsJson = False,
) -> None:
    """Change a clinic's settings, and show them with what patients read of its duty hours.

    Whoever is on call is paged at every hour. The duty hours decide what patients are told.

    \b
    Example:
      ./tidemark clinic set --clinic ID --paged-from 08:00 --paged-until 18:00 --paged-weekdays 1-5
    """
    changes = _duty_hours(paged_from, paged_until, paged_weekdays, always=paged_always)
    if name is not None:
        refuse_name(name, "--name")
        changes["name"] = name.strip()
    if timezone is not None:
        changes["timezone"] = zone(timezone, "--timezone")
    if digest_at is not None:
        changes["digest_at"] = hour(digest_at, "--digest-at")
    if checkin_at is not None:
        changes["checkin_at"] = hour(checkin_at, "--checkin-at")
    if language is not None:
        refuse_language(language)
        changes["language"] = language
    if emergency_text is not None:
        refuse_emergency_text(emergency_text)
        changes["emergency_text"] = emergency_text or None
    if ladder is not None:
        with usage("--ladder"):
            changes["ladder_minutes"] = str(Delays.of(ladder))
    if alert_email is not None:
        changes["alert_email"] = email(alert_email, "--alert-email") if alert_email else None

    async def work(desk: Desk) -> Answer:
        desk.database.ways = frozenset(desk.settings.ways())
        async with desk.database.writing() as session:
            await settings.change(session, clinic_id(clinic), changes, desk.now())
            row = await clinics.clinic_of(session, clinic_id(clinic))
            stands = await glance.settings_of(session, row.id)
            return _answer(stands, await duty.of_clinic(session, row, desk.now()))

    at_desk(work, as_json=as_json)


def _duty_hours(first: str | None, last: str | None, days: str | None, *, always: bool) -> Changes:
    if always and (first or last or days):
        raise typer.BadParameter("either around the clock or at some hours.", param_hint="--paged-always")
    if always:
        return {"paged_from": None, "paged_until": None, "paged_weekdays": ALWAYS}
    changes: Changes = {}
    if first is not None or last is not None:
        if first is None or last is None:
            raise typer.BadParameter("is needed with the other one.", param_hint="--paged-from/--paged-until")
        changes["paged_from"], changes["paged_until"] = (
            hour(first, "--paged-from"),
            hour(last, "--paged-until"),
        )
        if changes["paged_from"] == changes["paged_until"]:
            raise typer.BadParameter(
                "must differ from --paged-from; for whole days give only --paged-weekdays.",
                param_hint="--paged-until",
            )
    if days is not None:
        changes["paged_weekdays"] = ",".join(map(str, weekdays(days, "--paged-weekdays")))
    return changes


def _answer(clinic: ClinicSettings, standing_now: Duty) -> Answer:
    read = [say_line(line, FALLBACK) for line in standing(standing_now)]
    facts = {name: _written(value) for name, value in asdict(clinic).items()}
    lines = [
        f"{name.replace('_', ' ')}: {'none' if value is None else value}" for name, value in facts.items()
    ]
    return Answer(
        {**facts, "responders": standing_now.responders, "patients_read": read},
        [*lines, *(["", "Patients read:", *read] if read else [])],
        [] if read else [NOBODY],
    )


def _written(value: object) -> str | None:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return None if value is None else str(value)
