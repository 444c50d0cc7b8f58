"""`export`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.failures import Unusable
from bot.cli.options import AsJson, clinic_id
from flow import export as flow


class Format(StrEnum):
    """How data leaves the house."""

    JSON = "json"
    CSV = "csv"


Clinic = Annotated[str | None, typer.Option("--clinic", metavar="ID", help="All patients of this clinic.")]
Patient = Annotated[str | None, typer.Option("--patient", metavar="CODE", help="Only this patient.")]
Form = Annotated[
    Format,
    typer.Option("--format", help="json: whole courses; csv: a line for each score. There is no FHIR yet."),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to FILE (mode 600), not to standard output."),
]


def export(
    clinic: Clinic = None,
    patient: Patient = None,
    form: Form = Format.JSON,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Write out the data of a clinic or of one patient.

    Codes and numbers only: no names, no free text. The columns of csv:
    code, condition, measure, value, local_date, at, provenance, last_infusion_at.

    \b
    Examples:
      ./tidemark export --patient K7F3Q --format csv -o K7F3Q.csv
      ./tidemark export --clinic 3f0c… > courses.json
    """
    if (clinic is None) == (patient is None):
        raise typer.BadParameter("say whose data: either --clinic ID or --patient CODE.")
    if as_json and form is Format.CSV and output is None:
        raise typer.BadParameter("a table is not one JSON object: name a file by -o, or leave out --json.")

    async def work(desk: Desk) -> Answer:
        pieces = flow.as_csv if form is Format.CSV else flow.as_json
        async with desk.database.reading() as session:
            if clinic is not None:
                patients = await flow.patients_of(session, clinic_id(clinic))
            else:
                patients = await flow.patient_with(session, str(patient))
            with _opened(output) as sink:
                async for piece in pieces(session, patients):
                    sink.write(piece)
        async with desk.database.writing() as session:
            await flow.note_exported(session, patients, desk.now())
        return Answer({"file": str(output), "patients": len(patients)}, [str(output)])

    at_desk(work, as_json=as_json, silent=output is None)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Where the pieces go. A file gets its name when it is whole; a pipe or a terminal is written to as it is."""
    if output is None:
        yield sys.stdout
        return
    whole = output if output.exists() and not output.is_file() else output.with_name(f".{output.name}.part")
    try:
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        if whole != output:
            whole.replace(output)
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        if whole != output:
            whole.unlink(missing_ok=True)
