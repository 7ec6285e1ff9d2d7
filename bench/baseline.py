"""The floor: a Typer app that imports the packages that `status` needs, and does nothing."""

import pydantic
import rich.console
import rich.table
import typer

# Named, since pydantic loads on first use what it exports; a program with a model pays for it.
needed = (pydantic.BaseModel, rich.console.Console, rich.table.Table)
app = typer.Typer()


@app.command()
def status() -> None:
    """Do nothing."""


@app.command()
def other() -> None:
    """Do nothing either; with one command there would be no names to choose from."""


app()
