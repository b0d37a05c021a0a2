"""Request Tracker 5 as a target, through its REST2 interface."""
