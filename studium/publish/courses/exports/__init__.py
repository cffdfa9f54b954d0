"""What courses add to exports: scores with a column per problem, and the network of courses as a graph.

Enters: nothing. Leaves: `EXPORTS`.
"""

from studium.publish.courses.exports.graphs import GRAPHML
from studium.publish.courses.exports.wide_tables import WIDE_SCORES
from studium.publish.exports.face import AreaExports

EXPORTS = AreaExports((WIDE_SCORES,), {"graphml": GRAPHML})
