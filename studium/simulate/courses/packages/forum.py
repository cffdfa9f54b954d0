"""The forum of a course as MongoDB exports it, one document per line.

Enters: posts of learners. Leaves: documents, and those of the threads that were there before.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from studium.simulate.courses.campus import Course, Profile
from studium.simulate.courses.facts import SECOND, THREADS, Fact, thread_id
from studium.simulate.courses.lines.payloads import SENTENCES
from studium.simulate.courses.packages.memberships import end_of
from studium.simulate.courses.plan import Plan

FORUM = "forum"
HOST_ID, HOST_NAME = 7, "forum_host"
"""Who opened the threads that learners find: no learner has this number."""

VOTES, PINNED_EVERY, ENDORSED_EVERY = 4, 3, 2


def votes_of(post: Fact) -> int:
    """How many voted for a post."""
    return post.number % VOTES


def is_pinned(post: Fact) -> bool:
    """Only threads can be pinned."""
    return post.kind == "thread_created" and post.number // VOTES % PINNED_EVERY == 0


def is_endorsed(post: Fact) -> bool:
    """Only responses can be endorsed."""
    return post.kind == "response_created" and post.number // VOTES % ENDORSED_EVERY == 0


def forum_document(post: Fact, course: Course, profile: Profile) -> bytes:
    """The line of one post."""
    is_thread = post.kind == "thread_created"
    number = post.number
    document = _document(thread_id(number), course, (profile.user_id, profile.username), post.time)
    document |= {"votes": _votes(votes_of(post)), "body": SENTENCES[post.time % len(SENTENCES)]}
    if is_thread:
        return _line(document | _thread(course, post.item, is_pinned(post)))
    comment: dict[str, Any] = {
        "_type": "Comment",
        "comment_thread_id": {"$oid": thread_id(number % THREADS)},
        "parent_ids": [],
        "endorsed": is_endorsed(post),
        "sk": thread_id(number),
    }
    if post.kind == "comment_created":
        parent = {"$oid": thread_id(number // 2)}
        comment |= {"parent_id": parent, "parent_ids": [parent]}
    return _line(document | comment)


def earlier_threads(plan: Plan, course: Course) -> Iterator[bytes]:
    """The lines of the threads that learners read and answer; they are older than the plan."""
    opened = end_of(plan) - (plan.days + 30) * 86_400 * SECOND
    for number in range(THREADS):
        document = _document(thread_id(number), course, (HOST_ID, HOST_NAME), opened + number)
        document |= {"votes": _votes(0), "body": SENTENCES[number % len(SENTENCES)]}
        yield _line(document | _thread(course, number % len(course.topics), False))


def _document(post: str, course: Course, author: tuple[int, str], time: int) -> dict[str, Any]:
    moment = {"$date": time // 1_000}
    return {
        "_id": {"$oid": post},
        "author_id": str(author[0]),
        "author_username": author[1],
        "course_id": course.key,
        "anonymous": False,
        "anonymous_to_peers": False,
        "visible": True,
        "abuse_flaggers": [],
        "historical_abuse_flaggers": [],
        "at_position_list": [],
        "created_at": moment,
        "updated_at": moment,
    }


def _thread(course: Course, topic: int, pinned: bool) -> dict[str, Any]:
    return {
        "_type": "CommentThread",
        "title": f"{course.title}, question {topic}",
        "thread_type": "discussion",
        "commentable_id": course.topics[topic],
        "closed": False,
        "pinned": pinned,
        "comment_count": 0,
        "tags_array": [],
    }


def _votes(count: int) -> dict[str, Any]:
    ups = [str(voter) for voter in range(1, count + 1)]
    return {
        "up": ups, "down": [], "up_count": count, "down_count": 0, "count": count, "point": count,
    }  # fmt: skip


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document) + b"\n"
