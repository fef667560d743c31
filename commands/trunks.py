"""`thirdring trunks`: the trunks as they are described, and how each is."""

import json

import click

from commands import context, printing


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def trunks(as_json: bool) -> None:
    """Check `trunks.toml`, and show every trunk and how it is."""
    from features.trunks.states import states  # noqa: PLC0415 (it takes its time to load)
    from tools.errors import SetupError  # noqa: PLC0415
    from trunks import reading  # noqa: PLC0415

    current = context.settings()
    try:
        reading.wanted(current)
        found = states(current)
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=1))
        return
    printing.table(
        ["Trunk", "Where", "State", "Since", "Calls", "Last refusal"],
        [
            [
                one.name,
                f"{one.place} {one.transport}",
                one.state,
                f"{one.since:%Y-%m-%d %H:%M:%S}Z" if one.since else "",
                f"{one.calls}/{one.lines}",
                one.refusal,
            ]
            for one in found
        ],
    )
