"""`thirdring permissions`: what a role may do, and how far; the page of the docs."""

import click

from commands import context, printing
from permissions.roles import Role
from permissions.table import markdown, of_role


@click.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What it may do.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The text of docs/permissions.md.")
def permissions(role: str | None, as_markdown: bool) -> None:
    """Show what a role may do (--role), or everything as a page (--markdown)."""
    if (role is None) is not as_markdown:
        raise context.Refusal("Say one of --role ROLE and --markdown.")
    if role is None:
        click.echo(markdown(), nl=False)
        return
    printing.table(["Verb", "How far"], [list(line) for line in of_role(Role(role))])
