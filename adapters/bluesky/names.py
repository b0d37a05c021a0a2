"""Words of the AT Protocol: methods, collections, types. Source: the lexicons of bluesky-social/atproto."""

from __future__ import annotations

NETWORK = "bluesky"

CREATE_SESSION = "com.atproto.server.createSession"
REFRESH_SESSION = "com.atproto.server.refreshSession"
GET_SESSION = "com.atproto.server.getSession"
RESOLVE_HANDLE = "com.atproto.identity.resolveHandle"
GET_RECORD = "com.atproto.repo.getRecord"
PUT_RECORD = "com.atproto.repo.putRecord"
DELETE_RECORD = "com.atproto.repo.deleteRecord"
UPLOAD_BLOB = "com.atproto.repo.uploadBlob"

NOTIFICATIONS = "app.bsky.notification.listNotifications"
AUTHOR_FEED = "app.bsky.feed.getAuthorFeed"
SEARCH = "app.bsky.feed.searchPosts"
POSTS = "app.bsky.feed.getPosts"
THREAD = "app.bsky.feed.getPostThread"
PROFILES = "app.bsky.actor.getProfiles"

CHAT_LOG = "chat.bsky.convo.getLog"
CONVOS = "chat.bsky.convo.listConvos"
CONVO = "chat.bsky.convo.getConvo"
CONVO_FOR = "chat.bsky.convo.getConvoForMembers"
CHAT_MESSAGES = "chat.bsky.convo.getMessages"
ACCEPT_CONVO = "chat.bsky.convo.acceptConvo"
SEND_MESSAGE = "chat.bsky.convo.sendMessage"

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
THREADGATE = "app.bsky.feed.threadgate"

MENTION_FACET = "app.bsky.richtext.facet#mention"
LINK_FACET = "app.bsky.richtext.facet#link"
TAG_FACET = "app.bsky.richtext.facet#tag"

REASONS = ("mention", "reply", "quote")
"""Reasons of notifications that are somebody's words; all others are reactions."""
REACTIONS = frozenset(
    {
        "like",
        "repost",
        "follow",
        "starterpack-joined",
        "verified",
        "unverified",
        "like-via-repost",
        "repost-via-repost",
        "subscribed-post",
        "contact-match",
    }
)
"""Reasons that nobody said anything with."""

BATCH = 25
"""Posts or profiles in one call."""
PAGE = 100
"""Notifications, posts or messages on one page."""
MAX_GRAPHEMES, MAX_BYTES = 300, 3_000
"""Of a post."""
MAX_CHAT_GRAPHEMES, MAX_CHAT_BYTES = 1_000, 10_000
"""Of a direct message."""
MAX_IMAGES = 4
INVALID_HANDLE = "handle.invalid"
