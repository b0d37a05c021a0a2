"""Messages that anybody's system posts: signed JSON, in our message format or mapped to it."""
