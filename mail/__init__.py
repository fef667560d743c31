"""Mail: reads letters that strangers send, fetches them (IMAP), sends ours (SMTP), keeps files."""
