"""The floor: a Typer app that imports the packages that the core is made of, and does nothing."""

import pydantic
import typer

pydantic.BaseModel  # noqa: B018  as every program with a model pays for it
app = typer.Typer()


@app.command()
def status() -> None:
    """Do nothing."""


@app.command()
def other() -> None:
    """Do nothing either; with one command there would be no names to choose from."""


app()
