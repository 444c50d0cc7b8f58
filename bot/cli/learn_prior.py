"""`learn-prior`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, Clinic, clinic_id
from bot.cli.prior_table import facts_of, lines_of, name_of, study_facts
from care.own_prior import Decision, Population, Study
from flow import own_priors

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be kept, and keep nothing.")]
Forget = Annotated[bool, typer.Option("--forget", help="Go back to the literature, as a new version.")]


def learn_prior(
    clinic: Clinic, dry_run: DryRun = False, forget: Forget = False, as_json: AsJson = False
) -> None:
    """Learn what a clinic's own patients say of all its patients.

    The published numbers with which each forecast begins are estimated anew, shrunk to the literature. They are
    kept, as a new version, where they foretell patients who were held out better than those in use; then every
    forecast is made anew. Takes ten patients with two weeks of answers, and up to some minutes.

    \b
    Examples:
      ./tidemark learn-prior --clinic 3f0c… --dry-run
      ./tidemark learn-prior --clinic 3f0c…
    """
    if dry_run and forget:
        raise typer.BadParameter("nothing is learnt by --forget: leave out --dry-run.", param_hint="--forget")

    async def learn(desk: Desk) -> Answer:
        async with desk.database.reading() as session:
            before = await own_priors.standing(session, clinic_id(clinic), desk.now())
        found = await asyncio.to_thread(before.learnt, desk.now())
        kept: Mapping[Population, int] = {}
        if not dry_run:
            async with desk.database.writing() as session:
                kept = await own_priors.keep(session, before, found, desk.now())
        return _answer(found, before.versions, kept, dry_run=dry_run)

    async def back(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            versions = await own_priors.forget(session, clinic_id(clinic), desk.now())
        said = [
            f"{name_of(one)}: back to the literature, as version {number}."
            for one, number in versions.items()
        ]
        return Answer(
            {"forgotten": [{**facts_of(one), "version": number} for one, number in versions.items()]},
            said or ["Nothing to forget: the literature is in use."],
        )

    at_desk(back if forget else learn, as_json=as_json)


def _answer(
    found: Sequence[Study],
    versions: Mapping[Population, int],
    kept: Mapping[Population, int],
    *,
    dry_run: bool,
) -> Answer:
    lines: list[str] = []
    for study in found:
        lines += [*lines_of(study, versions, kept), ""]
    facts = [study_facts(study, kept) for study in found]
    remarks = [] if found else ["No patient has had an infusion yet: there is nothing to learn from."]
    would = any(study.decision is Decision.KEPT for study in found)
    if dry_run and would:
        remarks.append("Nothing was kept: leave out --dry-run to keep what is better.")
    return Answer({"dry_run": dry_run, "priors": facts}, lines[:-1], remarks)
