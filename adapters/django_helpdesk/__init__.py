"""django-helpdesk as a target, through its REST interface: tickets and follow-ups; it has no persons."""
