"""Owns what callbacks bring to the desk."""

from features.callbacks import api, due, pages
from permissions.may import roles_with
from web.changes import News
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("customers", "/callbacks", "callbacks", 50),),
    tags={"callbacks": "Calls back that were promised (CBK-1, SIL-4)."},
    news=(
        News(
            event="callbacks",
            roles=roles_with("callback.read"),
            every=2.0,
            pulse=due.pulse,
            told=lambda pulse: {"shouting": pulse.shouting},
        ),
    ),
    audited=(
        "callback.made",
        "callback.now",
        "callback.kept",
        "callback.cancelled",
    ),
)
