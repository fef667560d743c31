"""Draws the table of a ticket's life anew into docs/tickets.md."""

from features.ticket_life.drawing import BEGINS, ENDS, drawn
from settings import PROJECT

DOC = PROJECT / "docs" / "tickets.md"


def main() -> None:
    """Replace what is drawn; what people wrote around it stays."""
    text = DOC.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    DOC.write_text(f"{before}{drawn()}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
