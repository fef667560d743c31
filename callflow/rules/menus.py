"""Which key means what in the hotline's menu. Does no I/O."""

from callflow.call import Language, Topic

TOPICS = {
    "1": Topic.COMPLAINT,
    "2": Topic.SUGGESTION,
    "3": Topic.CONSULTATION,
    "4": Topic.FAULT,
    "0": Topic.AGENT,
}
LANGUAGES = {"9": Language.ENGLISH, "8": Language.CHINESE}
