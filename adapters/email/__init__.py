"""E-mail: mailboxes are read by IMAP, answers go by SMTP, and their copies stand in the folder of sent mail."""
