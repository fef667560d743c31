"""The sentence for what is wrong with a row of customers. Does no I/O."""

from imports.customer_list import CustomerFault


def key_of(why: str) -> str:
    """Return the key of the sentence for a fault."""
    own = why in set(CustomerFault)
    return f"customer_list.row_{why}" if own else f"sheet.row_{why}"
