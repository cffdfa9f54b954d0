"""What is remembered of reads of learners, of exports and of changes of rights.

Enters: records. Leaves: a log that tells when one of them was changed.
"""

from studium.serve.audit.gate import AuditGate
from studium.serve.audit.heads import HeadFile
from studium.serve.audit.log import AuditLog, AuditRecord, Entry, Verification

__all__ = ["AuditGate", "AuditLog", "AuditRecord", "Entry", "HeadFile", "Verification"]
