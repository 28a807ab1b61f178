"""The steps by which a store's tables came to be as they are, oldest first, in the folder ``versions``."""
