"""Measure the floor: a Typer app that imports the packages that were given, and does nothing. A later `status` is below it: it does without pydantic."""

import pydantic
import rich.console
import rich.table
import typer

# Named, since pydantic loads its exports on first use; every program with a model pays for that.
needed = (pydantic.BaseModel, rich.console.Console, rich.table.Table)
app = typer.Typer()


@app.command()
def status() -> None:
    """Do nothing."""


@app.command()
def other() -> None:
    """Do nothing; with a single command Typer would not parse a command's name."""


app()
