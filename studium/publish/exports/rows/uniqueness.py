"""How many people are alone with what they are known by, in rows that leave for somebody who gets pseudonyms.

Enters: a selection. Leaves: a paragraph for its README; none where it holds no people, or no traits of them.
"""

from studium.publish.exports.recipients import Operator
from studium.publish.exports.rows.selections import Selection
from studium.publish.release import OpenRelease, quoted


def describe_unique(release: OpenRelease, selection: Selection) -> list[str]:
    """What remains unique, counted in the rows themselves."""
    rights, shown = selection.table.rights, [column.name for column in selection.columns]
    if rights is None or isinstance(selection.recipient, Operator):
        return []
    persons = [name for name in rights.persons if name in shown]
    traits = [name for name in shown if name in rights.traits]
    if not persons or not traits:
        return []
    person, of = quoted(persons[0]), ", ".join(map(quoted, traits))
    rows = f"select {of}, count(distinct {person}) as people from {selection.rows} group by {of}"
    alone = release.number(f"select count(*) from ({rows}) where people = 1", selection.values)
    everybody = release.number(
        f"select count(distinct {person}) from {selection.rows}", selection.values
    )
    note = (
        f"Of {everybody:,} people in `{selection.table.name}` {alone:,} are alone with their {', '.join(traits)}: "
        "whoever knows these of them from elsewhere finds them, whatever their pseudonym. More columns tell more."
    )
    return [note]
