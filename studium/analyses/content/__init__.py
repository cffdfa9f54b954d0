"""Every tutorial as a funnel: how many people came to each of its pages, month by month.

Enters: marts.page_views and content_nodes. Leaves: tutorial_funnels.
"""

from studium.analyses.content.descriptions import FUNNEL_TABLES
from studium.analyses.content.tutorial_funnels import has_inputs, remove_funnels, update_funnels
from studium.analyses.face import Analysis

ANALYSIS = Analysis(FUNNEL_TABLES, has_inputs, remove_funnels, update_funnels)
