"""The runs of an archive: which courses it holds, by what key, under which policy.

Enters: the documents, and the course of the package if it is known. Leaves: one `Run` each, with its course key.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import orjson
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from studium.lake.formats.courses.keys import course_of
from studium.lake.formats.courses.olx.documents import Documents
from studium.lake.reading.parsed import Counts

POLICY = re.compile(r"^policies/(?:([^/]+)/policy|([^/]+))\.json$")
NO_POLICY = {"assets", "grading_policy"}


@dataclass
class Run:
    """A course run; `body` is the element that its outline hangs on."""

    name: str
    course_id: str
    org: str
    course: str
    body: Element
    document: str
    policy: dict[str, dict[str, Any]] = field(default_factory=dict)
    grading: dict[str, Any] | None = None

    def usage_key(self, category: str, url_name: str) -> str | None:
        """The canonical key of an element; a course's own block is named `course` in new courses."""
        try:
            key = CourseKey.from_string(self.course_id)
            if category == "course" and not getattr(key, "deprecated", False):
                url_name = "course"
            return str(key.make_usage_key(category, url_name))
        except InvalidKeyError:
            return None


@dataclass(frozen=True)
class _Root:
    """What course.xml or a document of roots/ says of a course."""

    org: str
    course: str
    name: str
    element: Element
    document: str


def runs_of(documents: Documents, package_course_id: str | None) -> list[Run]:
    """The runs of roots/*.xml, else that of course.xml and those that its policies name."""
    roots = _roots(documents, package_course_id)
    policies = _policies(documents)
    if len(roots) == len(policies) == 1:  # whatever the policy calls it, there is but one run
        policies = {roots[0].name: next(iter(policies.values()))}
    runs = []
    for root in roots:
        names = [root.name, *(name for name in policies if name != root.name)]
        for name in names if len(roots) == 1 else [root.name]:
            run = _run(documents, root, name, policies)
            if run:
                runs.append(run)
    _name_courses(runs, package_course_id, documents.counts)
    named: dict[str, Run] = {}
    for run in runs:
        if named.setdefault(run.course_id, run) is not run:
            documents.counts.notes.append(f"{run.course_id} is there twice: the first one is taken")
    return list(named.values())


def _roots(documents: Documents, package_course_id: str | None) -> list[_Root]:
    names = sorted(name for name in documents.found if re.match(r"^roots/[^/]+\.xml$", name))
    roots = []
    for document in names or ["course.xml"]:
        element = documents.xml(document)
        if element is None:
            documents.tell(document, "missing_file", "no course begins here")
            continue
        org, course, run = _parts(package_course_id)
        roots.append(
            _Root(
                element.get("org") or org,
                element.get("course") or course,
                element.get("url_name") or run or document.removeprefix("roots/")[:-4],
                element,
                document,
            )
        )
    return roots


def _policies(documents: Documents) -> dict[str, str]:
    """Run -> path of its policy."""
    policies: dict[str, str] = {}
    for path in sorted(documents.found):
        match = POLICY.match(path)
        if not match or match.group(2) in NO_POLICY:
            continue
        content = read_object(documents, path)
        keys = [key for key in content if key.startswith("course/")]
        name = keys[0].removeprefix("course/") if keys else match.group(1) or match.group(2)
        policies.setdefault(name, path)
    return policies


def _run(documents: Documents, root: _Root, name: str, policies: dict[str, str]) -> Run | None:
    path = f"course/{name.replace(':', '/')}.xml"
    if name == root.name:
        body = root.element
    elif path in documents.found:
        body = Element("course", {"url_name": name})
    else:
        documents.counts.notes.append(f"the policy of run {name} has no {path}: passed over")
        return None
    run = Run(name, "", root.org, root.course, body, root.document)
    places = [f"policies/{name}/grading_policy.json", "grading_policy.json"]
    if name in policies:
        entries = read_object(documents, policies[name])
        run.policy = {key: entry for key, entry in entries.items() if isinstance(entry, dict)}
        folder = policies[name].removesuffix("/policy.json").removesuffix(".json")
        places.insert(0, f"{folder}/grading_policy.json")
    place = next((place for place in places if place in documents.found), None)
    run.grading = read_object(documents, place) if place else None
    return run


def _name_courses(runs: list[Run], package_course_id: str | None, counts: Counts) -> None:
    """A course key for each run: the package's own for its run, others by its manner of writing keys.

    A package whose name is no key has the keys of its content.
    """
    given = course_of(package_course_id) if package_course_id else None
    is_old = given is not None and "/" in given.course_id
    for run in runs:
        parts = (run.org, run.course, run.name)
        text = "/".join(parts) if is_old else "course-v1:" + "+".join(parts)
        run.course_id = course_of(text).course_id
    if given is None or given.course_id in {run.course_id for run in runs}:
        return
    if not given.is_valid and all(course_of(run.course_id).is_valid for run in runs):
        counts.notes.append(
            f"the name {given.course_id} is no course key: the content's own is taken"
        )
        return
    if len(runs) == 1:
        counts.notes.append(
            f"the content calls itself {runs[0].course_id}, the package {given.course_id}: the package's name is taken"
        )
        runs[0].course_id = given.course_id
        org, course, _ = _parts(given.course_id)
        runs[0].org, runs[0].course = org or runs[0].org, course or runs[0].course


def _parts(course_id: str | None) -> tuple[str, str, str]:
    """Organisation, number and run of a key; blank where there is none."""
    if not course_id:
        return "", "", ""
    try:
        key = CourseKey.from_string(course_id)
    except InvalidKeyError:
        return "", "", ""
    return key.org or "", key.course or "", key.run or ""


def read_object(documents: Documents, path: str) -> dict[str, Any]:
    """A JSON object; what is none is told and counts as empty."""
    try:
        content = orjson.loads(documents.found[path].content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        documents.tell(path, "not_json", str(error))
        return {}
    if not isinstance(content, dict):
        documents.tell(path, "not_json", "no JSON object")
        return {}
    return content
