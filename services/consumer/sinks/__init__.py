"""Where alerts go besides the screen: a spool folder, a webhook, a mail that says that something waits."""
